import { median } from "../support/statistics.ts";
import type { Entry, SideResult } from "./book.ts";
import { OURS } from "./side.ts";
import type { Metric } from "./task.ts";
import { aheadOf } from "./values.ts";

/** Ours against the others, in one figure of one task, now and in the run that was committed. */
export interface Change {
  readonly metric: Metric;
  /** 0.8: a fifth worse than it was, measured against the same others. */
  readonly ratio: number;
  /** Two standard errors of it, as a share: within this it is noise. */
  readonly noise: number;
  readonly verdict: "lost" | "unclear" | "held" | "gained";
}

/** A loss of more than this fails. */
export const MOST_LOSS = 0.15;
/** What is taken for the spread of one round where there was only one: about what rounds of one run differ by. */
const SPREAD_OF_ONE = 0.1;
/** Of a median, over that of a mean, when values are normally distributed: √(π/2). */
const MEDIAN_ERROR = 1.2533;

/** Sides that both entries have in the same version, ours and those that failed apart. */
export function yardsticks(base: Entry, now: Entry): string[] {
  return Object.entries(now.sides).flatMap(([name, result]) =>
    name !== OURS && versionOf(result) !== undefined && versionOf(result) === versionOf(base.sides[name]) ? [name] : [],
  );
}

const versionOf = (result: SideResult | undefined): string | undefined =>
  result === undefined || "why" in result || result.failures.length > 0 ? undefined : result.version;

/**
 * Compares how far ahead of the others ours is with how far it was. What the machine does to all of a run is in both sides
 * of a ratio, and so is gone. `undefined` where there is nothing to compare with.
 */
export function compare(base: Entry, now: Entry, metric: Metric): Change | undefined {
  const names = yardsticks(base, now);
  const [before, after] = [logsOf(base, names, metric), logsOf(now, names, metric)];
  if (before.length === 0 || after.length === 0) return undefined;
  const change = median(after) - median(before);
  const noise = 2 * Math.hypot(errorOf(before), errorOf(after));
  return { metric, ratio: Math.exp(change), noise: Math.expm1(noise), verdict: verdictOf(change, noise) };
}

function verdictOf(change: number, noise: number): Change["verdict"] {
  const most = -Math.log(1 - MOST_LOSS);
  if (change < -most) return -change > noise ? "lost" : "unclear";
  return change > most && change > noise ? "gained" : "held";
}

/** Logarithms of how far ahead ours is, a round each: the mean over the others, so that one noisy neighbour is not all. */
function logsOf(entry: Entry, names: readonly string[], metric: Metric): number[] {
  const all = names.map((name) => aheadOf(entry, name, metric)).filter((ratios) => ratios.length > 0);
  const rounds = Math.min(...all.map(({ length }) => length));
  if (all.length === 0) return [];
  return Array.from({ length: rounds }, (_, round) => meanOf(all.map((ratios) => Math.log(ratios[round] as number))));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard error of the median of some values. */
function errorOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const spread = values.length < 2 ? SPREAD_OF_ONE : Math.sqrt(variance);
  return (MEDIAN_ERROR * spread) / Math.sqrt(values.length);
}

/** Both entries' rounds as those of one: a task that was measured again. */
export function pooled(one: Entry, other: Entry): Entry {
  const sides = Object.fromEntries(
    Object.entries(one.sides).map(([name, result]): [string, SideResult] => {
      const more = other.sides[name];
      if ("why" in result || more === undefined || "why" in more) return [name, result];
      const rounds = [...result.rounds, ...more.rounds];
      return [name, { ...result, rounds, failures: [...result.failures, ...more.failures] }];
    }),
  );
  return { ...one, rounds: one.rounds + other.rounds, sides };
}
