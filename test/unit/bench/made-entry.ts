import type { Entry, SideResult } from "../../../bench/all/book.ts";
import { FULL_SIZES, type Metric } from "../../../bench/all/task.ts";

/** More is better. */
export const RATE: Metric = { key: "rate", title: "MB/s", better: "more", digits: 0 };
/** Less is better. */
export const COST: Metric = { key: "cost", title: "CPU-s", better: "less", digits: 1 };

/** A side's result with these rates, a round each; half of each as its cost. */
export const sideOf = (rates: readonly number[], more: Partial<SideResult> = {}): SideResult => ({
  ...{ version: "1", isLimit: false, failures: [] },
  rounds: rates.map((rate) => ({ rate, cost: rate / 2 })),
  ...more,
});

/** An entry of these sides. */
export const entryOf = (sides: Readonly<Record<string, SideResult>>): Entry => ({
  ...{ date: "2026-01-02T03:04:05.000Z", commit: "abc1234", rounds: 3, sizes: FULL_SIZES },
  machine: { cpu: "a CPU", cores: 2, memoryGb: 8, kernel: "6.1", os: "an OS", node: "v24.0.0" },
  sides,
});
