import { describe, expect } from "vitest";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { garbage, numbers } from "./support/noise.ts";
import type { Probe } from "./support/probe.ts";
import { ScriptedPeer, scriptedChunk } from "./support/scripted-peer.ts";
import { test } from "./support/stage.ts";

const DATAGRAMS = 10_000;

async function spill(from: Probe, to: string, seed: number): Promise<void> {
  const next = numbers(seed);
  for (let sent = 0; sent < DATAGRAMS; sent++) await from.send(garbage(next), to);
}

describe("10,000 datagrams of garbage", () => {
  test("leave a peer alive, quiet and ready to answer", async ({ stage }) => {
    const { address, process } = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
    const [vandal, client] = [await stage.probe(), await stage.probe(0, "127.0.0.1")];
    await spill(vandal, address, 1);
    expect(process.isOver).toBe(false);
    await client.send(hello(1), address);
    expect((await client.next()).hex).toBe(chunkInfo(1).toString("hex"));
    await client.send(get(1), address);
    expect((await client.next()).hex).toBe(response(1, Buffer.from("one")).toString("hex"));
    const { code, stderr } = await process.stop();
    expect(code).toBe(0);
    expect(stderr.trimEnd().split("\n"), "garbage is counted, not told of one by one").toHaveLength(1);
    expect(Number(/"undecodable":(\d+)/.exec(stderr)?.[1])).toBeGreaterThan(1000);
  });

  test("leave a client alive, and its chunks right", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3], delayMs: 1200 });
    const vandal = await stage.probe();
    const client = stage.cardume(["client", contact.address, "1-3", "--out", "got"]);
    const { from } = await contact.probe.next();
    await spill(vandal, from, 2);
    const { code, stderr } = await client.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toBe("");
    for (const id of [1, 2, 3]) expect(stage.readBytes(`got/chunk_${id}.m4s`)).toEqual(scriptedChunk(id));
  });

  test("from the very holder that serves it leave a client alive too", async ({ stage }) => {
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3], delayMs: 1200 });
    const client = stage.cardume(["client", contact.address, "1-3", "--out", "got"]);
    const { from } = await contact.probe.next();
    await spill(contact.probe, from, 3);
    const { code, stderr } = await client.ended;
    expect([0, 1], stderr).toContain(code);
    expect(stderr).toBe("");
  });
});
