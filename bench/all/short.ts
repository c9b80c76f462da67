import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "./book.ts";
import { lookAround, measure } from "./measure.ts";
import { OURS } from "./side.ts";
import { SIDES } from "./sides.ts";
import { standsIn } from "./stand.ts";
import { FULL_SIZES, type Metric, type Sizes, type Task } from "./task.ts";
import { TASKS } from "./works.ts";

/** Small enough for a quarter of an hour, and large enough that starting is not all. */
const SIZES: Sizes = { ...FULL_SIZES, mib: 256, lineMib: 64, files: 300 };
/** Rounds of the short form. */
const ROUNDS = 5;
/** What is the same from run to run within some per cent, on a machine that does nothing else. */
const NAMES = new Set(["one-to-one", "three-to-one", "small-files", "slow-and-killed", "find-1000", "start"]);
/** Whom ours is compared with: one of each kind, so that it does not take all day. */
const YARDSTICKS = new Set([OURS, "libtorrent, v1", "Syncthing", "nginx + curl", "bare TLS socket", "flood of 8 hops"]);
/** What is compared, of tasks that have it: speed, and the receiver's processor. */
const CHECKED = new Set(["mbPerS", "filesPerS", "toCpuS", "share", "queries", "ms"]);
/** The metrics of a task of which others are only another form. */
const DOUBLE = new Map([
  ["small-files", "mbPerS"],
  ["find-1000", "ms"],
]);

/** The tasks of the short form. */
export const shortTasks: readonly Task[] = TASKS.filter(({ name }) => NAMES.has(name));

/** What is compared of a task. */
export const checkedMetrics = ({ name, metrics }: Task): Metric[] =>
  metrics.filter(({ key }) => CHECKED.has(key) && DOUBLE.get(name) !== key);

/** Measures tasks in their short form. The built package has to be there. @returns their entries by name */
export async function measureShort(
  tasks: readonly Task[],
  say: (text: string) => void,
): Promise<Readonly<Record<string, Entry>>> {
  const folder = mkdtempSync(join(tmpdir(), "cardume-bench-"));
  try {
    const present = await lookAround(SIDES.filter(({ name }) => YARDSTICKS.has(name)));
    const standOf = standsIn(folder, SIZES);
    const entries: Record<string, Entry> = {};
    for (const task of tasks) entries[task.name] = await measure(task, present, ROUNDS, standOf, SIZES, say);
    return entries;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
