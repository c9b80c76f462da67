import type { Scenario } from "./scenario.ts";
import { emulator } from "./scenarios/emulator.ts";

/** All scenarios, in the order of the list. */
export const SCENARIOS: readonly Scenario[] = [emulator];
