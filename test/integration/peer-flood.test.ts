import { describe, expect } from "vitest";
import { chunkInfo, hello, query } from "./support/messages.ts";
import type { Probe } from "./support/probe.ts";
import { type PeerProcess, type Stage, test } from "./support/stage.ts";
import { pause } from "./support/waiting.ts";

/** Long enough for anything that is to come on loopback. */
const SETTLED_MS = 200;

interface Scene {
  readonly peer: PeerProcess;
  readonly client: Probe;
  /** The neighbour that questions come from, and the other one. */
  readonly from: Probe;
  readonly to: Probe;
}

async function scene(stage: Stage, ...options: string[]): Promise<Scene> {
  const [client, from, to] = [await stage.probe(), await stage.probe(), await stage.probe()];
  const kv = stage.keyValues("kv", { 1: "one", 2: "two" });
  return { peer: await stage.peer(5001, kv, from.address, to.address, ...options), client, from, to };
}

const hexes = async (probe: Probe): Promise<string[]> => (await probe.gather(SETTLED_MS)).map(({ hex }) => hex);
const inHex = (bytes: Buffer): string => bytes.toString("hex");

describe.concurrent("a live peer's flood", () => {
  test("tells every neighbour of a Hello, with the client's address and TTL 3, ids unchanged", async ({ stage }) => {
    const { peer, client, from, to } = await scene(stage);
    await client.send(hello(9, 1, 9, 700), peer.address);
    const wanted = [inHex(query(client.address, 3, 9, 1, 9, 700))];
    expect(await hexes(to)).toEqual(wanted);
    expect(await hexes(from)).toEqual(wanted);
    expect(await hexes(client)).toEqual([inHex(chunkInfo(1))]);
  });

  for (const [ttl, forwarded] of [
    [0, []],
    [1, []],
    [2, [1]],
    [3, [2]],
    [4, [2]],
    [255, [2]],
    [65535, [2]],
  ] as const)
    test(`sends a Query of TTL ${ttl} on with ${forwarded[0] ?? "nobody told"}, and answers it`, async ({ stage }) => {
      const { peer, client, from, to } = await scene(stage);
      await from.send(query(client.address, ttl, 2, 5), peer.address);
      expect(await hexes(client)).toEqual([inHex(chunkInfo(2))]);
      expect(await hexes(to)).toEqual(forwarded.map((hops) => inHex(query(client.address, hops, 2, 5))));
      expect(await hexes(from), "never back to where it came from").toEqual([]);
    });

  test("has the hop limit that --ttl says, for its own questions and others'", async ({ stage }) => {
    const { peer, client, from, to } = await scene(stage, "--ttl", "5");
    await client.send(hello(1), peer.address);
    await from.send(query(client.address, 255, 2), peer.address);
    expect(await hexes(to)).toEqual([inHex(query(client.address, 5, 1)), inHex(query(client.address, 4, 2))]);
  });
});

describe.concurrent("a live peer that hears a question again", () => {
  test("answers it once within 700 ms, and takes it for new after a second", async ({ stage }) => {
    const { peer, client, to } = await scene(stage);
    const startedAtMs = performance.now();
    for (const waitMs of [150, 150, 0]) {
      await client.send(hello(1, 2), peer.address);
      await pause(waitMs);
    }
    expect(await hexes(client)).toHaveLength(1);
    expect(await hexes(to)).toHaveLength(1);
    await pause(1000 - (performance.now() - startedAtMs));
    await client.send(hello(1, 2), peer.address);
    expect(await hexes(client), "duplicates did not extend the memory").toEqual([inHex(chunkInfo(1, 2))]);
    expect(await hexes(to)).toHaveLength(1);
  });

  test("remembers its own when it comes back round a loop", async ({ stage }) => {
    const { peer, client, from, to } = await scene(stage);
    await client.send(hello(1), peer.address);
    await from.send(query(client.address, 2, 1), peer.address);
    await to.send(query(client.address, 1, 1), peer.address);
    expect(await hexes(client)).toHaveLength(1);
    expect(await hexes(to)).toHaveLength(1);
    expect(await hexes(from)).toHaveLength(1);
  });

  test("passes a question on again when it comes with more hops left, and answers it once", async ({ stage }) => {
    const { peer, client, from, to } = await scene(stage);
    for (const ttl of [2, 3, 2, 3]) await from.send(query(client.address, ttl, 1), peer.address);
    expect(await hexes(to)).toEqual([inHex(query(client.address, 1, 1)), inHex(query(client.address, 2, 1))]);
    expect(await hexes(client)).toEqual([inHex(chunkInfo(1))]);
  });

  test("has no quarrel with itself when it is its own neighbour", async ({ stage }) => {
    const [client, to] = [await stage.probe(), await stage.probe()];
    const kv = stage.keyValues("kv", { 1: "one" });
    const peer = await stage.peer(5001, kv, stage.address(5001), to.address);
    await client.send(hello(1), peer.address);
    expect(await hexes(client)).toEqual([inHex(chunkInfo(1))]);
    expect(await hexes(to)).toEqual([inHex(query(client.address, 3, 1))]);
    expect((await peer.process.stop()).stderr).toMatch(/"queries":[01],/);
  });

  test("tells questions apart by client, port and the exact list", async ({ stage }) => {
    const { peer, client, from, to } = await scene(stage);
    const other = await stage.probe();
    for (const probe of [client, other])
      for (const ids of [[1, 2], [2, 1], [1]]) await from.send(query(probe.address, 3, ...ids), peer.address);
    expect(await hexes(client)).toHaveLength(3);
    expect(await hexes(other)).toHaveLength(3);
    expect(await hexes(to)).toHaveLength(6);
  });
});
