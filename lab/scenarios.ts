import type { Scenario } from "./scenario.ts";
import { emulator } from "./scenarios/emulator.ts";
import { fourHolders } from "./scenarios/four-holders.ts";

/** All scenarios, in the order of the list. */
export const SCENARIOS: readonly Scenario[] = [emulator, fourHolders];
