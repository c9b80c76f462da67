import type { ChunkJob } from "./chunk-job.ts";
import type { FetchBook } from "./fetch-book.ts";

/**
 * Whether there is memory for one more chunk. What stands back for it: requests that are only left to see silent holders
 * return, chunks under way that nobody can send the rest of or nobody wants any more; and for an `urgent` one, which
 * somebody waits for, any that nobody reads.
 */
export function makeRoom(book: FetchBook, chunk: number, urgent: boolean): boolean {
  // One chunk has room always, whatever share is kept for readers.
  if (book.mayBegin(chunk, urgent) || (book.jobs.size === 0 && book.mayBegin(chunk, true))) return true;
  for (const request of book.moot) book.cancel(request);
  for (const job of book.partial) {
    if (book.mayBegin(chunk, urgent)) return true;
    if (job.requests.size === 0 && !isOfUse(book, job)) book.discard(job);
  }
  if (urgent && !book.mayBegin(chunk, true)) discardUnread(book);
  if (book.mayBegin(chunk, urgent)) return true;
  book.isShort = true;
  return false;
}

function isOfUse(book: FetchBook, job: ChunkJob): boolean {
  if (!book.wantAll && !book.readers.wants(job.chunk)) return false;
  return book.scheduler.activeHoldersOf(book.placeOf(job.chunk)) > 0;
}

/** Gives the chunk up that nobody reads and of which least has come. */
function discardUnread(book: FetchBook): void {
  let victim: ChunkJob | undefined;
  for (const job of book.jobs.values())
    if (!job.isWhole && !book.readers.wants(job.chunk) && (victim === undefined || job.haveGrains < victim.haveGrains))
      victim = job;
  if (victim !== undefined) book.discard(victim);
}
