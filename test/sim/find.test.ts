import { describe, expect, test } from "vitest";
import { answersLost, impatient, onlyFirstSentOn, sentTwice, ttlNotLowered } from "../../sim/find/find-plants.ts";
import type { FindPlant } from "../../sim/find/finder.ts";
import { runSearch, type SearchOutcome } from "../../sim/find/run-search.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

const RUNS = 1000;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A quarter of 50 peers holds it, and all of them are wanted. */
const searchAll = (seed: number, plant: FindPlant = {}): SearchOutcome =>
  runSearch({ seed, peers: 50, heldShare: 0.25, enough: Infinity, meanDelayMs: 20, plant });

/** What is wrong with a search that was to find everyone, apart from one in a hundred that may miss somebody. */
function faults({ longestLived, tooFar, queries, dones, links }: SearchOutcome): string[] {
  const found: string[] = [];
  if (longestLived > 8) found.push(`a Query has come ${longestLived} hops`);
  if (tooFar > 0) found.push(`${tooFar} Queries with a TTL of 0 or above 8`);
  if (queries > 7 * links) found.push(`${queries} Queries over ${links} links`);
  if (dones > queries) found.push(`${dones} Dones to ${queries} Queries`);
  return found;
}

describe("50 peers of mean degree 4 with exponential delays", () => {
  test(`every holder within 8 hops is found in 99 % of ${RUNS} searches, with 4 Queries a link on average`, () => {
    const outcomes = seedsOf(40, RUNS).map((seed) => {
      const outcome = searchAll(seed);
      expectNothing(seed, faults(outcome));
      return outcome;
    });
    expect(mean(outcomes.map(({ missing }) => (missing.length === 0 ? 1 : 0)))).toBeGreaterThanOrEqual(0.99);
    expect(mean(outcomes.map(({ queries, links }) => queries / links))).toBeLessThanOrEqual(4);
  });

  test("a title that a quarter holds costs a quarter of a full flood at most", () => {
    const cost = (heldShare: number, runs: number): number =>
      mean(
        seedsOf(41, runs).map((seed) => runSearch({ seed, peers: 50, heldShare, enough: 4, meanDelayMs: 20 }).queries),
      );
    expect(cost(0.25, 300) / cost(0, 50)).toBeLessThanOrEqual(0.25);
  });

  test("nobody who holds nothing answers", () => {
    for (const seed of seedsOf(42, 20)) {
      const { answers } = runSearch({ seed, peers: 50, heldShare: 0, enough: 4, meanDelayMs: 20 });
      expectNothing(seed, answers === 0 ? [] : [`${answers} answers`]);
    }
  });
});

test("10,000 peers: the same seed gives the same trace, another seed another one", () => {
  const [seed = 1] = seedsOf(43, 1);
  const run = (one: number, peers: number): string =>
    runSearch({ seed: one, peers, heldShare: 0.0005, enough: Infinity, meanDelayMs: 20 }).trace;
  expect(run(seed, 10_000)).toBe(run(seed, 10_000));
  expect(run(seed, 100)).not.toBe(run(seed + 1, 100));
});

describe("planted bugs are seen: ", () => {
  const outcomesOf = (plant: () => FindPlant): SearchOutcome[] =>
    Array.from({ length: 100 }, (_, seed) => searchAll(seed, plant()));

  test.each<[string, () => FindPlant]>([
    ["a Query that is sent on only the first time", onlyFirstSentOn],
    ["an answer in ten that is lost", (): FindPlant => answersLost(10)],
    ["a widest ring that is hardly waited for", impatient],
  ])("%s", (_, plant) => {
    expect(outcomesOf(plant).filter(({ missing }) => missing.length > 0).length).toBeGreaterThan(1);
  });

  test("a TTL that is not lowered", () => {
    expect(outcomesOf(ttlNotLowered).flatMap(faults)).not.toEqual([]);
  });

  test("a Query that is sent twice", () => {
    expect(mean(outcomesOf(sentTwice).map(({ queries, links }) => queries / links))).toBeGreaterThan(4);
  });
});
