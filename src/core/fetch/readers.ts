import type { Geometry } from "../content/geometry.ts";
import { NETWORK } from "../limits.ts";
import { GRAIN_BYTES } from "./grains.ts";

/** What is due within this time is asked for with priority 0, in ms. */
const STRICT_MS = 4000;
/** Of somebody who reads as fast as it can, as many bytes are strict. */
const STRICT_BYTES = 4_194_304;

/** Somebody who reads, and how far it has been asked for. */
export interface Reader {
  readonly id: number;
  /** The next byte it needs, when this was told, and how fast it goes on; 0 for as fast as it can. */
  position: number;
  end: number;
  bytesPerSecond: number;
  /** So much longer it can do without. */
  slackMs: number;
  toldAtMs: number;
  /** The first grain of the video, counted through all chunks, that may not have been asked for. */
  cursor: number;
}

/** Those who read a video: what each needs, and when. */
export class Readers {
  readonly #geometry: Geometry;
  readonly #readers = new Map<number, Reader>();
  readonly grainsPerChunk: number;
  /** The time, and what all holders deliver together in bytes per ms: so fast goes a reader without a rate. */
  nowMs = 0;
  capacityBytesPerMs = 1;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.grainsPerChunk = geometry.chunkBytes / GRAIN_BYTES;
  }

  get size(): number {
    return this.#readers.size;
  }

  values(): Iterable<Reader> {
    return this.#readers.values();
  }

  /** A reader is somewhere. @returns true when it has jumped: what it wanted before may be wanted no more */
  set(id: number, position: number, end: number, bytesPerSecond: number, nowMs: number, slackMs: number = 0): boolean {
    const known = this.#readers.get(id);
    if (known === undefined && this.#readers.size >= NETWORK.maxReaders) return false;
    const from = Math.max(0, Math.min(position, this.#geometry.bytes));
    const to = Math.max(from, Math.min(end, this.#geometry.bytes));
    const told = { position: from, end: to, bytesPerSecond: Math.max(0, bytesPerSecond), slackMs, toldAtMs: nowMs };
    const cursor = Math.floor(from / GRAIN_BYTES);
    if (known === undefined) {
      this.#readers.set(id, { id, ...told, cursor });
      return false;
    }
    const jumped = from < known.position || from > known.position + this.#windowBytes(known) || to < known.end;
    Object.assign(known, told);
    known.cursor = jumped ? cursor : Math.max(known.cursor, cursor);
    return jumped;
  }

  delete(id: number): boolean {
    return this.#readers.delete(id);
  }

  /** A part of a chunk is free again: those who passed it look at it again. */
  freed(chunk: number, grain: number): void {
    const at = chunk * this.grainsPerChunk + grain;
    for (const reader of this.#readers.values()) {
      const first = Math.floor(reader.position / GRAIN_BYTES);
      if (at < reader.cursor) reader.cursor = Math.max(first, at);
    }
  }

  /** The grain behind the last one that is asked for ahead of a reader. */
  windowEnd(reader: Reader): number {
    return Math.ceil(Math.min(reader.end, reader.position + this.#windowBytes(reader)) / GRAIN_BYTES);
  }

  /** When a reader needs a grain. One without a rate needs it when all holders together can have sent it. */
  dueOf(reader: Reader, grain: number): number {
    const ahead = Math.max(0, grain * GRAIN_BYTES - reader.position);
    if (reader.bytesPerSecond === 0) return this.nowMs + ahead / this.capacityBytesPerMs;
    return reader.toldAtMs + reader.slackMs + (ahead / reader.bytesPerSecond) * 1000;
  }

  /** When the first reader whose window it is in needs a grain of a chunk, in ms; Infinity when none does. */
  dueMs(chunk: number, grain: number): number {
    const at = chunk * this.grainsPerChunk + grain;
    let dueMs = Infinity;
    for (const reader of this.#readers.values())
      if (at >= Math.floor(reader.position / GRAIN_BYTES) && at < this.windowEnd(reader))
        dueMs = Math.min(dueMs, this.dueOf(reader, at));
    return dueMs;
  }

  /** Whether a reader is about to need a grain. */
  isStrict(reader: Reader, grain: number): boolean {
    if (reader.bytesPerSecond === 0) return grain * GRAIN_BYTES < reader.position + STRICT_BYTES;
    return this.dueOf(reader, grain) < this.nowMs + STRICT_MS;
  }

  /** The most urgent that a part of a chunk is to anybody: 0 strict, 1 read ahead, 2 for nobody. */
  priorityOf(chunk: number, first: number, grains: number): number {
    const at = chunk * this.grainsPerChunk + first;
    let priority = 2;
    for (const reader of this.#readers.values()) {
      const from = Math.max(at, Math.floor(reader.position / GRAIN_BYTES));
      if (from >= Math.min(at + grains, this.windowEnd(reader))) continue;
      priority = Math.min(priority, this.isStrict(reader, from) ? 0 : 1);
    }
    return priority;
  }

  /** Whether all that readers want, to their ends, is held. */
  haveAll(isKept: (chunk: number) => boolean): boolean {
    for (const { position, end } of this.#readers.values())
      for (let at = Math.floor(position / this.#geometry.chunkBytes); at * this.#geometry.chunkBytes < end; at++)
        if (!isKept(at)) return false;
    return true;
  }

  /** Whether any part of a chunk is in the window of a reader. */
  wants(chunk: number): boolean {
    return this.priorityOf(chunk, 0, this.grainsPerChunk) < 2;
  }

  #windowBytes({ bytesPerSecond }: Reader): number {
    if (bytesPerSecond === 0) return NETWORK.maxReadAheadBytes;
    const bytes = (bytesPerSecond * NETWORK.maxReadAheadMs) / 1000;
    return Math.min(NETWORK.maxReadAheadBytes, Math.max(16 * GRAIN_BYTES, bytes));
  }
}
