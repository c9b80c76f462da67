import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SHELLS } from "../../../src/core/limits.ts";
import { local } from "../support/addresses.ts";
import { settle } from "../support/fake-target.ts";
import { ResponderRun } from "../support/responder-run.ts";

const A = local(1);
const B = local(2);

// A responder waits for a socket by the clock: the test's own.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a client's Responses", () => {
  test("of chunks in memory leave at once", () => {
    const run = new ResponderRun();
    for (const id of [3, 1, 2]) run.reader.loaded.add(id);
    for (const id of [3, 1, 2]) run.responder.order(A, id);
    expect(run.socket.sent).toEqual(["3 to 1", "1 to 1", "2 to 1"]);
  });

  test("keep their order when one has to be loaded, and hold no other client back", async () => {
    const run = new ResponderRun();
    for (const id of [1, 3, 4]) run.reader.loaded.add(id);
    for (const id of [1, 2, 3, 4]) run.responder.order(A, id);
    run.responder.order(B, 3);
    await settle();
    expect(run.socket.sent).toEqual(["1 to 1", "3 to 2"]);
    run.reader.endLoads(2);
    await settle();
    expect(run.socket.sent).toEqual(["1 to 1", "3 to 2", "2 to 1", "3 to 1", "4 to 1"]);
    run.responder.order(A, 1);
    expect(run.socket.sent.at(-1), "nothing waits any more").toBe("1 to 1");
  });

  test("go on behind one that was pushed out of memory at once, or is lost", async () => {
    const run = new ResponderRun();
    run.reader.loaded.add(3);
    for (const id of [1, 2, 3]) run.responder.order(A, id);
    run.reader.lost.set(2, "gone");
    run.reader.endLoads(1, false);
    await settle();
    expect(run.socket.sent).toEqual(["3 to 1"]);
    expect(run.dropped).toEqual([1]);
    expect(run.lost).toEqual(["2: gone"]);
  });
});

describe("a disk that is stuck", () => {
  test("has so many clients wait, and those beyond dropped", async () => {
    const run = new ResponderRun();
    for (let port = 1; port <= SHELLS.maxWaitingClients + 3; port++) run.responder.order(local(port), 7);
    const beyond = [1, 2, 3].map((more) => SHELLS.maxWaitingClients + more);
    expect(run.dropped).toEqual(beyond);
    run.reader.loaded.add(8);
    run.responder.order(local(beyond[0] as number), 8);
    expect(run.socket.sent, "one beyond gets what is in memory").toEqual([`8 to ${beyond[0]}`]);
    run.reader.endLoads(7);
    await settle();
    expect(run.socket.sent).toHaveLength(1 + SHELLS.maxWaitingClients);
    run.responder.order(local(beyond[1] as number), 9);
    expect(run.dropped, "there is room again").toEqual(beyond);
  });

  test("has so many Responses to one client wait, and those beyond dropped", () => {
    const run = new ResponderRun();
    for (let time = 0; time < SHELLS.maxWaitingResponses + 2; time++) run.responder.order(A, 7);
    expect(run.dropped).toEqual([1, 1]);
  });
});

describe("a socket that is congested", () => {
  test("is sent nothing until it is free again, then all in order", async () => {
    const run = new ResponderRun();
    for (const id of [1, 2, 3]) run.reader.loaded.add(id);
    run.socket.isCongested = true;
    for (const id of [1, 2, 3]) run.responder.order(A, id);
    await vi.advanceTimersByTimeAsync(1000);
    expect(run.socket.sent).toEqual([]);
    run.socket.isCongested = false;
    await vi.advanceTimersByTimeAsync(10);
    expect(run.socket.sent).toEqual(["1 to 1", "2 to 1", "3 to 1"]);
  });

  test("is sent nothing that was loaded meanwhile", async () => {
    const run = new ResponderRun();
    run.responder.order(A, 1);
    run.responder.order(A, 2);
    await settle();
    run.socket.isCongested = true;
    run.reader.endLoads(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(run.socket.sent).toEqual([]);
    run.socket.isCongested = false;
    await vi.advanceTimersByTimeAsync(10);
    expect(run.socket.sent).toEqual(["1 to 1"]);
  });
});

test("a responder that was stopped sends nothing more", async () => {
  const run = new ResponderRun();
  for (const id of [1, 2]) run.responder.order(A, id);
  run.responder.stop();
  run.reader.endLoads(1);
  await settle();
  expect(run.socket.sent).toEqual([]);
});
