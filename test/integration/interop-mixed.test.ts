import { describe, expect } from "vitest";
import { query } from "./support/messages.ts";
import { pythonFetch, readTrace, stopPythonPeer, type Traced } from "./support/python.ts";
import { test } from "./support/stage.ts";

const isQuery = ({ hex }: Traced): boolean => hex.startsWith("0002");
const isHello = ({ hex }: Traced): boolean => hex.startsWith("0001");

describe.concurrent("a network of our peers and Python ones", () => {
  test("has our peer pass on a Python peer's Query byte for byte, but for the TTL", async ({ stage }) => {
    const kv = (id: number): string => stage.keyValues(`kv${id}`, { [id]: `chunk ${id}` });
    // Python - ours - Python, in a line.
    const right = await stage.pythonPeer(5003, kv(3), stage.address(5002), "--trace", "right");
    await stage.peer(5002, kv(2), stage.address(5001), stage.address(5003));
    const left = await stage.pythonPeer(5001, kv(1), stage.address(5002), "--trace", "left");
    const result = pythonFetch(await stage.pythonClient([left.address, "3,1,2,700", "--wait-s", "0.5"]));
    expect(result.missing).toEqual([700]);
    const [hello] = readTrace(stage.read("left")).filter(isHello) as [Traced];
    const sent = readTrace(stage.read("left")).filter((traced) => isQuery(traced) && traced.dir === "out");
    const passedOn = readTrace(stage.read("right")).filter((traced) => isQuery(traced) && traced.dir === "in");
    expect(sent.map(({ hex }) => hex)).toEqual([query(hello.peer, 3, 3, 1, 2, 700).toString("hex")]);
    expect(passedOn.map(({ hex, peer }) => [peer, hex])).toEqual([
      [stage.address(5002), query(hello.peer, 2, 3, 1, 2, 700).toString("hex")],
    ]);
    const backAgain = readTrace(stage.read("left")).filter((traced) => isQuery(traced) && traced.dir === "in");
    expect(backAgain, "nothing goes back to whom it came from").toEqual([]);
    await stopPythonPeer(left);
    await stopPythonPeer(right);
  });

  test("has our peer drop the tail behind a Query, and never pass it on", async ({ stage }) => {
    const right = await stage.pythonPeer(5003, stage.keyValues("kv3", { 3: "three" }), "--strict", "--trace", "right");
    await stage.peer(5002, stage.keyValues("kv2", { 2: "two" }), stage.address(5003));
    const kv1 = stage.keyValues("kv1", { 1: "one" });
    const left = await stage.pythonPeer(5001, kv1, stage.address(5002), "--query-tail", "--trace", "left");
    const result = pythonFetch(await stage.pythonClient([left.address, "1-3", "--wait-s", "0.5"]));
    expect(result.missing).toEqual([]);
    const [tailed] = readTrace(stage.read("left")).filter(({ hex, dir }) => dir === "out" && hex.startsWith("0002"));
    const [clean] = readTrace(stage.read("right")).filter(isQuery);
    expect(tailed?.hex).toHaveLength(2 * (16 + 6 * 3));
    expect(clean?.hex).toHaveLength(2 * (12 + 2 * 3));
    await stopPythonPeer(left);
    await stopPythonPeer(right);
  });

  test("gives our client all chunks of the loop that the example network is", async ({ stage }) => {
    // Peers 1, 3 and 5 are Python, 2 and 4 ours: every link is between the two kinds, or between two Pythons.
    const held = [
      [5, 6, 7, 8],
      [1, 2],
      [3, 6, 7, 8],
      [6, 7, 8],
      [9, 10],
    ];
    const links = [[3, 2], [1, 5], [1, 5], [5], [2, 3, 4]];
    const pythons = [];
    for (const [index, ids] of held.entries()) {
      const chunks = Object.fromEntries(ids.map((id) => [id, `the bytes of chunk ${id}`]));
      const kv = stage.keyValues(`kv${index}`, chunks);
      const neighbours = (links[index] as number[]).map((peer) => stage.address(5000 + peer));
      if (index % 2 === 0) pythons.push(await stage.pythonPeer(5001 + index, kv, ...neighbours, "--strict"));
      else await stage.peer(5001 + index, kv, ...neighbours);
    }
    const ours = await stage.run(["client", stage.address(5004), "1,3,5,9,10,2", "--out", "ours"]);
    expect(ours.code, ours.stderr).toBe(0);
    for (const id of [1, 3, 5, 9, 10, 2]) expect(stage.read(`ours/chunk_${id}.m4s`)).toBe(`the bytes of chunk ${id}`);
    const theirs = pythonFetch(await stage.pythonClient([stage.address(5004), "1,3,5,9", "--wait-s", "0.5"]));
    expect(theirs.missing).toEqual([]);
    for (const peer of pythons) await stopPythonPeer(peer);
  });
});
