import { formatRate } from "../base/format.ts";
import type { Texts } from "../text/en.ts";
import type { Shoal } from "./shoal-feed.ts";

/** Why playing stopped. */
export type Cause =
  | { readonly kind: "finding" | "nobody" | "gone" | "seek" | "here" }
  | { readonly kind: "slow"; readonly rate: number; readonly need: number };

/** One time that playing stopped. */
export interface Stall {
  readonly number: number;
  /** Place in the video, in seconds. */
  readonly at: number;
  readonly cause: Cause;
  /** How long it took; `undefined`: it goes on. */
  readonly seconds: number | undefined;
}

/** What is known when playing stops. */
export interface StallFacts {
  readonly shoal: Shoal | undefined;
  /** Bytes a second at which the video plays; 0 when unknown. */
  readonly need: number;
  /** Somebody has just jumped. */
  readonly isSeek: boolean;
  /** A holder has left in the last seconds. */
  readonly hasLeft: boolean;
}

/** Says why playing stopped, by what holders do at that moment. */
export function causeOf({ shoal, need, isSeek, hasLeft }: StallFacts): Cause {
  if (shoal === undefined || shoal.held === shoal.chunks) return { kind: "here" };
  const serving = shoal.holders.filter(({ state, heldChunks }) => state === "serving" && heldChunks > 0);
  if (serving.length === 0 && hasLeft) return { kind: "gone" };
  if (serving.length === 0)
    return { kind: shoal.phase === "finding" || shoal.phase === "connecting" ? "finding" : "nobody" };
  if (isSeek) return { kind: "seek" };
  if (hasLeft) return { kind: "gone" };
  if (need > 0 && shoal.bytesPerSecond < need) return { kind: "slow", rate: shoal.bytesPerSecond, need };
  return { kind: "nobody" };
}

/** A cause in words. */
export function causeWords(cause: Cause, t: Texts, language: string): string {
  switch (cause.kind) {
    case "finding":
      return t.causeFinding;
    case "nobody":
      return t.causeNobody;
    case "gone":
      return t.causeGone;
    case "seek":
      return t.causeSeek;
    case "here":
      return t.causeHere;
    case "slow":
      return t.causeSlow(formatRate(cause.rate, language), formatRate(cause.need, language));
  }
}
