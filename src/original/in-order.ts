import { SHELLS } from "../core/limits.ts";
import type { ChunkSink } from "./chunk-sink.ts";

/** Written blocks kept for use again. */
const MAX_SPARE = 4;
/** Chunks that may be asked for beyond the next in order, whatever their size. */
const MIN_AHEAD = 64;

/** Where the joined bytes go, one write at a time. */
export interface ByteTarget {
  /** Whether somebody waits for the bytes (a player): they are written as they come, else in whole blocks. */
  readonly isLive: boolean;
  /** Writes all of it; rejects when that cannot be. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends it; `failed` says that a write failed. */
  close(failed: boolean): Promise<void>;
}

/**
 * Joins chunks in the wanted order and hands them on as soon as they are next. What came early waits in memory, so
 * no chunk is asked for that is more than 8 MiB ahead of what the target has taken: a paused player pauses the fetch.
 */
export class InOrder implements ChunkSink {
  onLimit: () => void = () => {};
  onError: (error: Error) => void = () => {};
  readonly #target: ByteTarget;
  /** Early chunks by place; `null` for one that will not come. */
  readonly #early = new Map<number, Uint8Array | null>();
  /** The chunks next in order, copied together until they are written. */
  #joined: Uint8Array[] = [];
  #fill = 0;
  /** Blocks that were written, to be used again. */
  readonly #spare: Uint8Array[] = [];
  #unwrittenBytes = 0;
  #nextPlace = 0;
  #largestBytes = 1;
  #limit = 0;
  #writing: Promise<void> | undefined;
  #error: Error | undefined;
  #finishing = false;

  constructor(target: ByteTarget) {
    this.#target = target;
    this.#limit = this.#limitNow();
  }

  get limit(): number {
    return this.#limit;
  }

  take(place: number, _id: number, chunk: Uint8Array): void {
    if (this.#error !== undefined || place < this.#nextPlace) return;
    if (chunk.length > this.#largestBytes) this.#largestBytes = chunk.length;
    if (place === this.#nextPlace) {
      this.#append(chunk);
      this.#nextPlace++;
      this.#advance();
    } else this.#early.set(place, Buffer.from(chunk)); // a copy: the chunk's own datagram takes whole pages of memory
  }

  skip(place: number): void {
    if (place < this.#nextPlace) return;
    this.#early.set(place, null);
    this.#advance();
  }

  async finish(): Promise<void> {
    this.#finishing = true;
    for (const place of [...this.#early.keys()].sort((a, b) => a - b)) {
      this.#nextPlace = place;
      this.#advance();
    }
    // A write that was just ending may have missed what was appended last.
    for (this.#advance(); this.#writing !== undefined; this.#advance()) await this.#writing;
    try {
      await this.#target.close(this.#error !== undefined);
    } catch (error) {
      this.#error ??= error as Error;
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Appends what has become next in order, and starts writing. */
  #advance(): void {
    for (let chunk = this.#early.get(this.#nextPlace); chunk !== undefined; chunk = this.#early.get(this.#nextPlace)) {
      this.#early.delete(this.#nextPlace);
      if (chunk !== null) this.#append(chunk);
      this.#nextPlace++;
    }
    this.#updateLimit();
    if (this.#writing === undefined && this.#hasWork)
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
  }

  /** The last block may still be filling: a target that is not live gets it at the end. */
  get #hasWork(): boolean {
    return this.#joined.length > (this.#target.isLive || this.#finishing ? 0 : 1);
  }

  #append(chunk: Uint8Array): void {
    let rest = chunk;
    this.#unwrittenBytes += chunk.length;
    while (rest.length > 0) {
      let block = this.#joined.at(-1);
      if (block === undefined || this.#fill === SHELLS.joinBlockBytes) {
        block = this.#spare.pop() ?? new Uint8Array(SHELLS.joinBlockBytes);
        this.#joined.push(block);
        this.#fill = 0;
      }
      const part = rest.subarray(0, SHELLS.joinBlockBytes - this.#fill);
      block.set(part, this.#fill);
      this.#fill += part.length;
      rest = rest.subarray(part.length);
    }
  }

  async #write(): Promise<void> {
    // A turn later, so that all datagrams of this turn are written together.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#hasWork && this.#error === undefined) {
        const last = this.#joined.length === 1;
        const block = this.#joined.shift() as Uint8Array;
        const bytes = last ? block.subarray(0, this.#fill) : block;
        await this.#target.write(bytes);
        if (this.#spare.length < MAX_SPARE) this.#spare.push(block);
        this.#unwrittenBytes -= bytes.length;
        this.#updateLimit();
      }
    } catch (error) {
      this.#error = error as Error;
      this.#joined = [];
      this.#early.clear();
      this.onError(this.#error);
    }
  }

  #limitNow(): number {
    const room = SHELLS.maxSinkWaitingBytes - this.#unwrittenBytes;
    return room <= 0 ? 0 : this.#nextPlace + Math.max(MIN_AHEAD, Math.floor(room / this.#largestBytes));
  }

  /** Moves the limit in steps: telling the core of each chunk would cost more than it is worth. */
  #updateLimit(): void {
    const limit = this.#limitNow();
    if (limit === this.#limit || (limit > this.#limit && limit < this.#limit + MIN_AHEAD / 4)) return;
    this.#limit = limit;
    this.onLimit();
  }
}
