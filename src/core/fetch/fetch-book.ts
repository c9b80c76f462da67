import { chunkLength, type Geometry } from "../content/geometry.ts";
import type { Effects } from "../effects.ts";
import { NETWORK } from "../limits.ts";
import { Scheduler } from "../transfer/scheduler.ts";
import { ChunkJob, type FetchRequest } from "./chunk-job.ts";
import { FetchHolder } from "./fetch-holder.ts";
import type { DropReason, FetchCounters, FetchEffect, FetchOptions } from "./fetch-types.ts";
import { chunkGrains, GRAIN_BYTES, type Run, runBytes, sliceOf } from "./grains.ts";
import { Readers } from "./readers.ts";
import { spreadOrder } from "./spread-order.ts";

/** Of the memory, this share is kept for what readers wait for. */
const READERS_SHARE = 1 / 8;

/**
 * The books of one fetch: chunks, requests, holders and memory, and the few moves that change several of them at once.
 * What is asked of whom is decided elsewhere.
 */
export class FetchBook {
  readonly geometry: Geometry;
  /** Its items are places in {@link spreadOrder}. */
  readonly scheduler: Scheduler;
  readonly holders: Map<number, FetchHolder> = new Map();
  /** Chunks under way, from their first Get until they are written. */
  readonly jobs: Map<number, ChunkJob> = new Map();
  /** Those with grains that nobody is asked for. */
  readonly partial: Set<ChunkJob> = new Set();
  /** Requests that are neither verified nor over. */
  readonly requests: Map<number, FetchRequest> = new Map();
  /** Those that are only left to see whether their silent holders return. */
  readonly moot: Set<FetchRequest> = new Set();
  readonly counters: FetchCounters = {
    gets: 0,
    urgentGets: 0,
    hedges: 0,
    takenOver: 0,
    cancels: 0,
    refused: 0,
    notHeld: 0,
    wrong: 0,
    droppedWrong: 0,
    droppedSilent: 0,
    droppedLied: 0,
    gone: 0,
    stalls: 0,
    discards: 0,
    late: 0,
    receivedBytes: 0,
    verifiedBytes: 0,
    wastedBytes: 0,
  };
  readonly readers: Readers;
  /** Of each chunk: 0 not here, 1 in the file, 2 held for good. */
  readonly #state: Uint8Array;
  keptChunks = 0;
  keptBytes = 0;
  /** Of chunks under way and of second requests. */
  memoryBytes = 0;
  /** Bytes in requests for what another holder had been asked for. */
  hedgedBytes = 0;
  /** Something became free to be asked for, or room for it: holders without work are to be looked at. */
  stirred = false;
  /** Somebody had room, and there was no memory. */
  isShort = false;
  wantAll: boolean;
  nowMs = 0;
  effects!: Effects<FetchEffect>;
  readonly maxMemoryBytes: number;
  readonly #byIndex: (FetchHolder | undefined)[] = [];
  readonly #chunkAt: Int32Array;
  readonly #placeOf: Int32Array;
  #nextRequest = 1;

