import { describe, expect, test } from "vitest";
import { CALM, CALM_OURS, DIALECTS, LARGE, LIARS, LONG_LISTS, NAIVE, ROUGH, ROUGH_OURS } from "../../sim/profiles.ts";
import { runScenario } from "../../sim/run-scenario.ts";
import type { Profile } from "../../sim/scenario.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

function expectAllWell(claim: number, networks: number, profile: Profile): void {
  for (const seed of seedsOf(claim, networks)) expectNothing(seed, runScenario(seed, profile).findings);
}

// What "well" means is in sim/checkers: safe at every moment, every chunk that can be had, a log that tells the truth.
describe("all goes well", () => {
  test("with loss, delay, duplicates, reordering, partitions, crashes, foreign programs and liars", () => {
    expectAllWell(10, 300, ROUGH);
  });

  test("with foreign programs and liars in calm weather", () => {
    expectAllWell(11, 200, CALM);
  });

  test("among our own programs in bad weather", () => {
    expectAllWell(12, 100, ROUGH_OURS);
  });

  test("among our own programs in calm weather, and a client ends within 6 s", () => {
    expectAllWell(13, 100, CALM_OURS);
  });

  test("in networks of 20 to 50 peers", () => {
    expectAllWell(14, 40, LARGE);
  });

  test("with lists that do not fit one message", () => {
    expectAllWell(15, 12, LONG_LISTS);
  });

  test("with foreign programs that multiply every question", () => {
    expectAllWell(16, 60, NAIVE);
  });

  test("where there are more liars than honest peers", () => {
    expectAllWell(17, 100, LIARS);
  });

  test("with programs of the report's dialect", () => {
    expectAllWell(18, 60, DIALECTS);
  });
});

test("the same seed gives the same trace, and another seed another one", () => {
  const traces = seedsOf(19, 20).map((seed) => {
    const { trace } = runScenario(seed, ROUGH);
    expect(runScenario(seed, ROUGH).trace).toBe(trace);
    return trace;
  });
  expect(new Set(traces).size).toBe(traces.length);
});
