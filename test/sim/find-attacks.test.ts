import { describe, expect, test } from "vitest";
import { FindNetwork, type NetworkPlan } from "../../sim/find/find-network.ts";
import { noShares, nothingReserved } from "../../sim/find/find-plants.ts";
import type { FindPlant } from "../../sim/find/finder.ts";
import { AnswerForger, IdThief, QueryFlooder, TtlRaiser } from "../../sim/find/liars.ts";
import type { StreamActor, StreamWorld } from "../../sim/find/stream-world.ts";
import { Random } from "../../sim/random.ts";
import { makeTopology } from "../../sim/topology.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

type LiarClass = new (self: number, world: StreamWorld, random: Random) => StreamActor;

/** A network whose last hosts are liars, linked to some others each; the honest ones are connected without them. */
function attacked(
  seed: number,
  honest: number,
  liars: readonly LiarClass[],
  more: Partial<NetworkPlan> = {},
): FindNetwork {
  const random = new Random(seed);
  const topology = makeTopology("random", honest, random.fork("topology")).map((next) => [...next]);
  const lying = new Map<number, (number: number, world: StreamWorld) => StreamActor>();
  for (const [index, Liar] of liars.entries()) {
    const self = honest + index;
    const victims = random.sample([...topology.keys()].slice(0, honest), 3);
    topology.push(victims);
    for (const victim of victims) topology[victim]?.push(self);
    lying.set(self, (number, world) => new Liar(number, world, random.fork(`liar ${number}`)));
  }
  const holders = new Set(Array.from({ length: honest }, (_, host) => host).filter(() => random.chance(0.25)));
  return new FindNetwork({ topology, holders, random, meanDelayMs: 20, liars: lying, ...more });
}

/** The share of searches, one of each of so many hosts in turn, that find every reachable holder under a flood. */
function successUnderFlood(seed: number, plant: FindPlant, searches = 8): { share: number; longestLived: number } {
  const network = attacked(seed, 30, [QueryFlooder], { plant });
  network.world.run(3000);
  let good = 0;
  for (let host = 0; host < searches; host++)
    if (network.finish(host, network.search(host, Infinity)).length === 0) good++;
  return { share: good / searches, longestLived: network.watch.longestLived };
}

describe("a neighbour that asks 1,000 things a second with 255 hops each", () => {
  test("leaves 99 % of the others' searches as they were, and no Query comes more than 8 hops", () => {
    const outcomes = seedsOf(44, 3).map((seed) => successUnderFlood(seed, {}));
    const share = outcomes.reduce((sum, one) => sum + one.share, 0) / outcomes.length;
    expect(share).toBeGreaterThanOrEqual(0.99);
    expect(Math.max(...outcomes.map(({ longestLived }) => longestLived))).toBeLessThanOrEqual(8);
  });

  test("would not, if nothing were reserved for the others: with a small budget, so that it is soon used up", () => {
    const small = {
      sharedQueriesPerSecond: 32,
      sharedQueryBurst: 64,
      queryBurstPerNeighbour: 16,
      queryExcessBurst: 16,
    };
    expect(successUnderFlood(1, { limits: small }).share).toBe(1);
    expect(successUnderFlood(1, { limits: { ...small, ...nothingReserved().limits } }).share).toBeLessThan(0.9);
  });
});

test("when everything is forgotten at once, and hops are raised to 255, no Query comes more than 8 hops from an honest peer", () => {
  for (const seed of seedsOf(45, 40)) {
    const plant = { limits: { maxQueriesRemembered: 2 } };
    const network = attacked(seed, 8, [QueryFlooder], { plant });
    const search = network.search(0, Infinity);
    network.world.run(300);
    const { longestLived, tooFar } = network.watch;
    // The flooder's own frame is the first hop, whatever it says; then 7 more.
    expectNothing(seed, longestLived <= 8 && tooFar === 0 ? [] : [`${longestLived} hops, ${tooFar} too far`]);
    expect(search.queryId).toHaveLength(16);
  }
});

test("a peer that raises the hops of what it passes on cannot keep a question alive", () => {
  for (const seed of seedsOf(46, 60)) {
    const network = attacked(seed, 12, [TtlRaiser, TtlRaiser]);
    network.finish(0, network.search(0, Infinity));
    network.world.run(network.world.nowMs + 60_000);
    const before = network.watch.queries;
    network.world.run(network.world.nowMs + 60_000);
    expectNothing(seed, network.watch.queries === before ? [] : ["the question is still alive"]);
  }
});

test("a question under a stolen query id does not hide the true one", () => {
  for (const seed of seedsOf(47, 100)) {
    const network = attacked(seed, 12, [IdThief, IdThief]);
    const missing = network.finish(0, network.search(0, Infinity));
    expectNothing(
      seed,
      missing.map((host) => `holder ${host} was not found`),
    );
  }
});

describe("two peers that give 200 false answers to each question", () => {
  /** Candidates of a search, and the holders that it missed. */
  function poisoned(seed: number, plant: FindPlant = {}): { candidates: number; missing: number } {
    const network = attacked(seed, 12, [AnswerForger, AnswerForger], { plant });
    const search = network.search(0, Infinity);
    const missing = network.finish(0, search);
    return { candidates: search.candidates, missing: missing.length };
  }

  test("fill no more than their shares, whatever part of all answers is theirs, and every holder is found", () => {
    let good = 0;
    for (const seed of seedsOf(48, 200)) {
      const { candidates, missing } = poisoned(seed);
      expectNothing(seed, candidates <= 512 ? [] : [`${candidates} candidates`]);
      if (missing === 0) good++;
    }
    expect(good / 200).toBeGreaterThanOrEqual(0.9);
  });

  test("would hide holders, if there were no shares", () => {
    const hidden = Array.from({ length: 60 }, (_, seed) => {
      const plant = { limits: { ...noShares().limits, maxAnswersPerQuery: 250 } };
      return poisoned(seed, plant).missing;
    }).filter((missing) => missing > 0).length;
    expect(hidden).toBeGreaterThan(12);
  });
});
