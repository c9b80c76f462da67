import { expect, test } from "vitest";
import { CarrierInbox } from "../../../src/node/carrier-inbox.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** An inbox, and all that happens around it in words. */
function inbox(): { box: CarrierInbox; said: string[]; start: (onBytes?: (text: string) => void) => void } {
  const said: string[] = [];
  const box = new CarrierInbox(() => said.push("go on"));
  const start = (onBytes?: (text: string) => void): void =>
    box.start({
      bytes: (view) => {
        const text = Buffer.from(view).toString();
        said.push(text);
        onBytes?.(text);
      },
      ended: (reason) => said.push(`end ${reason}`),
    });
  return { box, said, start };
}

test("what comes before the start is kept as a copy, given later in order, and then reading goes on", async () => {
  const { box, said, start } = inbox();
  const buffer = Buffer.from("ab");
  expect([box.isReading, box.take(buffer.subarray(0, 1)), box.take(buffer.subarray(1))]).toEqual([false, false, false]);
  buffer.fill("x");
  start();
  // Not inside the call.
  expect([said, box.isReading, box.heldBytes]).toEqual([[], false, 2]);
  expect(box.take(bytes("c"))).toBe(false);
  await Promise.resolve();
  expect([said, box.isReading, box.heldBytes]).toEqual([["a", "b", "c", "go on"], true, 0]);
});

test("a pause inside a view stops what is held too, and the end waits for it", async () => {
  const { box, said, start } = inbox();
  for (const text of ["a", "b", "c"]) box.take(bytes(text));
  box.end(undefined);
  start((text) => {
    if (text === "b") box.pause();
  });
  await Promise.resolve();
  expect(said).toEqual(["a", "b"]);
  box.resume();
  await Promise.resolve();
  box.end("again");
  await Promise.resolve();
  expect(said).toEqual(["a", "b", "c", "end undefined"]);
});

test("an end with nothing held is told to a paused sink at once", async () => {
  const { box, said, start } = inbox();
  start();
  await Promise.resolve();
  box.pause();
  box.end("broken");
  await Promise.resolve();
  expect(said).toEqual(["go on", "end broken"]);
});

test("a deaf one drops what it held and what comes, keeps reading, and tells the end", async () => {
  const { box, said, start } = inbox();
  start();
  await Promise.resolve();
  box.pause();
  box.take(bytes("a"));
  box.deafen();
  expect([box.take(bytes("b")), box.heldBytes]).toEqual([true, 0]);
  box.end(undefined);
  await Promise.resolve();
  expect(said).toEqual(["go on", "end undefined"]);
});
