import type { Scenario } from "./scenario.ts";
import { lan, wan } from "./scenarios/distance.ts";
import { emulator } from "./scenarios/emulator.ts";
import { fiveNodes } from "./scenarios/five-nodes.ts";
import { fourHolders } from "./scenarios/four-holders.ts";
import { idle } from "./scenarios/idle.ts";
import { liars } from "./scenarios/liars.ts";
import { churn, cutConnections, halfOpen, stall } from "./scenarios/rough.ts";
import { slowAndKilled } from "./scenarios/slow-and-killed.ts";

/** All scenarios, in the order of the list. */
export const SCENARIOS: readonly Scenario[] = [
  ...[emulator, fiveNodes, fourHolders, slowAndKilled],
  ...[liars, churn, stall, cutConnections, halfOpen, wan, lan, idle],
];
