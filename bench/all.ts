/**
 * Cardume and others at the same work on the same machine, in turn: `npm run bench:all [-- --only 1,3 --rounds 5 --mib 1024
 * --quick --sides Cardume,aria2 --out DIR]`. Prints a table a task, and writes latest.json, table.md and plots into
 * docs/benchmarks/; a task that was not run keeps its last entry. `--quick` is a look at whether everything works, and
 * `--sides` a look at some: both write into .cache/ instead. `--install` installs the others and ends. Cardume is the
 * built package: dist/ is made anew. Needs four times --mib of disk. A whole run also measures the short form of bench:check.
 *
 * Exit code: 0 all was measured that could be, 1 something failed, 2 wrong use, 5 something could not be installed.
 *
 *   1 one to one   2 three to one   3 small files   4 watching   5 a slow and a killed holder   6 liars
 *   7 memory and CPU (of 1 to 3)   8 idle   9 finding (simulated)   10 start and size
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../lab/built.ts";
import { commandOf } from "./all/command.ts";
import { installOthers } from "./all/install.ts";
import { machineText, thisCommit, thisMachine } from "./all/machine.ts";
import { lookAround, measure } from "./all/measure.ts";
import { keep } from "./all/pages.ts";
import { measureShort, shortTasks } from "./all/short.ts";
import { SIDES } from "./all/sides.ts";
import { standsIn } from "./all/stand.ts";
import { tableText } from "./all/table.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

// Its processes end with it, and its folder goes.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

async function main(): Promise<number> {
  const command = commandOf(process.argv.slice(2), SIDES);
  if (typeof command === "string") {
    process.stderr.write(`${command}\n`);
    return 2;
  }
  if (command.install) return installOthers(say);
  const { tasks, sides, sizes, rounds, out, withShort } = command;
  say(`${machineText(thisMachine())}; commit ${thisCommit()}; ${new Date().toISOString()}`);
  build();
  const present = await lookAround(sides);
  for (const { side, version, why } of present) say(`${side.name}: ${version ?? `not here: ${why}`}`);
  const folder = mkdtempSync(join(tmpdir(), "cardume-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const standOf = standsIn(folder, sizes);
  let isWhole = true;
  for (const task of tasks) {
    const entry = await measure(task, present, rounds, standOf, sizes, say);
    isWhole &&= Object.values(entry.sides).every((side) => "why" in side || side.failures.length === 0);
    say(`\n${tableText(task, entry)}\n`);
    // After each task, so that a run that is stopped has left what it measured.
    keep(out, "entries", { [task.name]: entry });
  }
  if (withShort) keep(out, "short", await measureShort(shortTasks, say));
  say(`written into ${out}`);
  return isWhole ? 0 : 1;
}

process.exit(await main());
