import { NETWORK } from "../limits.ts";
import type { ChunkJob } from "./chunk-job.ts";
import type { FetchBook } from "./fetch-book.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import { GRAIN_BYTES, type Run, runBytes } from "./grains.ts";
import { makeRoom } from "./memory.ts";
import { isGoodChoice } from "./urgent.ts";

/** What nobody waits for. */
const BULK = 2;
/** When less than this is unasked, requests become smaller, so that all holders end at the same time. */
const TAIL_BYTES = 67_108_864;

/**
 * Asks a holder with room for what is wanted and not urgent: first the rest of chunks that are under way, which frees their
 * memory, then the rarest. @returns whether it still has room
 */
export function askBulk(book: FetchBook, holder: FetchHolder): boolean {
  for (;;) {
    const most = requestGrains(book, holder);
    const unwritten = Math.max(0, unwrittenBytes(book) - book.geometry.chunkBytes) / book.holders.size;
    if (!holder.hasRoom(BULK, most, book.nowMs, book.readers.size > 0, unwritten)) return false;
    const found = restOfChunk(book, holder, most) ?? nextChunk(book, holder, most);
    if (found === undefined) return true;
    book.ask(holder, found.job, found.run, BULK, false);
  }
}

/**
 * Grains of the next request. At the end of the video a holder takes no more than half of its share of what is left: the
 * parts get smaller and smaller, as in guided self-scheduling.
 */
function requestGrains(book: FetchBook, holder: FetchHolder): number {
  const grains = holder.requestGrains(book.readers.size > 0);
  if (grains === 1 || book.scheduler.pending * book.geometry.chunkBytes > TAIL_BYTES) return grains;
  let bytesPerMs = 0;
  for (const other of book.holders.values()) if (!other.stalled && other.trusted) bytesPerMs += other.bytesPerMs;
  const share = (book.unaskedBytes() * holder.bytesPerMs) / bytesPerMs / 2;
  let fitting = grains;
  while (fitting > 1 && fitting * GRAIN_BYTES > share) fitting /= 2;
  return fitting;
}

interface Part {
  readonly job: ChunkJob;
  readonly run: Run;
}

function restOfChunk(book: FetchBook, holder: FetchHolder, most: number): Part | undefined {
  for (const job of book.partial) {
    if (!book.holds(holder, job.chunk) || !(book.wantAll || book.readers.wants(job.chunk))) continue;
    const run = job.freeRun(most);
    if (run === undefined || !(book.wantAll || book.readers.priorityOf(job.chunk, run.first, run.grains) < 2)) continue;
    if (isInTime(book, holder, job, run)) return { job, run };
  }
  return undefined;
}

/** A slow holder is not given what a reader will need before it can send it, when a faster one can. */
function isInTime(book: FetchBook, holder: FetchHolder, job: ChunkJob, run: Run): boolean {
  if (book.readers.size === 0) return true;
  const leftMs = book.readers.dueMs(job.chunk, run.first) - book.nowMs;
  if (leftMs === Infinity) return true;
  return isGoodChoice(book, holder, job.chunk, holder.expectedMs(runBytes(run, job.bytes), BULK, book.nowMs), leftMs);
}

function nextChunk(book: FetchBook, holder: FetchHolder, most: number): Part | undefined {
  if (isBehind(book)) {
    book.isShort = true;
    return undefined;
  }
  const chunk = book.wantAll ? book.nextChunk(holder) : readAhead(book, holder, most);
  if (chunk < 0 || !makeRoom(book, chunk, false)) return undefined;
  const job = book.begin(chunk);
  return { job, run: job.freeRun(most) as Run };
}

/** Whether too much of what has come waits to be checked and written: a disk that cannot keep up is not sent more. */
const isBehind = (book: FetchBook): boolean =>
  unwrittenBytes(book) >= Math.max(NETWORK.maxUnwrittenBytes, 2 * book.geometry.chunkBytes);

/** Bytes of chunks of which all has come, and that are not in the file. */
function unwrittenBytes({ jobs }: FetchBook): number {
  let bytes = 0;
  for (const job of jobs.values()) if (job.hasArrived) bytes += job.bytes;
  return bytes;
}

/**
 * Where not all is wanted: the first chunk ahead of a reader that nobody is asked for, and that this holder, which was too slow
 * for the nearer ones, can send in time; −1 for none.
 */
function readAhead(book: FetchBook, holder: FetchHolder, most: number): number {
  const { readers, geometry, nowMs } = book;
  const expectedMs = holder.expectedMs(most * GRAIN_BYTES, BULK, nowMs);
  for (const reader of readers.values()) {
    const last = Math.ceil(readers.windowEnd(reader) / readers.grainsPerChunk);
    for (let chunk = Math.floor(reader.position / geometry.chunkBytes); chunk < last; chunk++) {
      if (book.isThere(chunk) || book.jobs.has(chunk) || !book.holds(holder, chunk)) continue;
      if (readers.dueOf(reader, chunk * readers.grainsPerChunk) - nowMs >= expectedMs) return chunk;
    }
  }
  return -1;
}
