import type { FetchBook } from "./fetch-book.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import { GRAIN_BYTES } from "./grains.ts";
import { makeRoom } from "./memory.ts";
import type { Reader } from "./readers.ts";

/** A holder that has room is asked instead of a better one that has none if it is not worse than so many times … */
const GOOD_ENOUGH = 1.5;
/** … and so many ms. */
const GOOD_ENOUGH_MS = 20;

/** What is expected to take so many times as long and so many ms is still in time: it is an estimate. */
const IN_TIME = 1.1;
const IN_TIME_MS = 100;

/** Asks for what readers need next, the earliest first, of whoever is expected to send it soonest. */
export function askUrgent(book: FetchBook): void {
  const { readers } = book;
  readers.nowMs = book.nowMs;
  readers.capacityBytesPerMs = capacity(book);
  const waiting = new Set(readers.values());
  while (waiting.size > 0) {
    let first: Reader | undefined;
    let firstDueMs = Infinity;
    for (const reader of waiting) {
      const dueMs = readers.dueOf(reader, reader.cursor);
      if (first === undefined || dueMs < firstDueMs) [first, firstDueMs] = [reader, dueMs];
    }
    if (first === undefined) return;
    if (!askNext(book, first)) waiting.delete(first);
  }
}

/** What all holders that answer deliver together, in bytes per ms. */
function capacity(book: FetchBook): number {
  let bytesPerMs = 1;
  for (const holder of book.holders.values())
    if (holder.trusted && !holder.stalled && holder.heldChunks > 0) bytesPerMs += holder.bytesPerMs;
  return bytesPerMs;
}

/** Asks for the next part that a reader needs. False when there is none, or nobody to ask for it now. */
function askNext(book: FetchBook, reader: Reader): boolean {
  if (!advance(book, reader)) return false;
  const { readers } = book;
  const at = reader.cursor;
  const chunk = Math.floor(at / readers.grainsPerChunk);
  const priority = readers.isStrict(reader, at) ? 0 : 1;
  const early = askedEarly(book, chunk, at, priority);
  const holder = early ?? soonest(book, chunk, priority, readers.dueOf(reader, at) - book.nowMs);
  if (holder === undefined) return false;
  if (!book.jobs.has(chunk) && !makeRoom(book, chunk, priority === 0)) return false;
  const job = book.jobs.get(chunk) ?? book.begin(chunk);
  // The first part is one grain: it is there soonest. The further ahead, the larger.
  const ahead = at - Math.floor(reader.position / GRAIN_BYTES);
  const run = job.freeRunAt(
    at % readers.grainsPerChunk,
    early === undefined ? powerOfTwoUpTo(Math.min(holder.requestGrains(true), Math.max(1, ahead / 2))) : 1,
  );
  book.ask(holder, job, run, priority, false);
  return true;
}

/** Who was asked for this grain before the fetch began. */
function askedEarly(book: FetchBook, chunk: number, grain: number, priority: number): FetchHolder | undefined {
  for (const holder of book.holders.values())
    if (holder.early === grain && book.holds(holder, chunk) && holder.hasRoom(priority, 1, book.nowMs, true))
      return holder;
  return undefined;
}

/** Moves a reader's cursor to the next part that is neither there nor asked for. False when its window has none. */
function advance(book: FetchBook, reader: Reader): boolean {
  const { grainsPerChunk } = book.readers;
  const end = book.readers.windowEnd(reader);
  while (reader.cursor < end) {
    const chunk = Math.floor(reader.cursor / grainsPerChunk);
    const job = book.jobs.get(chunk);
    if (job === undefined && !book.isThere(chunk)) return true;
    const free = job === undefined ? -1 : job.nextFree(reader.cursor % grainsPerChunk);
    reader.cursor = free < 0 ? (chunk + 1) * grainsPerChunk : chunk * grainsPerChunk + free;
    if (free >= 0) return reader.cursor < end;
  }
  return false;
}

/**
 * The holder with room that is expected to send a grain soonest; `undefined` when none can in time, and to wait for a better
 * one that has no room now is sooner.
 */
function soonest(book: FetchBook, chunk: number, priority: number, dueInMs: number): FetchHolder | undefined {
  let best: FetchHolder | undefined;
  let bestMs = Infinity;
  for (const holder of book.holdersOf(chunk)) {
    if (!holder.hasRoom(priority, 1, book.nowMs, true)) continue;
    const expectedMs = holder.expectedMs(GRAIN_BYTES, priority, book.nowMs);
    if (expectedMs < bestMs) [best, bestMs] = [holder, expectedMs];
  }
  return best !== undefined && isGoodChoice(book, best, chunk, bestMs, dueInMs) ? best : undefined;
}

/**
 * Whether a holder that is expected to send something of a chunk in `expectedMs` does it in time, or not much later than the
 * best of the others, whether that one has room now or not.
 */
export function isGoodChoice(
  book: FetchBook,
  holder: FetchHolder,
  chunk: number,
  expectedMs: number,
  dueInMs: number,
): boolean {
  if (expectedMs * IN_TIME + IN_TIME_MS <= dueInMs) return true;
  for (const other of book.holdersOf(chunk)) {
    if (other === holder || !other.trusted || other.stalled || other.restsUntilMs > book.nowMs) continue;
    const itsMs = other.expectedMs(GRAIN_BYTES, 0, book.nowMs);
    if (expectedMs > GOOD_ENOUGH * itsMs + GOOD_ENOUGH_MS) return false;
  }
  return true;
}

/** The largest power of two that is not above a number, which is at least 1. */
function powerOfTwoUpTo(count: number): number {
  let power = 1;
  while (2 * power <= count) power *= 2;
  return power;
}

/** After a jump: takes back what was asked for the old position, nobody wants there any more, and can still be stopped. */
export function cancelUnwanted(book: FetchBook): void {
  const { readers } = book;
  const coming = new Set([...book.holders.values()].flatMap((holder) => [...holder.onTheWay()]));
  for (const request of [...book.requests.values()]) {
    if (request.moot || coming.has(request)) continue;
    // Of what is wanted anyway only that goes which would be sent before the new position's.
    const isInTheWay = request.priority < 2 && Number.isNaN(request.begunAtMs) && !request.arrived;
    const isWanted = readers.priorityOf(request.job.chunk, request.run.first, request.run.grains) < 2;
    if (!isWanted && (isInTheWay || (!book.wantAll && !readers.wants(request.job.chunk)))) book.cancel(request);
  }
  // Slices that have come are kept as long as memory is left: people jump back, and a player comes again at once.
}
