import type { Effects } from "../effects.ts";
import { NETWORK } from "../limits.ts";
import { askBulk } from "./bulk.ts";
import type { FetchRequest } from "./chunk-job.ts";
import { FetchBook } from "./fetch-book.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import type { FetchAnswer, FetchCounters, FetchEffect, FetchInput, FetchOptions, HolderView } from "./fetch-types.ts";
import { GRAIN_BYTES } from "./grains.ts";
import { hedgeLast, hedgeUrgent } from "./hedge.ts";
import { lookAtSilence, signOfLife } from "./silence.ts";
import { askUrgent, cancelUnwanted } from "./urgent.ts";

/** How often what is under way is looked at, in ms: while somebody reads … */
const READING_LOOK_MS = 50;
/** … at the end, when holders are idle … */
const ENDING_LOOK_MS = 25;
/** … and else. */
const LOOK_MS = 250;

/**
 * Fetches one video from many holders at once, as a function of its state, an input and the time: what is asked of whom,
 * when a holder is late, silent or lying, and what readers need first. Bytes never come in here. The shell opens streams,
 * sends Gets, verifies and writes.
 */
export class FetchCore {
  readonly #book: FetchBook;
  /** Holders whose room has changed in this turn. */
  readonly #touched = new Set<FetchHolder>();
  #lookAtMs = -Infinity;
  #turn = 0;
  #isComplete = false;

  constructor(options: FetchOptions) {
    this.#book = new FetchBook(options);
  }

  get counters(): Readonly<FetchCounters> {
    return this.#book.counters;
  }

  get keptChunks(): number {
    return this.#book.keptChunks;
  }

  get keptBytes(): number {
    return this.#book.keptBytes;
  }

  /** Bytes of chunks under way and of second requests: never more than the memory it was given, or two chunks. */
  get memoryBytes(): number {
    return this.#book.memoryBytes;
  }

  /** Requests that were neither verified, nor refused, nor cancelled. */
  get requestsUnderWay(): number {
    return this.#book.requests.size;
  }

  /** Whether a chunk is held for good. */
  isKept(chunk: number): boolean {
    return this.#book.isKept(chunk);
  }

  /** Whether any of the present holders has a chunk. */
  isHeldBySomebody(chunk: number): boolean {
    return this.#book.scheduler.activeHoldersOf(this.#book.placeOf(chunk)) > 0;
  }

  /** The place up to which all bytes from `position` on, in its chunk, are verified and not given up again. */
  verifiedUntil(position: number): number {
    const { geometry, jobs } = this.#book;
    const chunk = Math.floor(position / geometry.chunkBytes);
    const job = jobs.get(chunk);
    if (job === undefined) return position;
    const start = chunk * geometry.chunkBytes;
    let grain = Math.floor((position - start) / GRAIN_BYTES);
    while (grain < job.grains && job.has(grain)) grain++;
    return Math.max(position, start + Math.min(grain * GRAIN_BYTES, job.bytes));
  }

