import { tableOf } from "../../lab/table.ts";
import { median } from "../support/statistics.ts";
import type { Entry } from "./book.ts";
import { machineText } from "./machine.ts";
import { OURS } from "./side.ts";
import type { Metric, Task } from "./task.ts";
import { aheadOf, spreadOf, valuesOf } from "./values.ts";

/** `1.65×`: so many times ours is better; below 1 it is worse. */
export const timesText = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`;

/** The table of one task, a row a side: medians (least–most) of each metric, and how far ahead ours is. */
export function tableText(task: Task, entry: Entry): string {
  const { head, rows, notes } = tableParts(task, entry);
  return [`${task.work}. ${task.title}`, "", tableOf(head, rows), ...notes].join("\n");
}

/** The same as Markdown, under what it was measured with. */
export function tableMarkdown(task: Task, entry: Entry): string {
  const { head, rows, notes } = tableParts(task, entry);
  const lineOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "--:"));
  return [
    ...[`### ${task.work}. ${task.title}`, "", measuredText(task, entry), ""],
    ...[head, rule, ...rows].map(lineOf),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : []),
  ].join("\n");
}

/** When, from what and on what an entry was measured. */
export function measuredText(task: Task, { date, commit, machine, rounds, sizes }: Entry): string {
  const size: Partial<Record<Task["kind"], string>> = {
    transfer: `${sizes.mib} MiB, `,
    folder: `${sizes.files} files of ${sizes.leastFileKib} to ${sizes.mostFileKib} KiB, `,
    ...{ rough: `${sizes.lineMib} MiB, `, liars: `${sizes.lineMib} MiB, `, idle: `${sizes.idleMs / 1000} s, ` },
    watch: `${sizes.seeks} seeks a round, `,
  };
  const times = `${rounds} round${rounds === 1 ? "" : "s"}`;
  return `${size[task.kind] ?? ""}${times}, ${date.slice(0, 10)}, commit ${commit}; ${machineText(machine)}.`;
}

interface Parts {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

function tableParts({ metrics }: Task, entry: Entry): Parts {
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const [name, result] of Object.entries(entry.sides)) {
    if ("why" in result) {
      notes.push(`${name}: not measured: ${result.why}`);
      continue;
    }
    const { version, isLimit, failures } = result;
    rows.push([
      `${name} ${version}${isLimit ? " (a limit)" : ""}`,
      ...metrics.map((metric) => cellOf(entry, name, metric)),
    ]);
    for (const failure of new Set(failures)) notes.push(`${name}: failed ${failures.length} time(s): ${failure}`);
  }
  return { head: ["", ...metrics.map(({ title }) => title)], rows, notes };
}

/** `263 (249–282) · 1.65×`: what it has, and how far ahead of it ours is. */
function cellOf(entry: Entry, name: string, metric: Metric): string {
  const spread = spreadOf(valuesOf(entry.sides[name], metric.key));
  if (spread === undefined) return "–";
  const [middle, least, most] = [spread.median, spread.least, spread.most].map((value) => value.toFixed(metric.digits));
  const range = spread.count > 1 ? ` (${least}–${most})` : "";
  const ahead = name === OURS ? [] : aheadOf(entry, name, metric);
  return `${middle}${range}${ahead.length > 0 ? ` · ${timesText(median(ahead))}` : ""}`;
}