  constructor({ geometry, held, wantAll, seed, memoryBytes }: FetchOptions) {
    this.geometry = geometry;
    this.wantAll = wantAll;
    this.readers = new Readers(geometry);
    this.maxMemoryBytes = Math.max(memoryBytes ?? NETWORK.maxFetchMemoryBytes, 2 * geometry.chunkBytes);
    this.#state = new Uint8Array(geometry.chunks);
    this.#chunkAt = spreadOrder(geometry.chunks, seed);
    this.#placeOf = new Int32Array(geometry.chunks);
    for (const [place, chunk] of this.#chunkAt.entries()) this.#placeOf[chunk] = place;
    const items = geometry.chunks;
    this.scheduler = new Scheduler({ items, order: "rarest", maxRequestsPerItem: Infinity, onLacking: () => {} });
    for (let chunk = 0; chunk < items; chunk++) if (held(chunk)) this.keep(chunk);
  }

  isKept(chunk: number): boolean {
    return this.#state[chunk] === 2;
  }

  /** Whether nobody needs to be asked for a chunk: it is in the file, for good or not yet. */
  isThere(chunk: number): boolean {
    return this.#state[chunk] !== 0;
  }

  isChunk(chunk: number): boolean {
    return Number.isSafeInteger(chunk) && chunk >= 0 && chunk < this.geometry.chunks;
  }

  placeOf(chunk: number): number {
    return this.#placeOf[chunk] as number;
  }

  holds(holder: FetchHolder, chunk: number): boolean {
    return this.scheduler.holds(holder.index, this.placeOf(chunk));
  }

  /** The holders of a chunk. */
  *holdersOf(chunk: number): Generator<FetchHolder> {
    for (const index of this.scheduler.holdersOf(this.placeOf(chunk))) yield this.#byIndex[index] as FetchHolder;
  }

  /** The chunk that a holder may begin with now: the rarest that nobody is asked for; −1 for none. */
  nextChunk(holder: FetchHolder): number {
    const place = this.scheduler.next(holder.index, this.nowMs);
    return place < 0 ? -1 : (this.#chunkAt[place] as number);
  }

  addHolder(id: number, roundTripMs: number, early: number | undefined): void {
    const holder = new FetchHolder(id, this.scheduler.addHolder(), roundTripMs, this.nowMs, early);
    this.holders.set(id, holder);
    this.#byIndex[holder.index] = holder;
  }

  announce(holder: FetchHolder, chunk: number): void {
    if (this.scheduler.announce(holder.index, this.placeOf(chunk))) holder.heldChunks++;
  }

  /** A holder says that it does not have a chunk after all. */
  withdraw(holder: FetchHolder, chunk: number): void {
    if (!this.holds(holder, chunk)) return;
    this.scheduler.withdraw(holder.index, this.placeOf(chunk));
    holder.heldChunks--;
  }

  /** A holder is no more. What it owes is free for others; what has arrived is still checked, unless it is dropped. */
  removeHolder(holder: FetchHolder, isDropped: boolean): void {
    this.holders.delete(holder.id);
    this.#byIndex[holder.index] = undefined;
    this.scheduler.forgetHolder(holder.index);
    for (const request of [...holder.live]) this.over(request);
    if (isDropped) for (const request of [...holder.unverified]) this.over(request);
    this.stirred = true;
  }

  drop(holder: FetchHolder, reason: DropReason): void {
    if (reason === "wrong-bytes") this.counters.droppedWrong++;
    else if (reason === "silent") this.counters.droppedSilent++;
    else this.counters.droppedLied++;
    this.effects.push({ type: "drop", holder: holder.id, reason });
    this.removeHolder(holder, true);
  }

  /** Whether there is memory for one more chunk; for an urgent one all of it may be used. */
  mayBegin(chunk: number, urgent: boolean): boolean {
    const bytes = chunkLength(this.geometry, chunk);
    const kept = urgent ? 0 : Math.max(this.geometry.chunkBytes, this.maxMemoryBytes * READERS_SHARE);
    return this.memoryBytes + bytes <= this.maxMemoryBytes - kept;
  }

  /** A chunk gets under way. */
  begin(chunk: number): ChunkJob {
    const job = new ChunkJob(chunk, chunkLength(this.geometry, chunk), chunkGrains(this.geometry, chunk));
    this.jobs.set(chunk, job);
    this.partial.add(job);
    this.memoryBytes += job.bytes;
    this.scheduler.asked(this.placeOf(chunk));
    return job;
  }

  /** Asks a holder for a run of a chunk under way. `isHedge`: another one has been asked for it. */
  ask(holder: FetchHolder, job: ChunkJob, run: Run, priority: number, isHedge: boolean, moves: number = 0): void {
    const bytes = runBytes(run, job.bytes);
    const isEarly = run.grains === 1 && holder.early === job.chunk * this.readers.grainsPerChunk + run.first;
    if (isEarly) holder.early = undefined;
    const inFlight = holder.ratedInFlight;
    const request: FetchRequest = {
      id: this.#nextRequest++,
      ...{ holder, job, run, bytes, priority, isExtra: isHedge, moves, sentAtMs: this.nowMs },
      wasIdle: inFlight === 0 && !isEarly,
      mark: isEarly ? undefined : holder.meter.mark(inFlight, this.nowMs),
      ...{ receivedBytes: 0, begunAtMs: Number.NaN, arrived: false, moot: false },
    };
    this.requests.set(request.id, request);
    job.asked(request);
    if (job.freeGrains === 0) this.partial.delete(job);
    holder.asked(request);
    this.counters.gets++;
    if (priority === 0) this.counters.urgentGets++;
    if (isHedge) {
      this.counters.hedges++;
      this.hedgedBytes += bytes;
      this.memoryBytes += bytes;
    }
    const { chunk, firstLeaf, leaves } = sliceOf(run, job.chunk, this.geometry);
    this.effects.push({ type: "get", holder: holder.id, request: request.id, chunk, firstLeaf, leaves, priority });
  }

  /** Takes a request back. Its grains are free again unless they are verified or asked of another. */
  cancel(request: FetchRequest): void {
    this.counters.cancels++;
    this.effects.push({ type: "cancel", holder: request.holder.id, request: request.id });
    this.over(request);
  }

  /** A request is taken from a holder and made of another one. */
  move(request: FetchRequest, to: FetchHolder, priority: number): void {
    this.counters.takenOver++;
    this.counters.cancels++;
    this.effects.push({ type: "cancel", holder: request.holder.id, request: request.id });
    this.ask(to, request.job, request.run, priority, request.isExtra, request.moves + 1);
    this.over(request);
  }

  /** A request is over without verified bytes. A chunk of which nothing is left goes back to the scheduler. */
  over(request: FetchRequest): void {
    const { job, holder } = request;
    this.#close(request);
    this.counters.wastedBytes += request.receivedBytes;
    const mayStillCome = !request.arrived && !Number.isNaN(request.begunAtMs) && this.holders.has(holder.id);
    holder.ended(request, mayStillCome, this.nowMs);
    if (this.jobs.get(job.chunk) !== job) return;
    if (job.freeGrains > 0) this.partial.add(job);
    this.readers.freed(job.chunk, request.run.first);
    if (job.haveGrains === 0 && job.requests.size === 0) this.#putBack(job);
    this.stirred = true;
  }

  /** A request's bytes are verified. Others for the same bytes are cancelled, but that of a silent holder. */
  verified(request: FetchRequest): void {
    const { job, holder, run } = request;
    this.#close(request);
    holder.unverified.delete(request);
    holder.verified();
    const fresh = job.verified(run);
    this.counters.verifiedBytes += fresh > 0 ? request.bytes : 0;
    if (fresh === 0) this.counters.wastedBytes += request.receivedBytes;
    if (job.freeGrains === 0) this.partial.delete(job);
    for (const other of [...job.requests]) {
      if (!job.hasRun(other.run)) continue;
      if (!other.holder.stalled || !this.#leave(other)) this.cancel(other);
    }
    if (fresh === 0 || !job.isWhole) return;
    this.scheduler.arrived(this.placeOf(job.chunk));
    if (run.first > 0 || run.grains < job.grains) this.effects.push({ type: "assembled", chunk: job.chunk });
  }

  /** Gives a chunk under way up: nobody is left that has it, or nobody wants it. */
  discard(job: ChunkJob): void {
    this.jobs.delete(job.chunk);
    this.partial.delete(job);
    for (const request of [...job.requests]) this.cancel(request);
    this.memoryBytes -= job.bytes;
    this.readers.freed(job.chunk, 0);
    this.stirred = true;
    if (job.haveGrains > 0) {
      this.counters.discards++;
      this.counters.wastedBytes += job.haveGrains * GRAIN_BYTES;
      this.effects.push({ type: "discard", chunk: job.chunk });
    }
    this.scheduler.putBack(this.placeOf(job.chunk));
  }

  /** A chunk is in the file: its memory is free. */
  written(chunk: number): void {
    if (this.#state[chunk] === 0) this.#state[chunk] = 1;
    this.scheduler.arrived(this.placeOf(chunk));
    const job = this.jobs.get(chunk);
    if (job === undefined) return;
    this.jobs.delete(chunk);
    this.partial.delete(job);
    this.memoryBytes -= job.bytes;
    if (this.isShort) this.stirred = true;
    this.isShort = false;
    // Another way than this core's: what it asked for itself is not wanted any more.
    for (const request of [...job.requests]) if (!request.moot) this.cancel(request);
    if (!job.isWhole && job.haveGrains > 0) this.effects.push({ type: "discard", chunk });
  }

  /** A chunk is held for good. */
  keep(chunk: number): void {
    if (this.isKept(chunk)) return;
    this.#state[chunk] = 2;
    this.keptChunks++;
    this.keptBytes += chunkLength(this.geometry, chunk);
    this.scheduler.arrived(this.placeOf(chunk));
  }

  /** A chunk is not there after all. */
  lose(chunk: number): void {
    const job = this.jobs.get(chunk);
    if (job !== undefined && !job.isWhole) return;
    if (job !== undefined) this.written(chunk);
    if (this.isKept(chunk)) {
      this.keptChunks--;
      this.keptBytes -= chunkLength(this.geometry, chunk);
    }
    this.#state[chunk] = 0;
    this.scheduler.reopen(this.placeOf(chunk));
    this.readers.freed(chunk, 0);
    this.stirred = true;
  }

  /** Bytes that nobody is asked for. */
  unaskedBytes(): number {
    let bytes = this.scheduler.pending * this.geometry.chunkBytes;
    for (const job of this.partial) bytes += (job.freeGrains / job.grains) * job.bytes;
    return bytes;
  }

  #close(request: FetchRequest): void {
    this.requests.delete(request.id);
    this.moot.delete(request);
    request.job.over(request);
    if (request.isExtra) this.memoryBytes -= request.bytes;
  }

  /** Leaves a request to tell whether its holder lives, if there is memory for it beside its chunk. */
  #leave(request: FetchRequest): boolean {
    if (!request.isExtra) {
      if (this.memoryBytes + request.bytes > this.maxMemoryBytes) return false;
      request.isExtra = true;
      this.memoryBytes += request.bytes;
    }
    request.moot = true;
    this.moot.add(request);
    return true;
  }

  #putBack(job: ChunkJob): void {
    this.jobs.delete(job.chunk);
    this.partial.delete(job);
    this.memoryBytes -= job.bytes;
    this.scheduler.putBack(this.placeOf(job.chunk));
  }
}
