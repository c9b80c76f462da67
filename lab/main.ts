/**
 * Real node processes behind emulated lines, on loopback, without any right: `node lab/main.ts SCENARIO…`.
 *
 *   --list        the scenarios
 *   --seed N      chance as in that run (default: the time)
 *   --mib N       size of the video that is fetched, instead of the scenario's own
 *   --json        one JSON object a scenario on standard output
 *   --quiet       no words while it runs
 *
 * Exit code: 0 all demands were met, 1 one was not, 2 wrong use.
 */
import { parseArgs } from "node:util";
import { Lab } from "./lab.ts";
import type { Outcome, Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { tableOf } from "./table.ts";

const USAGE = "usage: npm run lab -- SCENARIO… [--seed N] [--mib N] [--json] [--quiet], or --list";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function wrongUse(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function settings(): { names: string[]; seed: number; mib: number | undefined; isJson: boolean; isQuiet: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        list: { type: "boolean", default: false },
        seed: { type: "string" },
        mib: { type: "string" },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
      },
    });
    const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
    const [seed = Date.now() % 1_000_000_000, mib] = [number(values.seed), number(values.mib)];
    if (!Number.isInteger(seed) || (mib !== undefined && !(mib > 0))) throw new Error("a number is wrong");
    if (values.list) {
      for (const { name, about } of SCENARIOS) say(`${name.padEnd(18)} ${about}`);
      process.exit(0);
    }
    return { names: positionals, seed, mib, isJson: values.json, isQuiet: values.quiet };
  } catch (error) {
    return wrongUse(`${(error as Error).message}\n${USAGE}`);
  }
}

function report({ name, about }: Scenario, { head, rows, demands }: Outcome, seed: number): void {
  say(`\n${name}: ${about} (seed ${seed})\n`);
  say(tableOf(head, rows));
  say("");
  say(
    tableOf(
      ["demand", "figure", "target", ""],
      demands.map(({ what, figure, target, isMet }) => [what, figure, target, isMet ? "met" : "MISSED"]),
    ),
  );
}

// Its processes end with it, and its folder goes.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

async function main(): Promise<number> {
  const { names, seed, mib, isJson, isQuiet } = settings();
  const chosen = names.map((name) => SCENARIOS.find((one) => one.name === name) ?? wrongUse(`no scenario ${name}`));
  if (chosen.length === 0) wrongUse(USAGE);
  let isAllMet = true;
  for (const scenario of chosen) {
    const startedAtMs = performance.now();
    const lab = new Lab(seed, mib, isJson || isQuiet ? () => {} : (text) => say(`  ${text}`));
    try {
      const outcome = await scenario.run(lab);
      isAllMet &&= outcome.demands.every(({ isMet }) => isMet);
      if (isJson) say(JSON.stringify({ name: scenario.name, seed, ms: performance.now() - startedAtMs, ...outcome }));
      else report(scenario, outcome, seed);
    } catch (error) {
      isAllMet = false;
      process.stderr.write(`${scenario.name}, seed ${seed}: ${(error as Error).stack}\n`);
    } finally {
      await lab.close();
    }
  }
  return isAllMet ? 0 : 1;
}

process.exitCode = await main();
