import { describe, expect } from "vitest";
import { reportQuery } from "./support/messages.ts";
import { pythonFetch, readTrace, stopPythonPeer, type Traced } from "./support/python.ts";
import { type Stage, test } from "./support/stage.ts";

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const bytesOf = (id: number): Buffer => Buffer.alloc(id === 9 ? 10 : 1024 - id, `chunk ${id}`);
const chunks = (...ids: number[]): Record<number, Buffer> => Object.fromEntries(ids.map((id) => [id, bytesOf(id)]));
const queries = (trace: string, dir: "in" | "out"): Traced[] =>
  readTrace(trace).filter((traced) => traced.dir === dir && traced.hex.startsWith("0002"));

function expectChunks(stage: Stage): void {
  for (const id of IDS) expect(stage.readBytes(`got/chunk_${id}.m4s`), `chunk ${id}`).toEqual(bytesOf(id));
}

/** Peers in a line, 5001 - 5002 - 5003, with three chunks each; `start` says of which kind. */
async function startLine<Peer>(
  stage: Stage,
  start: (port: number, keyValues: string, ...neighbours: string[]) => Promise<Peer>,
): Promise<Peer[]> {
  const peers = [1, 2, 3].map((peer) => {
    const kv = stage.keyValues(`kv${peer}`, chunks(3 * peer - 2, 3 * peer - 1, 3 * peer));
    const neighbours = [peer - 1, peer + 1].filter((other) => other >= 1 && other <= 3);
    return start(5000 + peer, kv, ...neighbours.map((other) => stage.address(5000 + other)));
  });
  return await Promise.all(peers);
}

describe.concurrent("the report's dialect", () => {
  for (const dialect of ["report", "canonical"])
    test(`is understood by our client, which sends ${dialect}, from Python peers`, async ({ stage }) => {
      const peers = await startLine(stage, (...parts) => stage.pythonPeer(...parts, "--report"));
      const args = ["client", stage.address(5001), "1-9", "--out", "got", "--dialect", dialect];
      const { code, stderr } = await stage.run(args);
      expect(code, stderr).toBe(0);
      expectChunks(stage);
      for (const peer of peers) await stopPythonPeer(peer);
    });

  for (const dialect of ["report", "canonical"])
    test(`brings chunks whose file names have no number, to a client that sends ${dialect}`, async ({ stage }) => {
      const names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
      for (const name of names) stage.write(name, `the bytes of ${name}`);
      stage.write("kv", names.map((name, index) => `${index + 1}: ${name}`).join("\n"));
      const peer = await stage.pythonPeer(5001, "kv", "--report");
      const { code, stderr } = await stage.run(["client", peer.address, "1-6", "--out", "got", "--dialect", dialect]);
      expect(code, stderr).toBe(0);
      for (const [index, name] of names.entries())
        expect(stage.read(`got/chunk_${index + 1}.m4s`)).toBe(`the bytes of ${name}`);
      await stopPythonPeer(peer);
    });

  test("is spoken by our peers to the Python client", async ({ stage }) => {
    await startLine(stage, (...parts) => stage.peer(...parts, "--dialect", "report"));
    const args = [stage.address(5001), "1-9", "--report", "--wait-s", "0.5", "--out", "got"];
    const { missing } = pythonFetch(await stage.pythonClient(args));
    expect(missing).toEqual([]);
    expectChunks(stage);
  });

  test("is passed on by our peer between Python ones byte for byte, but for the TTL", async ({ stage }) => {
    const right = await stage.pythonPeer(5003, stage.keyValues("kv3", chunks(3)), "--report", "--trace", "right");
    const kv2 = stage.keyValues("kv2", chunks(2));
    await stage.peer(5002, kv2, stage.address(5001), stage.address(5003), "--dialect", "report");
    const kv1 = stage.keyValues("kv1", chunks(1));
    const left = await stage.pythonPeer(5001, kv1, stage.address(5002), "--report", "--trace", "left");
    const fetch = await stage.pythonClient([left.address, "3,1,2", "--report", "--wait-s", "0.5", "--trace", "client"]);
    expect(pythonFetch(fetch).missing).toEqual([]);
    const [sent] = queries(stage.read("left"), "out");
    const client = readTrace(stage.read("left")).find(({ hex }) => hex.startsWith("0001"))?.peer as string;
    expect(sent?.hex).toBe(reportQuery(client, 3, 3, 1, 2).toString("hex"));
    const passedOn = queries(stage.read("right"), "in").map(({ hex }) => hex);
    expect(passedOn).toEqual([reportQuery(client, 2, 3, 1, 2).toString("hex")]);
    await stopPythonPeer(left);
    await stopPythonPeer(right);
  });

  test("is translated by a peer of ours that was not told of it", async ({ stage }) => {
    const right = await stage.pythonPeer(5003, stage.keyValues("kv3", chunks(3)));
    const middle = await stage.peer(5002, stage.keyValues("kv2", chunks(2)), right.address);
    const left = await stage.pythonPeer(5001, stage.keyValues("kv1", chunks(1)), middle.address, "--report");
    const { code, stderr } = await stage.run(["client", left.address, "1-3", "--out", "got"]);
    expect(code, stderr).toBe(0);
    for (const id of [1, 2, 3]) expect(stage.readBytes(`got/chunk_${id}.m4s`)).toEqual(bytesOf(id));
    await stopPythonPeer(left);
    await stopPythonPeer(right);
  });

  test("has no room for a chunk above 1024 bytes, so that our peer does not advertise it", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: Buffer.alloc(1025), 2: Buffer.alloc(1024, 2) });
    const peer = await stage.peer(5001, kv, "--dialect", "report");
    expect(peer.process.stderr).toContain("chunk 1 is not advertised");
    const result = pythonFetch(await stage.pythonClient([peer.address, "1,2", "--report", "--wait-s", "0.3"]));
    expect(result).toMatchObject({ got: [2], missing: [1] });
  });
});
