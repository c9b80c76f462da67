import { describe, expect, test } from "vitest";
import { FindNetwork } from "../../sim/find/find-network.ts";
import { doneTooSoon, doneUnsaid, endlessPatience, nothingBeyond, unpaced } from "../../sim/find/find-plants.ts";
import type { FindPlant } from "../../sim/find/finder.ts";
import { Silent } from "../../sim/find/liars.ts";
import { runSearch, type SearchOutcome } from "../../sim/find/run-search.ts";
import type { StreamActor, StreamWorld } from "../../sim/find/stream-world.ts";
import { Random } from "../../sim/random.ts";
import { makeTopology } from "../../sim/topology.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

/** A calm network of any size up to 60, any delays, any share of holders. */
function searchCalm(seed: number, plant: FindPlant): SearchOutcome {
  const random = new Random(seed).fork("network");
  const [peers, heldShare, meanDelayMs] = [
    random.integer(2, 60),
    random.pick([0, 0.1, 0.5]),
    random.pick([1, 20, 200]),
  ];
  return runSearch({ seed, peers, heldShare, enough: Infinity, meanDelayMs, plant });
}

describe("when nobody is faulty", () => {
  test("a search ends by Dones alone, finds every holder, and each Query has one Done: nobody waits in a circle", () => {
    for (const seed of seedsOf(61, 1000)) {
      const { missing, ringsTimedOut, ended, queries, dones } = searchCalm(seed, endlessPatience());
      const findings = missing.map((host) => `holder ${host} was not found`);
      if (ringsTimedOut > 0 || ended !== "exhausted") findings.push(`${ringsTimedOut} rings timed out, ${ended}`);
      if (dones !== queries) findings.push(`${dones} Dones to ${queries} Queries`);
      expectNothing(seed, findings);
    }
  });

  test("a search in a small network ends with it: 5 peers, 1 ms a message, a quarter of a second after they met", () => {
    for (const seed of seedsOf(62, 300)) {
      const { tookMs, missing } = runSearch({ seed, peers: 5, heldShare: 0.5, enough: Infinity, meanDelayMs: 1 });
      expectNothing(seed, tookMs <= 300 && missing.length === 0 ? [] : [`${tookMs} ms, ${missing.length} missing`]);
    }
  });
});

describe("a host that searches 100 times, one after the other, on a line of 6", () => {
  /** Searches that have not found the host at the other end, and questions that were refused. */
  function searchOver(seed: number, plant: FindPlant): { failed: number; refused: number } {
    const topology = [[1], [0, 2], [1, 3], [2, 4], [3, 5], [4]];
    const network = new FindNetwork({
      topology,
      holders: new Set([5]),
      random: new Random(seed),
      meanDelayMs: 1,
      plant,
    });
    let failed = 0;
    for (let search = 0; search < 100; search++) {
      const one = network.search(0, 1);
      while (one.ended === undefined) network.world.run(network.world.nowMs + 1);
      if (one.holders.size === 0) failed++;
    }
    const refused = [...network.finders.values()].reduce((sum, { core }) => sum + core.counters.rateLimited, 0);
    return { failed, refused };
  }

  test("finds it each time, and is refused nothing", () => {
    for (const seed of seedsOf(65, 5)) expect(searchOver(seed, {})).toEqual({ failed: 0, refused: 0 });
  });

  test("would be refused, if it did not pace itself", () => {
    expect(searchOver(1, unpaced()).failed).toBeGreaterThan(10);
  });
});

/** Searches of host 0 and how many rings timed out, in a network that is connected without its last two, silent hosts. */
function searchWithSilent(seed: number): { missing: number; ringsTimedOut: number; tookMs: number } {
  const random = new Random(seed);
  const topology = makeTopology("random", 20, random.fork("topology")).map((next) => [...next]);
  const liars = new Map<number, (self: number, world: StreamWorld) => StreamActor>();
  for (const silent of [20, 21]) {
    const victims = random.sample([...topology.keys()].slice(0, 20), 3);
    topology.push(victims);
    for (const victim of victims) topology[victim]?.push(silent);
    liars.set(silent, (self, world) => new Silent(self, world, random));
  }
  const holders = new Set([...topology.keys()].filter((host) => random.chance(0.25) && host < 20));
  const network = new FindNetwork({ topology, holders, random, meanDelayMs: 20, liars });
  const search = network.search(0, Infinity);
  const missing = network.finish(0, search).length;
  const { ringsTimedOut = 0 } = network.finders.get(0)?.core.counters ?? {};
  return { missing, ringsTimedOut, tookMs: search.endedAtMs };
}

describe("with peers that do not say Done", () => {
  test("a search among silent ones ends by patience, and still finds every holder that others lead to", () => {
    const outcomes = seedsOf(63, 300).map((seed) => {
      const outcome = searchWithSilent(seed);
      expectNothing(seed, outcome.tookMs <= 20_000 && outcome.ringsTimedOut > 0 ? [] : [JSON.stringify(outcome)]);
      return outcome;
    });
    const good = outcomes.filter(({ missing }) => missing === 0);
    expect(good.length / outcomes.length).toBeGreaterThanOrEqual(0.99);
  });

  test("a search among those of before there were Dones finds as many as ever", () => {
    const outcomes = seedsOf(64, 300).map((seed) =>
      runSearch({ seed, peers: 50, heldShare: 0.25, enough: Infinity, meanDelayMs: 20, plant: doneUnsaid() }),
    );
    const good = outcomes.filter(({ missing }) => missing.length === 0);
    expect(good.length / outcomes.length).toBeGreaterThanOrEqual(0.99);
    expect(outcomes.every(({ dones, ringsTimedOut }) => dones === 0 && ringsTimedOut > 0)).toBe(true);
  });
});

test.each<[string, () => FindPlant]>([
  ["a Done that comes before the answers", doneTooSoon],
  ["peers beyond the hops that nobody speaks of", nothingBeyond],
])("a planted bug is seen: %s", (_, plant) => {
  const outcomes = Array.from({ length: 60 }, (_run, seed) => searchCalm(seed, plant()));
  expect(outcomes.filter(({ missing }) => missing.length > 0).length).toBeGreaterThan(5);
});
