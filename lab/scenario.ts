import type { Lab } from "./lab.ts";

/** Something that a scenario must show. */
export interface Demand {
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  readonly isMet: boolean;
}

/** What a scenario has shown. */
export interface Outcome {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly demands: readonly Demand[];
  /** For programs, units in the names. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A small world, what happens in it, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** One line for the list. */
  readonly about: string;
  run(lab: Lab): Promise<Outcome>;
}

/** A figure that has to be at least this. */
export const atLeast = (what: string, figure: number, target: number, unit = ""): Demand => ({
  what,
  figure: `${round(figure)}${unit}`,
  target: `≥ ${round(target)}${unit}`,
  isMet: figure >= target,
});

/** A figure that may be at most this. */
export const atMost = (what: string, figure: number, target: number, unit = ""): Demand => ({
  what,
  figure: `${round(figure)}${unit}`,
  target: `≤ ${round(target)}${unit}`,
  isMet: figure <= target,
});

/** Something that has to be so. */
export const so = (what: string, isMet: boolean): Demand => ({
  what,
  figure: isMet ? "yes" : "no",
  target: "yes",
  isMet,
});

/** Three digits that mean something, and no more. */
export const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
