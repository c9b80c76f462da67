import { describe, expect, test } from "vitest";
import { fetchCommand, neighboursOf, peerCommands } from "../../../src/cli/network-commands.ts";
import { ORIGINAL } from "../../../src/core/limits.ts";

const COUNTS = Array.from({ length: 50 }, (_, index) => index + 1);

/** Hops from the first peer to each, by breadth-first search. */
function hops(count: number): number[] {
  const distance: number[] = new Array<number>(count).fill(Infinity);
  distance[0] = 0;
  const queue = [0];
  for (let peer = queue.shift(); peer !== undefined; peer = queue.shift())
    for (const neighbour of neighboursOf(peer, count))
      if (distance[neighbour] === Infinity) {
        distance[neighbour] = (distance[peer] as number) + 1;
        queue.push(neighbour);
      }
  return distance;
}

describe.for(COUNTS)("%i peers", (count) => {
  test("are all within the hop limit of the first", () => {
    expect(Math.max(...hops(count))).toBeLessThanOrEqual(ORIGINAL.maxTtlHops);
  });

  test("know each other both ways, and nobody twice or itself", () => {
    for (let peer = 0; peer < count; peer++) {
      const neighbours = neighboursOf(peer, count);
      expect(new Set(neighbours).size).toBe(neighbours.length);
      expect(neighbours).not.toContain(peer);
      for (const neighbour of neighbours) expect(neighboursOf(neighbour, count)).toContain(peer);
    }
  });
});

test("the command lines start each peer on a port of its own, with its neighbours' addresses", () => {
  expect(peerCommands(["a", "b", "c"], 5001)).toEqual([
    ["peer", "127.0.0.1:5001", "a", "127.0.0.1:5003", "127.0.0.1:5002"],
    ["peer", "127.0.0.1:5002", "b", "127.0.0.1:5001", "127.0.0.1:5003"],
    ["peer", "127.0.0.1:5003", "c", "127.0.0.1:5002", "127.0.0.1:5001"],
  ]);
  expect(peerCommands(["a"], 5001)).toEqual([["peer", "127.0.0.1:5001", "a"]]);
});

test("the command that fetches asks the first for everything", () => {
  expect(fetchCommand(5001, 400, "film.mp4")).toEqual(["client", "127.0.0.1:5001", "1-400", "--join", "film.mp4"]);
  expect(fetchCommand(5001, 1, "film.mp4")).toEqual(["client", "127.0.0.1:5001", "1", "--join", "film.mp4"]);
});
