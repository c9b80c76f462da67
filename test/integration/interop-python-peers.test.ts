import { describe, expect } from "vitest";
import { stopPythonPeer } from "./support/python.ts";
import { type Stage, test } from "./support/stage.ts";

/** The contract's "What other programs do": each habit, and the options that give it to the Python peers. */
const HABITS: readonly [string, ...string[]][] = [
  ["die of any surprise", "--strict"],
  ["list everything they hold", "--chunk-info", "all"],
  ["send empty ChunkInfos", "--empty-chunk-info"],
  ["send everything three times", "--repeat", "3"],
  ["send bytes after the chunk", "--tail", "7"],
  ["send so many that a Response is as long as one of the report's dialect", "--tail", "98"],
  ["pad every chunk to 1024 bytes", "--pad"],
  ["send a tail behind a Query", "--query-tail"],
  ["pause 10 ms after each Response", "--pause-ms", "10"],
  ["answer a Hello only after forwarding it", "--forward-first"],
  ["do several of these", "--chunk-info", "all", "--repeat", "2", "--tail", "3", "--forward-first", "--pause-ms", "2"],
];

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** Full, short, one-byte and empty chunks in turn. */
const SIZES = [1024, 400, 1, 0];
const bytesOf = (id: number): Buffer => Buffer.alloc(SIZES[id % SIZES.length] as number, id);

/** Three peers in a triangle, so that questions come round; chunk n is with peer n mod 3 and the one behind it. */
function writeKeyValues(stage: Stage): string[] {
  return [0, 1, 2].map((peer) => {
    const held = IDS.filter((id) => id % 3 === peer || (id + 1) % 3 === peer);
    return stage.keyValues(`kv${peer}`, Object.fromEntries(held.map((id) => [id, bytesOf(id)])));
  });
}

describe.concurrent("our client among Python peers", () => {
  for (const [habit, ...options] of HABITS)
    test(`gets every chunk, each byte right, when the peers ${habit}`, async ({ stage }) => {
      const files = writeKeyValues(stage);
      const ports = [5001, 5002, 5003];
      const peers = await Promise.all(
        files.map((file, index) => {
          const others = ports.filter((_, other) => other !== index).map((port) => stage.address(port));
          return stage.pythonPeer(ports[index] as number, file, ...others, ...options);
        }),
      );
      const { code, stderr } = await stage.run(["client", stage.address(5001), "1-12", "--out", "got"]);
      expect(code, stderr).toBe(0);
      for (const id of IDS) expect(stage.readBytes(`got/chunk_${id}.m4s`), `chunk ${id}`).toEqual(bytesOf(id));
      expect(stage.read("got/output-127.0.0.1.log").trimEnd().split("\n")).toHaveLength(IDS.length);
      for (const peer of peers) await stopPythonPeer(peer);
    });

  test("never asks a peer for a chunk twice, and logs a chunk that comes three times once", async ({ stage }) => {
    const kv = stage.keyValues("kv", Object.fromEntries(IDS.map((id) => [id, bytesOf(id)])));
    const peer = await stage.pythonPeer(5001, kv, "--repeat", "3");
    const { code } = await stage.run(["client", peer.address, "1-12", "--out", "got"]);
    expect(code).toBe(0);
    expect(stage.read("got/output-127.0.0.1.log").trimEnd().split("\n")).toHaveLength(IDS.length);
    const { gets } = await stopPythonPeer(peer);
    for (const ids of Object.values(gets)) expect(Object.values(ids)).toEqual(IDS.map(() => 1));
  });

  test("does not ask for what it does not want, however much a peer lists", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: "a", 2: "b", 3: "c", 4: "d" });
    const peer = await stage.pythonPeer(5001, kv, "--chunk-info", "all");
    const { code } = await stage.run(["client", peer.address, "2,4", "--out", "got"]);
    expect(code).toBe(0);
    const { gets } = await stopPythonPeer(peer);
    expect(Object.values(gets)).toEqual([{ 2: 1, 4: 1 }]);
  });

  test("takes a chunk of 65,000 bytes", async ({ stage }) => {
    const chunk = Buffer.alloc(65_000, "large");
    const peer = await stage.pythonPeer(5001, stage.keyValues("kv", { 9: chunk }));
    const { code, stdoutBytes } = await stage.run(["client", peer.address, "9", "--join", "-"]);
    expect(code).toBe(0);
    expect(stdoutBytes.equals(chunk)).toBe(true);
  });

  test("gets all in the end from a peer that loses a quarter of what it is sent", async ({ stage }) => {
    const kv = stage.keyValues("kv", Object.fromEntries(IDS.map((id) => [id, bytesOf(id)])));
    const peer = await stage.pythonPeer(5001, kv, "--drop", "0.25", "--seed", "3");
    const { code, stderr } = await stage.run(["client", peer.address, "1-12", "--out", "got"]);
    expect(code, stderr).toBe(0);
    await stopPythonPeer(peer);
  });
});
