import type { FetchRequest } from "./chunk-job.ts";
import type { FetchBook } from "./fetch-book.ts";
import type { FetchHolder } from "./fetch-holder.ts";

/** A second holder is asked when it is expected to be so many times sooner … */
const SOONER = 1.5;
/** … and so many ms: below it is what no estimate can tell. */
const SOONER_MS = 30;
/** Second requests may ask for this share of the video again … */
const HEDGED_SHARE = 0.03;
/** … and for this much: a small video has late ones too. */
const HEDGED_BYTES = 524_288;
/** What somebody waits for may take so many times as much. */
const URGENT_FACTOR = 1.5;

/** What has not begun after this long, in ms, has been passed over by what is more urgent. */
const PASSED_OVER_MS = 500;
/** So often a request goes to a better holder: two that are alike would hand it to and fro. */
const MAX_MOVES = 3;

/** A request under way, and in how many ms the rest of it is expected. */
interface Awaited {
  readonly request: FetchRequest;
  readonly expectedMs: number;
}

/** What readers wait for, and what will come too late where it was asked for, is asked of a holder that is sooner. */
export function hedgeUrgent(book: FetchBook): void {
  if (book.readers.size === 0) return;
  book.readers.nowMs = book.nowMs;
  for (const { request, expectedMs } of awaited(book)) {
    const { job, run } = request;
    if (book.readers.priorityOf(job.chunk, run.first, run.grains) > 0) continue;
    if (isPassedOver(book, request)) {
      book.move(request, request.holder, 0);
      continue;
    }
    if (expectedMs <= book.readers.dueMs(job.chunk, run.first) - book.nowMs) continue;
    const helper = helperFor(book, request, expectedMs, 0);
    if (helper !== undefined) takeOver(book, request, helper, 0);
  }
}

/** The end of a fetch: holders for which nothing unasked is left take over what is expected latest elsewhere. */
export function hedgeLast(book: FetchBook): void {
  const late = awaited(book).sort((a, b) => b.expectedMs - a.expectedMs);
  for (const { request, expectedMs } of late) {
    const { job, run } = request;
    // Where only readers want something there is no end to come sooner.
    if (!book.wantAll && expectedMs <= book.readers.dueMs(job.chunk, run.first) - book.nowMs) continue;
    const helper = helperFor(book, request, expectedMs, 2);
    if (helper !== undefined) takeOver(book, request, helper, request.priority);
  }
}

/** What a holder that has fallen silent owes is asked of others that have it; its oldest request stays to see it return. */
export function relieve(book: FetchBook, silent: FetchHolder): void {
  const [oldest] = silent.live;
  for (const request of [...silent.live]) {
    if (request.moot) continue;
    if (request !== oldest && isElsewhere(book, request)) {
      book.cancel(request);
      continue;
    }
    const helper = helperFor(book, request, Infinity, request.priority);
    if (helper !== undefined) takeOver(book, request, helper, request.priority);
  }
}

/**
 * Whether it was asked for when nobody waited for it, and everything asked for since goes before it: by what is queued it
 * seems about to come, for ever.
 */
const isPassedOver = ({ nowMs }: FetchBook, { holder, priority, begunAtMs, sentAtMs, moves }: FetchRequest): boolean =>
  priority > 0 &&
  Number.isNaN(begunAtMs) &&
  nowMs - sentAtMs > PASSED_OVER_MS + 2 * holder.meter.roundTripMs &&
  moves < MAX_MOVES &&
  holder.isReady(nowMs);

function awaited(book: FetchBook): Awaited[] {
  const list: Awaited[] = [];
  for (const holder of book.holders.values())
    for (const [request, expectedMs] of holder.schedule(book.nowMs))
      if (!request.moot) list.push({ request, expectedMs });
  return list;
}

/** Whether another holder that answers has what a request is for. */
function isElsewhere(book: FetchBook, request: FetchRequest): boolean {
  for (const holder of book.holdersOf(request.job.chunk))
    if (holder !== request.holder && holder.trusted && !holder.stalled) return true;
  return false;
}

/** Who has room and would send what a request is for clearly sooner; `undefined` for nobody. */
function helperFor(
  book: FetchBook,
  request: FetchRequest,
  expectedMs: number,
  priority: number,
): FetchHolder | undefined {
  let best: FetchHolder | undefined;
  let bestMs = (expectedMs - SOONER_MS) / SOONER;
  for (const holder of book.holdersOf(request.job.chunk)) {
    // The same holder may be told that it is urgent now.
    const isItself = holder === request.holder;
    if (isItself && (priority >= request.priority || !Number.isNaN(request.begunAtMs))) continue;
    if (!holder.trusted && !request.holder.stalled) continue;
    // What somebody waits for may be one request more than the holder's fill: its queue is in what is expected.
    const mayTake =
      priority === 0 && holder.trusted
        ? holder.isReady(book.nowMs)
        : holder.hasRoom(priority, 1, book.nowMs, book.readers.size > 0);
    if (!mayTake) continue;
    const itsMs = holder.expectedMs(request.bytes, priority, book.nowMs);
    if (itsMs < bestMs) [best, bestMs] = [holder, itsMs];
  }
  return best;
}

/**
 * Asks a holder for what another owes. That one's request is taken back unless its answer is on the way already, or is what
 * tells that a silent holder lives.
 */
function takeOver(book: FetchBook, request: FetchRequest, helper: FetchHolder, priority: number): void {
  const { job, run, holder } = request;
  const copies = job.copiesOf(request);
  if (copies.some((copy) => !copy.holder.stalled)) return;
  if (request.moves >= MAX_MOVES && !holder.stalled) return;
  if (Number.isNaN(request.begunAtMs) && !isSignOfLife(request)) book.move(request, helper, priority);
  else if (helper === holder) return;
  else if (copies.length === 0 && mayHedge(book, request, priority)) book.ask(helper, job, run, priority, true);
  // Nothing has come for long: better what the holder may send is wasted than that everybody waits.
  else if (holder.stalled) book.move(request, helper, priority);
}

/** Whether the same bytes may be asked for twice: duplicates are bounded, and so is memory. */
function mayHedge(book: FetchBook, request: FetchRequest, priority: number): boolean {
  const most = (HEDGED_SHARE * book.geometry.bytes + HEDGED_BYTES) * (priority === 0 ? URGENT_FACTOR : 1);
  return book.hedgedBytes + request.bytes <= most && book.memoryBytes + request.bytes <= book.maxMemoryBytes;
}

/** The oldest request of a silent holder is taken back only when nothing else helps: its answer tells that the holder lives. */
function isSignOfLife(request: FetchRequest): boolean {
  const [oldest] = request.holder.live;
  return request.holder.stalled && request === oldest;
}
