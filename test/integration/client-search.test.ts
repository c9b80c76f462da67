import { describe, expect } from "vitest";
import { chunkInfo, hello } from "./support/messages.ts";
import { ScriptedPeer } from "./support/scripted-peer.ts";
import { test } from "./support/stage.ts";
import { pause } from "./support/waiting.ts";

const gaps = (times: readonly { atMs: number }[]): number[] =>
  times.slice(1).map(({ atMs }, index) => atMs - (times[index] as { atMs: number }).atMs);

describe.concurrent("our client's search", () => {
  test("begins with the contract's Hello", async ({ stage }) => {
    const contact = await stage.probe();
    stage.cardume(["client", contact.address, "1,3,9"]);
    expect((await contact.next()).hex).toBe("00010003000100030009");
  });

  test("names each id once, in the order given, the smallest and the largest among them", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [0, 2, 3, 4, 65535] });
    const { code } = await stage.run(["client", contact.address, "65535,4-2,3,0,0", "--out", "got"]);
    expect(code).toBe(0);
    expect(contact.hellos.map(({ hex }) => hex)).toEqual([hello(65535, 4, 3, 2, 0).toString("hex")]);
    expect(stage.list("got")).toContain("chunk_65535.m4s");
    expect(stage.list("got")).toContain("chunk_0.m4s");
  });

  test("says Hello to a silent contact every second, five times, and gives up after 5 s", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), {});
    const { code, stdout, ms } = await stage.run(["client", contact.address, "1,3,9"]);
    expect(code).toBe(1);
    expect(contact.hellos.map(({ hex }) => hex)).toEqual(Array(5).fill(hello(1, 3, 9).toString("hex")));
    for (const gap of gaps(contact.hellos)) expect(Math.abs(gap - 1000), `${gap} ms`).toBeLessThan(400);
    expect(ms).toBeGreaterThan(4900);
    expect(ms).toBeLessThan(12_000);
    expect(stdout).toContain("missing: 3 chunks: 1,3,9");
    expect(stage.list()).toEqual(["output-127.0.0.1.log"]);
    expect(stage.read("output-127.0.0.1.log")).toBe("0.0.0.0:0 - 1\n0.0.0.0:0 - 3\n0.0.0.0:0 - 9\n");
  });

  test("says one Hello when every chunk has a holder, however slow", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3], delayMs: 700 });
    const { code } = await stage.run(["client", contact.address, "1-3"]);
    expect(code).toBe(0);
    expect(contact.hellos).toHaveLength(1);
  });

  test("goes on for what has no holder, while the rest is fetched", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1] });
    const late = new ScriptedPeer(await stage.probe(), {});
    const running = stage.cardume(["client", contact.address, "1,2", "--out", "got"]);
    await contact.probe.next();
    await pause(2500);
    const client = contact.hellos[0]?.from as string;
    expect(stage.list("got"), "chunk 1 has not waited for chunk 2").toContain("chunk_1.m4s");
    await late.probe.send(chunkInfo(2), client);
    const { code } = await running.ended;
    expect(code).toBe(0);
    expect(contact.hellos.length).toBe(3);
    expect(late.asked).toEqual({ 2: 1 });
  });

  test("splits a list that is too long into Hellos of 500, and repeats only those that lack a holder", async ({
    stage,
  }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: Array.from({ length: 500 }, (_, id) => id + 1) });
    const { code } = await stage.run(["client", contact.address, "1-501", "--join", "got"]);
    expect(code).toBe(1);
    const counts = contact.hellos.map(({ bytes }) => bytes.readUInt16BE(2));
    expect(counts).toEqual([500, 1, 1, 1, 1, 1]);
  });
});
