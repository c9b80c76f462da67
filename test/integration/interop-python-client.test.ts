import { describe, expect } from "vitest";
import { pythonFetch } from "./support/python.ts";
import { type Stage, test } from "./support/stage.ts";

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const bytesOf = (id: number): Buffer => Buffer.alloc(id === 9 ? 0 : 1024 - id, `chunk ${id}`);

/** Our peers in a line: chunk 1-3 with the first, 4-6 with the second, 7-9 with the third. */
async function startLine(stage: Stage): Promise<void> {
  for (const peer of [1, 2, 3]) {
    const held = IDS.filter((id) => Math.ceil(id / 3) === peer);
    const kv = stage.keyValues(`kv${peer}`, Object.fromEntries(held.map((id) => [id, bytesOf(id)])));
    const neighbours = [peer - 1, peer + 1].filter((other) => other >= 1 && other <= 3);
    await stage.peer(5000 + peer, kv, ...neighbours.map((other) => stage.address(5000 + other)));
  }
}

describe.concurrent("the Python client among our peers", () => {
  for (const order of ["sequential", "batch"])
    test(`gets every chunk, each byte right, asking ${order}`, async ({ stage }) => {
      await startLine(stage);
      const args = [stage.address(5001), "1-9", "--wait-s", "0.5", "--order", order, "--out", "got"];
      const { got, missing, from } = pythonFetch(await stage.pythonClient(args));
      expect(missing).toEqual([]);
      expect(new Set(got)).toEqual(new Set(IDS));
      for (const id of IDS) {
        expect(from[id]).toBe(stage.address(5000 + Math.ceil(id / 3)));
        expect(stage.readBytes(`got/chunk_${id}.m4s`), `chunk ${id}`).toEqual(bytesOf(id));
      }
    });

  test("gets one answer from each of our peers in a loop, where others repeat theirs", async ({ stage }) => {
    const ports = [5001, 5002, 5003, 5004];
    for (const [index, port] of ports.entries()) {
      const kv = stage.keyValues(`kv${index}`, { [index + 1]: `chunk ${index + 1}` });
      await stage.peer(port, kv, ...ports.filter((other) => other !== port).map((other) => stage.address(other)));
    }
    const result = pythonFetch(await stage.pythonClient([stage.address(5001), "1-4", "--wait-s", "0.5"]));
    expect(result.missing).toEqual([]);
    expect(result.chunkInfos, "one ChunkInfo a peer").toBe(4);
  });

  test("hears nothing at all about a chunk that nobody holds", async ({ stage }) => {
    await startLine(stage);
    const result = pythonFetch(await stage.pythonClient([stage.address(5001), "77", "--wait-s", "0.5"]));
    expect(result).toMatchObject({ got: [], missing: [77], chunkInfos: 0 });
  });

  test("gets chunks that are byte ranges of one file", async ({ stage }) => {
    stage.write("film.mp4", "abcdefghijklmnopqrstuvwxyz");
    stage.write("kv", "1: film.mp4#bytes=0-9\r\n2 :  film.mp4#bytes=10-19\r\n\r\n3:film.mp4#bytes=20-25");
    const peer = await stage.peer(5001, "kv");
    const result = pythonFetch(await stage.pythonClient([peer.address, "1-3", "--wait-s", "0.3", "--out", "got"]));
    expect(result.missing).toEqual([]);
    expect([1, 2, 3].map((id) => stage.read(`got/chunk_${id}.m4s`))).toEqual(["abcdefghij", "klmnopqrst", "uvwxyz"]);
  });
});
