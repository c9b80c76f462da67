import { expect, test } from "vitest";
import type { Plant } from "../../sim/plant.ts";
import {
  getSentTwice,
  lastIdNotAdvertised,
  lastIdNotEncoded,
  loggedTwice,
  missingUntold,
  noDuplicateCheck,
  ttlNotLowered,
  ttlZeroSent,
  wrongHolderLogged,
} from "../../sim/plants.ts";
import { ROUGH_OURS } from "../../sim/profiles.ts";
import { runScenario } from "../../sim/run-scenario.ts";
import { BASE_SEED } from "./seeds.ts";

/** Within so many networks a bug must be seen. */
const NETWORKS = 20;

/** Whether the checkers say this about any of the networks with the bug in them. */
function isSeen(plant: () => Plant, expected: RegExp): boolean {
  for (let network = 0; network < NETWORKS; network++)
    if (runScenario((BASE_SEED + network) >>> 0, ROUGH_OURS, plant()).findings.some((line) => expected.test(line)))
      return true;
  return false;
}

test.each<[string, () => Plant, RegExp]>([
  ["a TTL that is not lowered", ttlNotLowered, /should not send .*"query"/],
  ["a TTL of 0 that is sent", ttlZeroSent, /query with TTL 0/],
  ["a missing check for duplicates", noDuplicateCheck, /should not send/],
  ["a wrong holder in the log", wrongHolderLogged, /has not sent it/],
  ["a Get that is repeated at once", getSentTwice, /in flight at .* for 0\.000 ms only/],
  ["a missing chunk that is not told", missingUntold, /are missing, but it is/],
  ["a chunk that is logged twice", loggedTwice, /for the second time/],
  ["a last id that is not written", lastIdNotEncoded, /did not send|only \d+ Hellos/],
  ["a last id that is not advertised", lastIdNotAdvertised, /did not send .*"chunk-info"/],
])("the checkers see %s", (_, plant, expected) => {
  expect(isSeen(plant, expected)).toBe(true);
});
