import { Random } from "../random.ts";
import { type FetchPlant, FetchRun } from "./fetch-run.ts";
import { roughPlan } from "./fetch-scenario.ts";

/** The bad weather lasts so long, and after it everything has to come within so long, in ms. */
const STORM_MS = 20_000;
const CALM_MS = 120_000;

/**
 * One small network in bad weather, then in good: first nothing may be done that must not be, then everything has to come.
 * @returns what is wrong, in words
 */
export function runRough(seed: number, plant?: FetchPlant): string[] {
  const run = new FetchRun(seed, roughPlan(new Random(seed).fork("plan")), plant);
  run.run(STORM_MS);
  run.heal();
  run.run(run.nowMs + CALM_MS);
  const findings = [...run.checker.findings];
  const { chunks } = run.geometry;
  if (run.kept.size < chunks) findings.push(`only ${run.kept.size} of ${chunks} chunks have come`);
  else if (run.completeAtMs === Infinity) findings.push("all chunks have come, and it does not say so");
  else if (run.fetchCore !== undefined && run.fetchCore.memoryBytes > 0)
    findings.push(`all chunks have come, and ${run.fetchCore.memoryBytes} bytes are still counted`);
  for (const [holder, bodies] of run.wrongBodies)
    if (bodies > 1) findings.push(`holder ${holder} sent wrong bytes ${bodies} times`);
  return findings;
}