  /** The chunks that are not held yet. */
  missing(): number[] {
    const { geometry } = this.#book;
    return Array.from({ length: geometry.chunks }, (_, chunk) => chunk).filter((chunk) => !this.#book.isKept(chunk));
  }

  /** Each present holder as measured so far. */
  holders(): HolderView[] {
    return [...this.#book.holders.values()].map((holder) => holder.view());
  }

  /** What all holders deliver together now, in bytes per second. */
  get bytesPerSecond(): number {
    let bytesPerMs = 0;
    for (const holder of this.#book.holders.values())
      if (holder.meter.measured && !holder.stalled && holder.live.size > 0) bytesPerMs += holder.bytesPerMs;
    return bytesPerMs * 1000;
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: FetchInput, nowMs: number, effects: Effects<FetchEffect>): void {
    this.#book.nowMs = nowMs;
    this.#book.effects = effects;
    this.#take(input);
    if (nowMs >= this.#lookAtMs) this.#look();
    this.#ask();
    this.#touched.clear();
    this.#complete();
    this.#orderWake();
  }

  #take(input: FetchInput): void {
    const book = this.#book;
    switch (input.type) {
      case "holder":
        if (!book.holders.has(input.holder)) book.addHolder(input.holder, input.roundTripMs, input.early);
        break;
      case "holds":
        this.#holds(input.holder, input.firstChunk, input.bitmap);
        break;
      case "gone":
        this.#gone(input.holder);
        break;
      case "begins":
      case "comes":
      case "arrived":
      case "verified":
      case "wrong":
      case "refused":
        this.#answer(input);
        break;
      case "written":
        if (book.isChunk(input.chunk)) book.written(input.chunk);
        break;
      case "kept":
        if (!book.isChunk(input.chunk)) break;
        book.written(input.chunk);
        book.keep(input.chunk);
        break;
      case "proven":
        this.#proven(input.holder);
        break;
      case "lost":
        if (!book.isChunk(input.chunk)) break;
        book.lose(input.chunk);
        this.#isComplete = false;
        break;
      case "reader":
      case "reader-left":
      case "want-all":
        this.#wanted(input);
        break;
      case "wake":
        break;
    }
  }

  #holds(id: number, firstChunk: number, bitmap: Uint8Array): void {
    const holder = this.#book.holders.get(id);
    if (holder === undefined) return;
    for (let bit = 0; bit < 8 * bitmap.length; bit++) {
      const isSet = (((bitmap[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
      if (isSet && this.#book.isChunk(firstChunk + bit)) this.#book.announce(holder, firstChunk + bit);
    }
    this.#touched.add(holder);
  }

  #proven(id: number): void {
    const holder = this.#book.holders.get(id);
    if (holder === undefined) return;
    holder.trusted = true;
    this.#touched.add(holder);
  }

  #gone(id: number): void {
    const holder = this.#book.holders.get(id);
    if (holder === undefined) return;
    this.#book.counters.gone++;
    this.#book.removeHolder(holder, false);
  }

  #wanted(input: Extract<FetchInput, { type: "reader" | "reader-left" | "want-all" }>): void {
    const book = this.#book;
    book.readers.nowMs = book.nowMs;
    let isLessWanted = true;
    if (input.type === "reader") {
      const { reader, position, end, bytesPerSecond, slackMs } = input;
      isLessWanted = book.readers.set(reader, position, end, bytesPerSecond, book.nowMs, slackMs);
    } else if (input.type === "reader-left") isLessWanted = book.readers.delete(input.reader);
    else {
      isLessWanted = !input.wanted;
      book.wantAll = input.wanted;
    }
    this.#isComplete = false;
    if (isLessWanted) cancelUnwanted(book);
    // What is under way for nobody may be what this reader waits for.
    askUrgent(book);
    hedgeUrgent(book);
    book.stirred = true;
  }

  #answer(input: FetchAnswer): void {
    const { counters, requests, holders } = this.#book;
    const holder = holders.get(input.holder);
    const request = requests.get(input.request) ?? ghostOf(holder, input.request);
    if (request === undefined || request.holder.id !== input.holder) {
      counters.late++;
      return;
    }
    if (holder !== undefined) this.#touched.add(holder);
    switch (input.type) {
      case "begins":
      case "comes":
      case "arrived":
        this.#body(request, input.type, input.type === "comes" ? input.bytes : 0);
        break;
      case "verified":
        if (!request.arrived) this.#body(request, "arrived", 0);
        if (requests.has(request.id)) this.#book.verified(request);
        break;
      case "wrong":
        counters.wrong++;
        if (holder === undefined) this.#book.over(request);
        else this.#book.drop(holder, "wrong-bytes");
        break;
      case "refused":
        this.#refused(request, input.status);
        break;
    }
  }

  /** A body begins, goes on, or is whole. */
  #body(request: FetchRequest, type: "begins" | "comes" | "arrived", bytes: number): void {
    const { holder } = request;
    const { counters, nowMs } = this.#book;
    if (request.arrived) return;
    const wasStalled = holder.stalled;
    let fresh = 0;
    if (type === "begins") holder.begins(request, nowMs);
    else fresh = type === "comes" ? holder.comes(request, bytes, nowMs) : holder.arrived(request, nowMs);
    counters.receivedBytes += fresh;
    if (wasStalled && !holder.stalled) signOfLife(this.#book, holder);
    if (type === "arrived") request.arrived = true;
    if (!this.#book.requests.has(request.id)) {
      counters.wastedBytes += fresh;
      return;
    }
    if (type === "arrived") {
      holder.unverified.add(request);
    } else if (request.moot && !holder.stalled) this.#book.cancel(request);
  }

  #refused(request: FetchRequest, status: "not-held" | "refused"): void {
    const book = this.#book;
    const { holder, job } = request;
    signOfLife(book, holder);
    if (book.requests.has(request.id)) book.over(request);
    if (status === "refused") {
      book.counters.refused++;
      holder.refused(book.nowMs);
      return;
    }
    book.counters.notHeld++;
    if (!book.holders.has(holder.id)) return;
    book.withdraw(holder, job.chunk);
    holder.notHeld++;
    if (holder.notHeld >= NETWORK.maxNotHeld) book.drop(holder, "lied");
  }

  /** The regular look at what is under way: who is silent, and what is late. */
  #look(): void {
    const book = this.#book;
    for (const holder of book.holders.values()) holder.forgetGhosts(book.nowMs);
    lookAtSilence(book);
    hedgeUrgent(book);
    this.#askAll();
    const idle = [...book.holders.values()].filter((holder) => isIdle(book, holder));
    if (idle.length > 0) hedgeLast(book);
    this.#lookAtMs = book.nowMs + this.#lookMs(idle.length > 0);
  }

  #lookMs(someAreIdle: boolean): number {
    if (someAreIdle) return ENDING_LOOK_MS;
    return this.#book.readers.size > 0 ? READING_LOOK_MS : LOOK_MS;
  }

