import { describe, expect } from "vitest";
import { chunkInfo } from "./support/messages.ts";
import { goodAnswer, ScriptedPeer } from "./support/scripted-peer.ts";
import { test } from "./support/stage.ts";

const nothing = (): Buffer[] => [];

describe.concurrent("our client and a silent holder", () => {
  test("repeats a Get at most five times, with longer and longer waits, and gives the chunk up", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1], answer: nothing });
    const { code, ms } = await stage.run(["client", contact.address, "1", "--out", "got"]);
    expect(code).toBe(1);
    const times = contact.gets.map(({ atMs }) => atMs);
    expect(times.length, "one Get and its repeats").toBeGreaterThan(2);
    expect(times.length).toBeLessThanOrEqual(6);
    const waits = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
    expect(waits[0], "the first time-out is 1 s").toBeGreaterThan(950);
    expect(waits[0]).toBeLessThan(1300);
    expect(waits[1], "then it backs off").toBeGreaterThan(1400);
    expect(stage.read("got/output-127.0.0.1.log")).toBe("0.0.0.0:0 - 1\n");
    const told = waits.map((wait) => Math.round(wait)).join(", ");
    expect(ms, `a person waits some 11 s, as the limits say; between the Gets: ${told} ms`).toBeLessThan(15_000);
  });

  test("turns to another holder, and gets the chunk", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2], answer: nothing });
    const other = new ScriptedPeer(await stage.probe(), {});
    const running = stage.cardume(["client", contact.address, "1,2", "--out", "got"]);
    const { from } = await contact.probe.next();
    await contact.probe.next();
    await other.probe.send(chunkInfo(1, 2), from);
    const { code, ms, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(ms).toBeLessThan(8000);
    expect(stage.read("got/output-127.0.0.1.log").match(/ - /g)).toHaveLength(2);
    for (const id of [1, 2]) expect((contact.asked[id] ?? 0) + (other.asked[id] ?? 0)).toBeLessThanOrEqual(6);
  });

  test("asks again for the one Response that was lost, and for nothing else", async ({ stage }) => {
    let lost = false;
    const answer = (id: number): Buffer[] => {
      if (id !== 5 || lost) return goodAnswer(id);
      lost = true;
      return [];
    };
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3, 4, 5, 6, 7, 8, 9], answer });
    const { code, ms } = await stage.run(["client", contact.address, "1-9", "--out", "got"]);
    expect(code).toBe(0);
    expect(contact.asked).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1, 5: 2, 6: 1, 7: 1, 8: 1, 9: 1 });
    expect(ms).toBeLessThan(8000);
  });

  test("gets a chunk whose first Get and ChunkInfo were lost", async ({ stage }) => {
    let gets = 0;
    const answer = (id: number): Buffer[] => (++gets === 1 ? [] : goodAnswer(id));
    const contact = new ScriptedPeer(await stage.probe(), { answer });
    const running = stage.cardume(["client", contact.address, "1", "--out", "got"]);
    const { from } = await contact.probe.next();
    await contact.probe.next();
    await contact.probe.send(chunkInfo(1), from);
    const { code } = await running.ended;
    expect(code).toBe(0);
    expect(contact.hellos).toHaveLength(2);
    expect(contact.asked).toEqual({ 1: 2 });
  });
});
