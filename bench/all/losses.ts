import { median } from "../support/statistics.ts";
import type { Entry } from "./book.ts";
import { OURS } from "./side.ts";
import type { Task } from "./task.ts";
import { aheadOf, spreadOf, valuesOf } from "./values.ts";

/** A figure in which somebody is ahead of ours. */
export interface Loss {
  readonly task: Task;
  readonly side: string;
  readonly metric: string;
  readonly ours: number;
  readonly theirs: number;
  /** Below 1: 0.8 is a fifth behind. */
  readonly ratio: number;
}

/** Behind by less than this is a draw. */
const DRAW = 0.97;

/** All losses of a task, the worst first; limits of the machine are none. */
export function lossesOf(task: Task, entry: Entry): Loss[] {
  const losses = Object.entries(entry.sides).flatMap(([side, result]) => {
    if (side === OURS || "why" in result || result.isLimit) return [];
    return task.metrics.flatMap((metric): Loss[] => {
      const ratio = median(aheadOf(entry, side, metric));
      const [ours, theirs] = [OURS, side].map((name) => spreadOf(valuesOf(entry.sides[name], metric.key))?.median);
      if (!(ratio < DRAW) || ours === undefined || theirs === undefined) return [];
      return [{ task, side, metric: metric.title, ours, theirs, ratio }];
    });
  });
  return losses.sort((a, b) => a.ratio - b.ratio);
}