  #ask(): void {
    const book = this.#book;
    if (book.stirred) {
      book.stirred = false;
      this.#askAll();
      return;
    }
    if (this.#touched.size === 0) return;
    if (book.readers.size > 0) askUrgent(book);
    for (const holder of this.#touched) if (book.holders.has(holder.id)) askBulk(book, holder);
  }

  /** Asks all holders with room, each time beginning with another one. */
  #askAll(): void {
    const book = this.#book;
    if (book.readers.size > 0) askUrgent(book);
    const holders = [...book.holders.values()];
    const first = holders.length === 0 ? 0 : this.#turn++ % holders.length;
    for (let index = 0; index < holders.length; index++)
      askBulk(book, holders[(first + index) % holders.length] as FetchHolder);
  }

  #complete(): void {
    const book = this.#book;
    if (this.#isComplete) return;
    const isAll = book.keptChunks === book.geometry.chunks;
    const isWanted = book.wantAll || book.readers.size > 0;
    if (!isWanted || !(isAll || (!book.wantAll && book.readers.haveAll((chunk) => book.isKept(chunk))))) return;
    this.#isComplete = true;
    // What is left is to tell whether silent holders live: nobody needs to know any more.
    if (isAll) for (const request of [...book.requests.values()]) book.cancel(request);
    book.effects.push({ type: "complete" });
  }

  #orderWake(): void {
    const book = this.#book;
    let isBusy = false;
    for (const holder of book.holders.values()) {
      if (holder.live.size + holder.ghosts.size > 0) isBusy = true;
      if (holder.restsUntilMs > book.nowMs) book.effects.wakeAt(holder.restsUntilMs);
    }
    if (isBusy) book.effects.wakeAt(Math.max(this.#lookAtMs, book.nowMs + 1));
  }
}

/** Whether a holder has room, and nothing is left that it could be asked for: it does not wait for memory only. */
const isIdle = (book: FetchBook, holder: FetchHolder): boolean =>
  holder.trusted &&
  holder.hasRoom(2, 1, book.nowMs, book.readers.size > 0) &&
  !(book.wantAll && book.nextChunk(holder) >= 0);

function ghostOf(holder: FetchHolder | undefined, id: number): FetchRequest | undefined {
  if (holder !== undefined) for (const ghost of holder.ghosts.keys()) if (ghost.id === id) return ghost;
  return undefined;
}
