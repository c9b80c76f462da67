import { ChunkSet } from "../transfer/chunk-set.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import { MAX_RUN_GRAINS, type Run } from "./grains.ts";
import type { RateMark } from "./rate-meter.ts";

/** One Get that has left. Times in ms. */
export interface FetchRequest {
  readonly id: number;
  readonly holder: FetchHolder;
  readonly job: ChunkJob;
  readonly run: Run;
  readonly bytes: number;
  readonly priority: number;
  readonly sentAtMs: number;
  /** Its memory is counted beside that of its chunk, since another holder had been asked for the same bytes. */
  isExtra: boolean;
  /** How many holders had been asked for it before, and had not begun to answer when a better one was found. */
  readonly moves: number;
  /** Nothing was in flight at the holder before it: its first byte tells the round trip. */
  readonly wasIdle: boolean;
  /** `undefined`: it left before the fetch began, and says nothing of how fast its holder is. */
  readonly mark: RateMark | undefined;
  receivedBytes: number;
  /** When the first byte of the body came; NaN before. */
  begunAtMs: number;
  arrived: boolean;
  /** Its bytes have come from elsewhere: it is only left to tell whether its silent holder lives. */
  moot: boolean;
}

/**
 * A chunk under way: which of its grains are verified, asked for, or free to be asked for. Sets of 16 grains (1 MiB), of
 * which a chunk has one or more, are bits of a word; no run crosses them.
 */
export class ChunkJob {
  readonly chunk: number;
  readonly bytes: number;
  readonly grains: number;
  /** Requests that have not been verified or cancelled. */
  readonly requests: Set<FetchRequest> = new Set();
  readonly #free: Uint16Array;
  readonly #have: Uint16Array;
  /** Words with a free grain. */
  readonly #words: ChunkSet;
  freeGrains: number;
  haveGrains = 0;

  /** Whether all of it has come: what is left is to check and to write it. */
  get hasArrived(): boolean {
    if (this.freeGrains > 0) return false;
    for (const request of this.requests) if (!request.arrived) return false;
    return true;
  }

  constructor(chunk: number, bytes: number, grains: number) {
    this.chunk = chunk;
    this.bytes = bytes;
    this.grains = grains;
    this.freeGrains = grains;
    const words = Math.ceil(grains / MAX_RUN_GRAINS);
    this.#free = new Uint16Array(words);
    this.#have = new Uint16Array(words);
    this.#words = new ChunkSet(words);
    for (let word = 0; word < words; word++) {
      this.#free[word] = this.#real(word);
      this.#words.add(word);
    }
  }

  /** All of it is verified: it waits to be written. */
  get isWhole(): boolean {
    return this.haveGrains === this.grains;
  }

  isFree(grain: number): boolean {
    return (((this.#free[grain >> 4] as number) >> (grain & 15)) & 1) === 1;
  }

  has(grain: number): boolean {
    return (((this.#have[grain >> 4] as number) >> (grain & 15)) & 1) === 1;
  }

  /** The largest free run of at most `most` grains, a power of two, in the first words that have any; not yet taken. */
  freeRun(most: number): Run | undefined {
    const word = this.#words.min();
    if (word < 0) return undefined;
    for (let grains = Math.min(most, MAX_RUN_GRAINS); grains > 1; grains >>= 1)
      for (let at = 0; at < MAX_RUN_GRAINS; at += grains)
        if (this.#isFreeRun(word, at, grains)) return { first: word * MAX_RUN_GRAINS + at, grains };
    const free = this.#free[word] as number;
    return { first: word * MAX_RUN_GRAINS + (31 - Math.clz32(free & -free)), grains: 1 };
  }

  /** The largest free run of at most `most` grains that begins with this grain, which is free. */
  freeRunAt(grain: number, most: number): Run {
    let grains = Math.min(most, MAX_RUN_GRAINS);
    while (grains > 1 && (grain % grains !== 0 || !this.#isFreeRun(grain >> 4, grain & 15, grains))) grains >>= 1;
    return { first: grain, grains };
  }

  /** The first free grain from `grain` on, or −1. */
  nextFree(grain: number): number {
    for (let word = grain >> 4; word < this.#free.length; word++) {
      const from = word === grain >> 4 ? grain & 15 : 0;
      const free = (this.#free[word] as number) & (0xffff << from);
      if (free !== 0) return word * MAX_RUN_GRAINS + (31 - Math.clz32(free & -free));
    }
    return -1;
  }

  /** A request is made: its grains are not free any more. */
  asked(request: FetchRequest): void {
    this.requests.add(request);
    const word = request.run.first >> 4;
    this.#setFree(word, (this.#free[word] as number) & ~maskOf(request.run));
  }

  /** A request is over: what neither is verified nor asked of another holder is free again. */
  over(request: FetchRequest): void {
    if (!this.requests.delete(request)) return;
    const word = request.run.first >> 4;
    let mask = maskOf(request.run) & this.#real(word) & ~(this.#have[word] as number);
    for (const other of this.requests) if (other.run.first >> 4 === word) mask &= ~maskOf(other.run);
    this.#setFree(word, (this.#free[word] as number) | mask);
  }

  /** The bytes of a run are verified. @returns how many grains of it were not before */
  verified(run: Run): number {
    const word = run.first >> 4;
    const mask = maskOf(run) & this.#real(word);
    const fresh = bits(mask & ~(this.#have[word] as number));
    this.#have[word] = (this.#have[word] as number) | mask;
    this.haveGrains += fresh;
    this.#setFree(word, (this.#free[word] as number) & ~mask);
    return fresh;
  }

  /** Whether nothing of a run is missing. */
  hasRun(run: Run): boolean {
    const word = run.first >> 4;
    return (maskOf(run) & this.#real(word) & ~(this.#have[word] as number)) === 0;
  }

  /** Other requests for the same bytes or a part of them. */
  copiesOf({ id, run }: FetchRequest): FetchRequest[] {
    const mask = maskOf(run);
    const isCopy = (other: FetchRequest): boolean =>
      other.id !== id && other.run.first >> 4 === run.first >> 4 && (maskOf(other.run) & mask) !== 0;
    return [...this.requests].filter(isCopy);
  }

  #isFreeRun(word: number, at: number, grains: number): boolean {
    const free = this.#free[word] as number;
    const mask = ((1 << grains) - 1) << at;
    return (free & mask) !== 0 && (~free & this.#real(word) & mask) === 0;
  }

  /** The grains of a word that the chunk really has. */
  #real(word: number): number {
    const left = this.grains - word * MAX_RUN_GRAINS;
    return left >= MAX_RUN_GRAINS ? 0xffff : (1 << left) - 1;
  }

  #setFree(word: number, free: number): void {
    this.freeGrains += bits(free) - bits(this.#free[word] as number);
    this.#free[word] = free;
    if (free === 0) this.#words.delete(word);
    else this.#words.add(word);
  }
}

const maskOf = ({ first, grains }: Run): number => ((1 << grains) - 1) << (first & 15);

/** Bits that are set among the lowest 16. */
function bits(word: number): number {
  let count = 0;
  for (let left = word & 0xffff; left !== 0; left &= left - 1) count++;
  return count;
}
