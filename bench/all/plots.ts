import { type Bar, type BarGroup, barPlot } from "./bar-plot.ts";
import type { Entry } from "./book.ts";
import { linePlot } from "./line-plot.ts";
import { OURS } from "./side.ts";
import type { Metric, Task } from "./task.ts";
import { spreadOf, valuesOf } from "./values.ts";
import { TASKS } from "./works.ts";

type Entries = Readonly<Record<string, Entry>>;

/** A plot of bars: which tasks, which of their metrics. */
interface Wanted {
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly key: string;
  readonly tasks: readonly string[];
}

const MOVING = ["one-to-one", "three-to-one"];
const watching = (via: string): string[] => TASKS.flatMap(({ name }) => (name.includes(`-${via}`) ? [name] : []));

const WANTED: readonly Wanted[] = [
  bars(
    "throughput",
    "A file from one and three holders",
    "MB/s, verified and written; more is better",
    "mbPerS",
    MOVING,
  ),
  bars("small-files", "Small files", "files a second; more is better", "filesPerS", ["small-files"]),
  bars("cpu-receiver", "The receiver's processor", "CPU-s a GiB; less is better", "toCpuS", MOVING),
  bars("cpu-senders", "The senders' processor", "CPU-s a GiB; less is better", "fromCpuS", MOVING),
  bars("memory", "The receiver's memory", "RSS, MiB; less is better", "toRssMiB", MOVING),
  bars(
    "first-frame",
    "First frame at 20 Mbit/s and 20 ms, by Range",
    "ms; less is better",
    "firstMs",
    watching("range"),
  ),
  bars("seek", "Cold seek at 20 Mbit/s and 20 ms, by Range", "ms; less is better", "seekMs", watching("range")),
  bars("slow-and-killed", "One holder slow, one killed", "share of what the lines bring; more is better", "share", [
    "slow-and-killed",
  ]),
  bars("liars", "Two of four holders lie", "s; less is better", "s", ["liars"]),
  bars("idle-memory", "Idle with four neighbours", "RSS, MiB; less is better", "rssMiB", ["idle"]),
  bars("start", "From the command to ready", "ms; less is better", "ms", ["start"]),
  bars("size", "On the disk, installed, runtime apart", "MiB; less is better", "mib", ["size"]),
];

function bars(name: string, title: string, axis: string, key: string, tasks: readonly string[]): Wanted {
  return { name, title, axis, key, tasks };
}

/** All plots that a book has figures for, by name. */
export function plotsOf(entries: Entries): Map<string, string> {
  const plots = new Map<string, string>();
  for (const { name, title, axis, key, tasks } of WANTED) {
    const groups = groupsOf(entries, key, tasks);
    const digits = TASKS.flatMap(({ metrics }) => metrics).find((metric) => metric.key === key)?.digits ?? 0;
    if (groups.some((group) => group.bars.length > 0)) plots.set(name, barPlot({ title, axis, digits, groups }));
  }
  const lines = findingLines(entries);
  if (lines.some(({ points }) => points.length > 1)) plots.set("finding", findingPlot(lines));
  return plots;
}

function groupsOf(entries: Entries, key: string, names: readonly string[]): BarGroup[] {
  return TASKS.filter(({ name }) => names.includes(name)).flatMap((task): BarGroup[] => {
    const entry = entries[task.name];
    const metric = task.metrics.find((one) => one.key === key);
    if (entry === undefined || metric === undefined) return [];
    return [{ title: names.length > 1 ? task.title : "", bars: barsOf(entry, metric) }];
  });
}

/** Ours first, then the best; limits at the end. */
function barsOf({ sides }: Entry, { key, better }: Metric): Bar[] {
  const all = Object.entries(sides).flatMap(([label, result], index): Bar[] => {
    const spread = spreadOf(valuesOf(result, key));
    return spread === undefined || "why" in result ? [] : [{ label, spread, isLimit: result.isLimit, colour: index }];
  });
  const rank = ({ label, isLimit }: Bar): number => (label === OURS ? 0 : isLimit ? 2 : 1);
  const sign = better === "more" ? -1 : 1;
  return all.sort((a, b) => rank(a) - rank(b) || sign * (a.spread.median - b.spread.median));
}

function findingLines(entries: Entries): { label: string; points: [number, number][] }[] {
  const lines = new Map<string, [number, number][]>();
  const finding = TASKS.filter((task): task is Extract<Task, { kind: "find" }> => task.kind === "find");
  for (const { name, peers } of finding)
    for (const [label, result] of Object.entries(entries[name]?.sides ?? {})) {
      const middle = spreadOf(valuesOf(result, "queries"))?.median;
      if (middle !== undefined && middle > 0) lines.set(label, [...(lines.get(label) ?? []), [peers, middle]]);
    }
  return [...lines].map(([label, points]) => ({ label, points }));
}

const findingPlot = (lines: readonly { label: string; points: [number, number][] }[]): string =>
  linePlot({
    title: "Finding four holders of a video that a quarter of the peers has",
    xAxis: "peers",
    yAxis: "Queries in all, one search; less is better",
    lines,
  });
