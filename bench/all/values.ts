import { median } from "../support/statistics.ts";
import type { Entry, SideResult } from "./book.ts";
import { type Figures, OURS } from "./side.ts";
import type { Metric } from "./task.ts";

/** A median, and the least and most of what it is of. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

const listOf = (figures: Figures, key: string): readonly number[] => [figures[key] ?? []].flat();

/** All values of one metric over the rounds of a side. */
export const valuesOf = (result: SideResult | undefined, key: string): number[] =>
  result === undefined || "why" in result ? [] : result.rounds.flatMap((round) => listOf(round, key));

/** Of some values; `undefined` of none. */
export const spreadOf = (values: readonly number[]): Spread | undefined =>
  values.length === 0
    ? undefined
    : { median: median(values), least: Math.min(...values), most: Math.max(...values), count: values.length };

/**
 * How far ahead ours is of a side in one metric: 2 is twice as fast, or half as much used; below 1 it is behind. Round by
 * round where both have the same rounds, since what one round meets the other sides of it meet, too; else the medians.
 */
export function aheadOf({ sides }: Entry, name: string, { key, better }: Metric): number[] {
  const [ours, theirs] = [sides[OURS], sides[name]];
  if (ours === undefined || theirs === undefined || "why" in ours || "why" in theirs) return [];
  const ratio = (own: number, other: number): number => (better === "more" ? own / other : other / own);
  const [mine, others] = [middles(ours.rounds, key), middles(theirs.rounds, key)];
  if (mine.length === 0 || others.length === 0) return [];
  const isPaired = mine.length === others.length && ours.failures.length + theirs.failures.length === 0;
  const ratios = isPaired
    ? mine.map((value, round) => ratio(value, others[round] as number))
    : [ratio(median(mine), median(others))];
  return ratios.filter((value) => Number.isFinite(value) && value > 0);
}

const middles = (rounds: readonly Figures[], key: string): number[] =>
  rounds.map((round) => median(listOf(round, key))).filter((value) => !Number.isNaN(value));
