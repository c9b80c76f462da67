import { median } from "./statistics.ts";

/** The value that 95 of 100 do not exceed (nearest rank). */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

/** Median, p95 and the longest, in ms, and how many there were. */
export const timesRow = (times: readonly number[]): string[] =>
  times.length === 0
    ? ["–", "–", "–", "0"]
    : [median(times), p95(times), Math.max(...times)].map((ms) => ms.toFixed(0)).concat(String(times.length));

/** What {@link timesRow} shows. */
export const TIMES_HEAD: readonly string[] = ["median ms", "p95", "longest", "n"];
