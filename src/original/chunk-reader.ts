import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { ChunkPlace, KeyValues } from "../core/content/key-values-file.ts";
import { SHELLS } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";

const BLOCK_BYTES = SHELLS.readBlockBytes;

/** Dropped blocks kept for use again. */
const MAX_SPARE = 4;

interface Block {
  readonly bytes: Uint8Array;
  readonly readAtMs: number;
}

/** Why a chunk could not be read: it vanished, shrank, grew beyond what a datagram carries, or the disk failed. */
export interface ChunkLost {
  readonly lost: string;
}

/** A chunk's bytes; why there are none; or `undefined`: not in memory, and to be loaded first. */
export type ChunkLookup = Uint8Array | ChunkLost | undefined;

/**
 * Reads chunks through a cache of blocks, because a chunk of 1 KiB is far too small for a disk read of its own. What
 * is in memory is there without a promise; the block behind the one in use is read ahead.
 */
export class ChunkReader {
  readonly #maxChunkBytes: number;
  #places: KeyValues;
  /** `path\0block` → block, the least recently read first. */
  readonly #blocks = new Map<string, Block>();
  readonly #failures = new Map<string, { readonly reason: string; readonly readAtMs: number }>();
  readonly #loading = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  readonly #spare: Uint8Array[] = [];
  #cachedBytes = 0;
  #last: { readonly path: string; readonly index: number; readonly block: Block } | undefined;

  constructor(places: KeyValues, maxChunkBytes: number) {
    this.#places = places;
    this.#maxChunkBytes = maxChunkBytes;
  }

  /** Takes the places of a key-values file that was read again. */
  replace(places: KeyValues): void {
    this.#places = places;
    this.#blocks.clear();
    this.#failures.clear();
    this.#cachedBytes = 0;
    this.#last = undefined;
  }

  /** Where a chunk is, or `undefined` for one that is not held. */
  placeOf(id: number): ChunkPlace | undefined {
    return this.#places.get(id);
  }

  /**
   * A chunk if it is in memory, else `undefined`: call {@link load} and look again. The bytes are good until the caller
   * returns to the event loop: their memory is used again.
   */
  lookUp(id: number): ChunkLookup {
    const place = this.#places.get(id);
    if (place === undefined) return { lost: "it is not held any more" };
    return place.range === undefined ? this.#wholeFile(place.path) : this.#range(place.path, place.range);
  }

  /** Brings a chunk into memory, or finds out why it cannot be had. Never rejects. */
  async load(id: number): Promise<void> {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const first = Math.floor((place.range?.first ?? 0) / BLOCK_BYTES);
    const last = Math.floor((place.range?.last ?? 0) / BLOCK_BYTES);
    for (let block = first; block <= last; block++) {
      await this.#loadBlock(place.path, block);
      if (this.#failures.has(`${place.path}\0${block}`)) return;
    }
  }

  #wholeFile(path: string): ChunkLookup {
    const block = this.#block(path, 0);
    if (!(block instanceof Uint8Array)) return block;
    return block.length > this.#maxChunkBytes ? { lost: `it grew beyond ${this.#maxChunkBytes} bytes` } : block;
  }

  #range(path: string, { first, last }: { first: number; last: number }): ChunkLookup {
    const index = Math.floor(first / BLOCK_BYTES);
    const block = this.#block(path, index);
    if (!(block instanceof Uint8Array)) return block;
    const start = first - index * BLOCK_BYTES;
    const end = last - index * BLOCK_BYTES + 1;
    if (end <= block.length) {
      if (start > BLOCK_BYTES / 2) this.#readAhead(path, index + 1, block);
      return block.subarray(start, end);
    }
    if (block.length < BLOCK_BYTES) return { lost: "its file shrank" };
    const next = this.#block(path, index + 1);
    if (!(next instanceof Uint8Array)) return next;
    if (next.length < end - BLOCK_BYTES) return { lost: "its file shrank" };
    return Buffer.concat([block.subarray(start), next.subarray(0, end - BLOCK_BYTES)]);
  }

  #block(path: string, index: number): ChunkLookup {
    // Chunks are asked for in runs: most are in the block of the one before.
    const last = this.#last;
    if (last !== undefined && last.index === index && last.path === path && isFresh(last.block))
      return last.block.bytes;
    const key = `${path}\0${index}`;
    const failure = this.#failures.get(key);
    this.#failures.delete(key);
    if (failure !== undefined && isFresh(failure)) return { lost: failure.reason };
    const block = this.#blocks.get(key);
    if (block === undefined || !isFresh(block)) return undefined;
    this.#last = { path, index, block };
    return block.bytes;
  }

  #readAhead(path: string, index: number, current: Uint8Array): void {
    if (current.length < BLOCK_BYTES || this.#loading.size >= SHELLS.maxReads) return;
    const block = this.#blocks.get(`${path}\0${index}`);
    if (block === undefined || !isFresh(block)) void this.#loadBlock(path, index, true);
  }

  #loadBlock(path: string, index: number, ahead = false): Promise<void> {
    const key = `${path}\0${index}`;
    const block = this.#blocks.get(key);
    if (block !== undefined && isFresh(block)) return Promise.resolve();
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return underWay;
    const loading = this.#read(path, index)
      .then(
        (bytes) => this.#keep(key, { bytes, readAtMs: monotonicMs() }),
        (error: Error) => {
          if (!ahead) this.#failures.set(key, { reason: error.message, readAtMs: monotonicMs() });
        },
      )
      .finally(() => {
        this.#loading.delete(key);
        this.#waiting.shift()?.();
      });
    this.#loading.set(key, loading);
    return loading;
  }

  async #read(path: string, index: number): Promise<Uint8Array> {
    if (this.#loading.size >= SHELLS.maxReads) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    // Non-blocking: should the path have become a FIFO, opening it must not hang.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not a regular file any more");
    const size = Math.max(0, Math.min(BLOCK_BYTES, stats.size - index * BLOCK_BYTES));
    const bytes = (size === BLOCK_BYTES ? this.#spare.pop() : undefined) ?? new Uint8Array(size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, index * BLOCK_BYTES + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  }

  #keep(key: string, block: Block): void {
    this.#drop(key);
    this.#cachedBytes += block.bytes.length;
    this.#blocks.set(key, block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#cachedBytes <= SHELLS.maxCachedBytes) return;
      this.#drop(oldest);
    }
  }

  /** Takes a block out of the cache. Its memory is used again: fresh blocks would be most of a busy peer's garbage. */
  #drop(key: string): void {
    const block = this.#blocks.get(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    this.#cachedBytes -= block.bytes.length;
    if (this.#last?.block === block) this.#last = undefined;
    if (block.bytes.length === BLOCK_BYTES && this.#spare.length < MAX_SPARE) this.#spare.push(block.bytes);
  }
}

const isFresh = ({ readAtMs }: { readonly readAtMs: number }): boolean =>
  readAtMs + SHELLS.blockFreshMs > monotonicMs();
