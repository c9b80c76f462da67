import { describe, expect } from "vitest";
import { chunkInfo, idsOf, reportResponse, response } from "./support/messages.ts";
import { ScriptedPeer, scriptedChunk } from "./support/scripted-peer.ts";
import { test } from "./support/stage.ts";

describe.concurrent("our client's Gets", () => {
  test("are never for an id that the peer did not advertise or that is not wanted", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 3, 77, 3] });
    const { code } = await stage.run(["client", contact.address, "1,2,3", "--out", "got"]);
    expect(code).toBe(1);
    expect(contact.asked).toEqual({ 1: 1, 3: 1 });
  });

  test("end as soon as everything has come, and so does the client", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3] });
    const { code, ms } = await stage.run(["client", contact.address, "1-3", "--out", "got"]);
    const lingeredMs = performance.now() - contact.sentAtMs;
    expect(code).toBe(0);
    expect(contact.asked).toEqual({ 1: 1, 2: 1, 3: 1 });
    expect(lingeredMs).toBeLessThan(1500);
    expect(ms).toBeLessThan(4500);
  });

  test("begin with four chunks, so that the first to answer does not get everything", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3, 4, 5, 6, 7, 8], delayMs: 100 });
    const { code } = await stage.run(["client", contact.address, "1-8", "--out", "got"]);
    expect(code).toBe(0);
    expect(idsOf((contact.gets[0] as { bytes: Buffer }).bytes)).toHaveLength(4);
  });

  test("are spread over two holders of the same chunks", async ({ stage }) => {
    const ids = Array.from({ length: 40 }, (_, index) => index + 1);
    const contact = new ScriptedPeer(await stage.probe(), { holds: ids, delayMs: 5 });
    const second = new ScriptedPeer(await stage.probe(), { delayMs: 5 });
    const running = stage.cardume(["client", contact.address, "1-40", "--out", "got"]);
    const { from } = await contact.probe.next();
    await second.probe.send(chunkInfo(...ids), from);
    const { code } = await running.ended;
    expect(code).toBe(0);
    const shares = [contact, second].map(({ asked }) => Object.keys(asked).length);
    expect(Math.min(...shares), `${shares}`).toBeGreaterThan(8);
    // Those at the very end may be asked of both; the others once.
    expect((shares[0] as number) + (shares[1] as number)).toBeLessThan(50);
  });

  test("hold one chunk at a time in the report's dialect", async ({ stage }) => {
    const answer = (id: number): Buffer[] => [reportResponse("no number", scriptedChunk(id))];
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3, 4, 5], delayMs: 30, answer });
    const { code } = await stage.run(["client", contact.address, "1-5", "--out", "got", "--dialect", "report"]);
    expect(code).toBe(0);
    expect(contact.mostInFlight).toBe(1);
    expect(contact.gets.map(({ bytes }) => idsOf(bytes).length)).toEqual([1, 1, 1, 1, 1]);
    for (const id of [1, 2, 3, 4, 5]) expect(stage.readBytes(`got/chunk_${id}.m4s`)).toEqual(scriptedChunk(id));
  });
});

describe.concurrent("our client takes a chunk", () => {
  test("only from whom it asked", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1], delayMs: 300 });
    const stranger = await stage.probe();
    const running = stage.cardume(["client", contact.address, "1", "--out", "got"]);
    const { from } = await contact.probe.next();
    for (let time = 0; time < 5; time++) await stranger.send(response(1, Buffer.from("a stranger's")), from);
    await running.ended;
    expect(stage.readBytes("got/chunk_1.m4s")).toEqual(scriptedChunk(1));
    expect(stage.read("got/output-127.0.0.1.log")).toBe(`${contact.address} - 1\n`);
  });

  test("once, cut at its size, and never the wrong one", async ({ stage }) => {
    const junk = (id: number): Buffer[] => [
      Buffer.from("000500", "hex"), // too short
      Buffer.from("00050001ffff41", "hex"), // larger than it is
      response(id + 100, Buffer.from("not wanted")),
      chunkInfo(),
      Buffer.from("0003ffff0001", "hex"),
      Buffer.concat([response(id, scriptedChunk(id)), Buffer.from("trailing")]),
      response(id, Buffer.from("again, and different")),
    ];
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3], answer: junk });
    const { code, stderr } = await stage.run(["client", contact.address, "1-3", "--out", "got"]);
    expect(code, stderr).toBe(0);
    for (const id of [1, 2, 3]) expect(stage.readBytes(`got/chunk_${id}.m4s`)).toEqual(scriptedChunk(id));
    expect(stage.read("got/output-127.0.0.1.log").trimEnd().split("\n")).toHaveLength(3);
  });

  test("whose file name in a report Response is a path, and writes nowhere else", async ({ stage }) => {
    const answer = (id: number): Buffer[] => [reportResponse(`../../outside_${id}.m4s`, scriptedChunk(id))];
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2], answer });
    const { code } = await stage.run(["client", contact.address, "1,2", "--out", "got"]);
    expect(code).toBe(0);
    expect(stage.list()).toEqual(["got"]);
    expect(stage.list("got")).toEqual(["chunk_1.m4s", "chunk_2.m4s", "output-127.0.0.1.log"]);
  });

  test("of no bytes and one of 65,000", async ({ stage }) => {
    const large = Buffer.alloc(65_000, "x");
    const answer = (id: number): Buffer[] => [response(id, id === 1 ? Buffer.alloc(0) : large)];
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2], answer });
    const { code } = await stage.run(["client", contact.address, "1,2", "--out", "got"]);
    expect(code).toBe(0);
    expect(stage.readBytes("got/chunk_1.m4s")).toHaveLength(0);
    expect(stage.readBytes("got/chunk_2.m4s").equals(large)).toBe(true);
  });
});
