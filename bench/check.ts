/**
 * Whether Cardume has become worse against the others: `npm run bench:check [-- --only one-to-one,start --base FILE --write]`.
 * Measures a short form of those works whose ratios are stable, and compares how far ahead of the others Cardume is with
 * the last run that was committed (docs/benchmarks/latest.json, by git; or a file). What fell by more than 15 %, and by
 * more than twice the standard error of both runs, is measured once more; if all rounds together still say so, it is lost.
 *
 *   exit code 0 nothing is lost   1 something is   2 wrong use, or no run to compare with   5 the machine refused
 *
 * `--write` compares nothing, and writes what it measured into the book for the next commit. CARDUME_BENCH_PLANT=0.9 plants a
 * slow-down beside our own runs (bench/all/plant.ts), to show that this finds one.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "../lab/built.ts";
import { type Entry, parseBook } from "./all/book.ts";
import { BOOK_FOLDER } from "./all/command.ts";
import { type Change, compare, pooled } from "./all/compare.ts";
import { machineText, thisMachine } from "./all/machine.ts";
import { BOOK_FILE, keep } from "./all/pages.ts";
import { checkedMetrics, measureShort, shortTasks } from "./all/short.ts";
import type { Task } from "./all/task.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

/** The text of the book to compare with: a file, or the one that was committed; `undefined`: there is none. */
function committed(base: string | undefined): string | undefined {
  if (base !== undefined) return readFileSync(base, "utf8");
  const { status, stdout } = spawnSync("git", ["show", `HEAD:docs/benchmarks/${BOOK_FILE}`], {
    ...{ cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 },
  });
  return status === 0 ? stdout : undefined;
}

/** What has changed in a task, each in a line. */
function told(task: Task, base: Entry, now: Entry): Change[] {
  const changes = checkedMetrics(task).flatMap((metric) => compare(base, now, metric) ?? []);
  for (const { metric, ratio, noise, verdict } of changes)
    say(
      `${verdict.padEnd(8)} ${task.name}: ${metric.title}: ${ratio.toFixed(2)} of what it was against the others (noise ±${(100 * noise).toFixed(0)} %)`,
    );
  if (changes.length === 0) say(`nothing  ${task.name}: no side that both runs have`);
  return changes;
}

const fell = (changes: readonly Change[]): boolean =>
  changes.some(({ verdict }) => verdict === "lost" || verdict === "unclear");

async function check(tasks: readonly Task[], bases: Readonly<Record<string, Entry>>): Promise<number> {
  const known = tasks.filter(({ name }) => bases[name] !== undefined);
  for (const task of tasks) if (!known.includes(task)) say(`nothing  ${task.name}: not in the committed run`);
  const lost: string[] = [];
  for (const task of known) {
    const base = bases[task.name] as Entry;
    const first = (await measureShort([task], say))[task.name] as Entry;
    if (!fell(told(task, base, first))) continue;
    say(`again    ${task.name}`);
    const second = (await measureShort([task], say))[task.name] as Entry;
    const changes = told(task, base, pooled(first, second));
    for (const { metric, verdict } of changes) if (verdict === "lost") lost.push(`${task.name}: ${metric.title}`);
  }
  for (const what of lost) say(`LOST: ${what}`);
  return lost.length > 0 ? 1 : 0;
}

interface Wishes {
  readonly tasks: readonly Task[];
  readonly base: string | undefined;
  readonly write: boolean;
}

/** Reads the arguments. @throws Error for wrong use */
function wishesOf(args: readonly string[]): Wishes {
  const options = { only: { type: "string" }, base: { type: "string" }, write: { type: "boolean" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const names = shortTasks.map(({ name }) => name);
  const only = values.only?.split(",") ?? names;
  const unknown = only.find((one) => !names.includes(one));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${names.join(", ")}`);
  const { base, write = false } = values;
  return { tasks: shortTasks.filter(({ name }) => only.includes(name)), base, write };
}

async function main({ tasks, base, write }: Wishes): Promise<number> {
  const text = write ? undefined : committed(base);
  const bases = text === undefined ? {} : parseBook(text, "the committed run").short;
  if (!write && Object.keys(bases).length === 0) {
    process.stderr.write(
      "no committed run to compare with: `npm run bench:check -- --write`, and commit docs/benchmarks\n",
    );
    return 2;
  }
  const machine = machineText(thisMachine());
  say(machine);
  for (const other of new Set(Object.values(bases).map((entry) => machineText(entry.machine))))
    if (other !== machine) say(`the committed run is of another machine, and only ratios are compared: ${other}`);
  build();
  if (!write) return check(tasks, bases);
  keep(BOOK_FOLDER, "short", await measureShort(tasks, say));
  return 0;
}

/** Says why, and ends. */
function end(error: unknown, code: number): never {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(code);
}

let wishes: Wishes;
try {
  wishes = wishesOf(process.argv.slice(2));
} catch (error) {
  end(error, 2);
}
process.exit(await main(wishes).catch((error: unknown) => end(error, 5)));
