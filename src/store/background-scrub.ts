import { setTimeout as sleep } from "node:timers/promises";
import { assert, type CardumeError } from "../core/errors.ts";
import { diskError } from "./disk-errors.ts";
import type { Library, VerifyReport } from "./library.ts";

/** How a library is read in the background, so that rot is found while others still have good copies. */
export interface ScrubOptions {
  /** The part of the time that reading takes, from above 0 to 1: at 0.05 it reads 50 ms a second. */
  readonly share: number;
  /** A video is read again this long after it was last found good, in ms. A month unless told. */
  readonly everyMs?: number;
  /** Called after each video. */
  readonly onReport?: (report: VerifyReport) => void;
  /** Called when a video, or the list of them, could not be read; reading goes on. What a listener throws comes here too. */
  readonly onError?: (error: CardumeError) => void;
}

/** A scrub that runs until it is stopped. */
export interface RunningScrub {
  /** Resolves when nothing is read any more. Never rejects: errors are `onError`'s. */
  stop(): Promise<void>;
}

const MONTH_MS = 30 * 24 * 3600 * 1000;
/** How often a library without work is looked at: something may have been added, or come of age. */
const IDLE_MS = 60_000;
/** The system's timers take no more: beyond it they fire at once. */
const MAX_REST_MS = 2 ** 31 - 1;

/**
 * Reads the videos one after the other, the one first that was not read for longest, at a bounded share of the time.
 * It does not keep the process alive. Stop it before closing the library.
 */
export function startScrub(library: Library, options: ScrubOptions): RunningScrub {
  assert(options.share > 0 && options.share <= 1, "a share of the time is above 0 and at most 1");
  const abort = new AbortController();
  const ended = scrub(library, options, abort.signal);
  return {
    stop: () => {
      abort.abort();
      return ended;
    },
  };
}

/** Nothing that a disk, a catalogue or a listener does ends it, or the process would end with it. */
async function scrub(library: Library, options: ScrubOptions, signal: AbortSignal): Promise<void> {
  const { everyMs = MONTH_MS, onReport, share } = options;
  const pace = pacer(share, signal);
  const tell = (error: unknown): undefined => {
    if (!signal.aborted) tellError(options, error);
  };
  // What could not be read waits for its next turn like the others, or one bad video would take all of the time.
  const tried = new Map<string, number>();
  while (!signal.aborted) {
    const id = await nextDue(library, Date.now(), everyMs, tried).catch(tell);
    if (id === undefined) await rest(IDLE_MS, signal);
    else {
      tried.set(String(id), Date.now());
      const report = await library.verify(id, { signal, pace }).catch(tell);
      if (report !== undefined) call(() => onReport?.(report)).catch(tell);
      await pace();
    }
  }
}

function tellError({ onError }: ScrubOptions, error: unknown): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  // Nobody is left to be told that the one who is told of errors has failed.
  call(() => onError?.(diskError(cause, "cannot read in the background"))).catch(() => {});
}

/** Calls a listener without waiting for it: one that waits for the scrub to stop would wait for itself. */
const call = (listener: () => void): Promise<void> => new Promise((resolve) => resolve(listener()));

/** Ends early when told to stop, and never keeps the process alive. */
const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.min(ms, MAX_REST_MS), undefined, { signal, ref: false }).catch(() => {});

async function nextDue(
  library: Library,
  nowMs: number,
  everyMs: number,
  tried: ReadonlyMap<string, number>,
): Promise<Uint8Array | undefined> {
  let due: { id: Uint8Array; atMs: number } | undefined;
  const videos = [...(await library.list()), ...(await library.list({ kind: "subtitle" }))];
  for (const { id, state, verifiedAtMs, held } of videos) {
    if (state === "missing" || (held === 0 && state === "partial")) continue;
    // A time to come is that of a clock that was wrong: nothing waits for it.
    const atMs = Math.max(...[verifiedAtMs, tried.get(String(id)) ?? 0].map((one) => (one > nowMs ? 0 : one)));
    if (atMs <= nowMs - everyMs && atMs < (due?.atMs ?? Infinity)) due = { id, atMs };
  }
  return due?.id;
}

/** After each piece of work, rests so long that it has taken no more than its share. */
function pacer(share: number, signal: AbortSignal): () => Promise<void> {
  let begunMs = performance.now();
  return async () => {
    const workMs = performance.now() - begunMs;
    await rest(workMs * (1 / share - 1), signal);
    begunMs = performance.now();
  };
}
