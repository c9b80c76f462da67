import { expect, test } from "vitest";
import { CALM, DIALECTS, LARGE, LIARS } from "../../sim/profiles.ts";
import { runScenario } from "../../sim/run-scenario.ts";
import type { Profile } from "../../sim/scenario.ts";

// Networks that have shown a bug. They stay the same as long as sim/scenario.ts draws the same.
test.each<[string, number, Profile]>([
  ["all six requests went to liars, and a good holder was never asked", 115, CALM],
  ["all six requests went to liars, and a good holder was never asked", 582, CALM],
  ["all six requests went to liars, and a good holder was never asked", 852, LIARS],
  ["all six requests went to liars, and a good holder was never asked", 878, LIARS],
  ["all six requests went to liars, and a good holder was never asked", 120, LARGE],
  ["all six requests went to liars, and a good holder was never asked", 222, LARGE],
  ["a second Response of the report's dialect was taken for another chunk", 5, DIALECTS],
  ["a second Response of the report's dialect was taken for another chunk", 9, DIALECTS],
])("never again: %s (seed %i)", (_, seed, profile) => {
  expect(runScenario(seed, profile).findings).toEqual([]);
});
