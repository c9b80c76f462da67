import { setTimeout as sleep } from "node:timers/promises";
import { CardumeError } from "../core/errors.ts";
import type { Library, VerifyReport } from "./library.ts";

/** How a library is read in the background, so that rot is found while others still have good copies. */
export interface ScrubOptions {
  /** The part of the time that reading takes, from above 0 to 1: at 0.05 it reads 50 ms a second. */
  readonly share: number;
  /** A video is read again this long after it was last found good, in ms. A month unless told. */
  readonly everyMs?: number;
  /** Called after each video. */
  readonly onReport?: (report: VerifyReport) => void;
  /** Called when a video could not be read; the next one follows. */
  readonly onError?: (error: CardumeError) => void;
}

/** A scrub that runs until it is stopped. */
export interface RunningScrub {
  stop(): Promise<void>;
}

const MONTH_MS = 30 * 24 * 3600 * 1000;
/** How often a library without work is looked at: something may have been added, or come of age. */
const IDLE_MS = 60_000;

/**
 * Reads the videos one after the other, the one first that was not read for longest, at a bounded share of the time.
 * It does not keep the process alive. Stop it before closing the library.
 */
export function startScrub(library: Library, options: ScrubOptions): RunningScrub {
  const abort = new AbortController();
  const ended = scrub(library, options, abort.signal).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    stop: () => {
      abort.abort();
      return ended;
    },
  };
}

async function scrub(library: Library, options: ScrubOptions, signal: AbortSignal): Promise<void> {
  const { everyMs = MONTH_MS, onError, onReport, share } = options;
  // What could not be read waits for its next turn like the others, or one bad video would take all of the time.
  const tried = new Map<string, number>();
  for (;;) {
    const id = await nextDue(library, Date.now() - everyMs, tried);
    if (id === undefined) {
      await sleep(IDLE_MS, undefined, { signal, ref: false });
      continue;
    }
    tried.set(String(id), Date.now());
    try {
      onReport?.(await library.verify(id, { signal, pace: pacer(share, signal) }));
    } catch (error) {
      if (!(error instanceof CardumeError)) throw error;
      onError?.(error);
    }
  }
}

async function nextDue(
  library: Library,
  beforeMs: number,
  tried: ReadonlyMap<string, number>,
): Promise<Uint8Array | undefined> {
  let due: { id: Uint8Array; atMs: number } | undefined;
  const videos = [...(await library.list()), ...(await library.list({ kind: "subtitle" }))];
  for (const { id, state, verifiedAtMs, held } of videos) {
    if (state === "missing" || (held === 0 && state === "partial")) continue;
    const atMs = Math.max(verifiedAtMs, tried.get(String(id)) ?? 0);
    if (atMs <= beforeMs && atMs < (due?.atMs ?? Infinity)) due = { id, atMs };
  }
  return due?.id;
}

/** After each chunk, rests so long that reading has taken no more than its share. */
function pacer(share: number, signal: AbortSignal): () => Promise<void> {
  let begunMs = performance.now();
  return async () => {
    const workMs = performance.now() - begunMs;
    await sleep(workMs * (1 / share - 1), undefined, { signal, ref: false });
    begunMs = performance.now();
  };
}
