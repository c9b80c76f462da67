import type { Random } from "../random.ts";

/** What a holder does that no good one does. */
export type Vice =
  /** Every body has wrong bytes. */
  | "wrong"
  /** Promises, and answers nothing. */
  | "mute"
  /** Answers everything with `not-held`. */
  | "denies"
  /** Stops in the middle of its third body, for ever. */
  | "stalls"
  /** Says that it has all, and has every second chunk. */
  | "boasts"
  /** Is always too busy. */
  | "refuses"
  /** Sends one byte a second. */
  | "drips";

/** One holder and the way to it. Times in ms, rates in bytes per ms. */
export interface HolderPlan {
  readonly bytesPerMs: number;
  /** One way. */
  readonly delayMs: number;
  readonly jitterMs: number;
  /** When its stream opens, and when it ends; Infinity for never. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** When it is back, with a new stream; Infinity for never. */
  readonly backMs: number;
  /** From when to when nothing gets through either way; it gets through afterwards. */
  readonly cutFromMs: number;
  readonly cutUntilMs: number;
  readonly vice: Vice | undefined;
  /** Of the chunks it has: 1 for all. */
  readonly share: number;
}

/** Somebody who reads: from when, where, how fast; a jump is a second one. */
export interface ReaderPlan {
  readonly atMs: number;
  readonly position: number;
  readonly bytesPerMs: number;
}

/** One client, its holders, and what happens to them. */
export interface FetchPlan {
  readonly bytes: number;
  readonly wantAll: boolean;
  readonly memoryBytes: number;
  readonly holders: readonly HolderPlan[];
  readonly readers: readonly ReaderPlan[];
  readonly diskBytesPerMs: number;
  readonly syncMs: number;
  /** The client has these from the start. */
  readonly heldShare: number;
}

const VICES: readonly Vice[] = ["wrong", "mute", "denies", "stalls", "boasts", "refuses", "drips"];
const MIB = 1_048_576;

/** A good holder: 50 Mbit/s, 10 ms away, there all the time. */
export const GOOD: HolderPlan = {
  ...{ bytesPerMs: 6250, delayMs: 10, jitterMs: 0, fromMs: 0, untilMs: Infinity, backMs: Infinity },
  ...{ cutFromMs: Infinity, cutUntilMs: Infinity, vice: undefined, share: 1 },
};

/** A plain fetch of so many MiB from these holders. */
export const plain = (mebibytes: number, holders: readonly HolderPlan[]): FetchPlan => ({
  ...{ bytes: mebibytes * MIB, wantAll: true, memoryBytes: 64 * MIB, holders, readers: [] },
  ...{ diskBytesPerMs: 500_000, syncMs: 200, heldShare: 0 },
});

/** A small network in bad weather: the first holder has everything and tells the truth; it too may be cut off or restart. */
export function roughPlan(random: Random): FetchPlan {
  const bytes = Math.floor(random.between(0.01, 12) * MIB) + 65;
  const others = random.integer(0, 5);
  const holders = Array.from({ length: 1 + others }, (_, index) => roughHolder(random, index));
  const reads = random.chance(0.4) ? random.integer(1, 3) : 0;
  return {
    bytes,
    wantAll: reads === 0 || random.chance(0.6),
    memoryBytes: random.integer(2, 12) * MIB,
    holders,
    readers: Array.from({ length: reads }, (_, index) => ({
      atMs: index * random.between(0, 2000),
      position: random.chance(0.3) ? 0 : random.integer(0, bytes - 1),
      bytesPerMs: random.chance(0.4) ? 0 : random.between(50, 1000),
    })),
    diskBytesPerMs: random.chance(0.2) ? 300 : 100_000,
    syncMs: random.between(0, 1500),
    heldShare: random.chance(0.3) ? random.unit() * 0.8 : 0,
  };
}

function roughHolder(random: Random, index: number): HolderPlan {
  const dies = random.chance(0.3);
  const untilMs = dies ? random.between(50, 4000) : Infinity;
  const isCut = random.chance(0.2);
  const cutFromMs = isCut ? random.between(0, 3000) : Infinity;
  return {
    bytesPerMs: 10 ** random.between(1.5, 4),
    delayMs: random.between(0.1, 80),
    jitterMs: random.chance(0.5) ? random.between(0, 30) : 0,
    fromMs: random.chance(0.7) ? 0 : random.between(0, 2000),
    untilMs,
    backMs: dies && (index === 0 || random.chance(0.5)) ? untilMs + random.between(10, 3000) : Infinity,
    cutFromMs,
    cutUntilMs: isCut ? cutFromMs + random.between(100, 15_000) : Infinity,
    vice: index > 0 && random.chance(0.4) ? random.pick(VICES) : undefined,
    share: index === 0 || random.chance(0.5) ? 1 : random.unit(),
  };
}
