import { expect, test } from "vitest";
import {
  askedForEver,
  assembledEarly,
  cancelledTwice,
  deafTo,
  droppedAsked,
  forgiving,
  hoarding,
  nextChunkAsked,
  oneLeafOff,
  twoAtFirst,
} from "../../sim/fetch/fetch-plants.ts";
import { type FetchPlant, FetchRun } from "../../sim/fetch/fetch-run.ts";
import { GOOD, plain, roughPlan } from "../../sim/fetch/fetch-scenario.ts";
import { runRough } from "../../sim/fetch/run-rough.ts";
import { Random } from "../../sim/random.ts";
import { BASE_SEED, expectNothing, seedsOf } from "./seeds.ts";

test("1,000 small networks with churn, cuts, liars, slow disks and readers: nothing forbidden is done, and everything comes", () => {
  for (const seed of seedsOf(40, 1000)) expectNothing(seed, runRough(seed));
});

test("the same seed gives the same fetch, and another seed another one", () => {
  const trace = (seed: number): string => {
    const run = new FetchRun(seed, roughPlan(new Random(seed).fork("plan")));
    const lines: string[] = [];
    run.onEffect = (effect) => lines.push(`${run.nowMs} ${JSON.stringify(effect)}`);
    run.run(20_000);
    return lines.join("\n");
  };
  const traces = seedsOf(41, 20).map((seed) => {
    expect(trace(seed)).toBe(trace(seed));
    return trace(seed);
  });
  // In a few there is nothing to do.
  expect(new Set(traces).size).toBeGreaterThan(traces.length / 2);
});

/** Within so many networks a bug must be seen. */
const NETWORKS = 100;

function isSeen(plant: () => FetchPlant, expected: RegExp): boolean {
  for (let network = 0; network < NETWORKS; network++)
    if (runRough((BASE_SEED + network) >>> 0, plant()).some((line) => expected.test(line))) return true;
  return false;
}

test.each<[string, () => FetchPlant, RegExp]>([
  ["a chunk asked of a holder that did not announce it", nextChunkAsked, /has not announced|is there/],
  ["a slice that is not aligned", oneLeafOff, /slice that is none/],
  ["two requests before anything was verified", twoAtFirst, /twice before anything/],
  ["a leaf that is asked for without end", askedForEver, /th time/],
  ["a request to a holder that was dropped", droppedAsked, /which it has dropped/],
  ["a chunk that is put together too early", assembledEarly, /without all of its leaves/],
  ["a request that is taken back twice", cancelledTwice, /which is not under way/],
  ["too much memory", hoarding, /in memory, over/],
  ["a liar that is not dropped", forgiving, /wrong bytes \d+ times/],
  ["a core that does not hear of written chunks", () => deafTo("written"), /in memory|have come/],
  ["a core that does not hear of verified slices", () => deafTo("verified"), /have come/],
])("the checkers see %s", (_, plant, expected) => {
  expect(isSeen(plant, expected)).toBe(true);
});

test("a core that does not wake waits for a silent holder for ever; one that does, does not", () => {
  const plan = plain(1, [{ ...GOOD, vice: "mute" }, GOOD]);
  const deaf = new FetchRun(1, plan, deafTo("wake"));
  deaf.run(600_000);
  expect(deaf.kept.size).toBe(0);
  const awake = new FetchRun(1, plan);
  awake.run(3000);
  expect(awake.kept.size).toBe(1);
});
