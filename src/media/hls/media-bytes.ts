import { HLS } from "../../core/limits.ts";

/** Fetches bytes: at most `HLS.maxMediaReadBytes`, all of them. */
export type FetchBytes = (start: number, end: number) => Promise<Uint8Array>;

const BLOCK = HLS.cacheBlockBytes;
/**
 * A file's bytes in blocks, the last ones used kept. Who reads on where another read ended gets twice as much at a time,
 * up to `HLS.maxRunBytes`; who jumps gets a block. Requests for the same block are one.
 */
export class MediaBytes {
  readonly bytes: number;
  readonly #fetch: FetchBytes;
  /** By number, the block used last at the end. */
  readonly #blocks = new Map<number, Uint8Array | Promise<unknown>>();
  /** Where reads ended lately, and how many blocks they had. */
  readonly #runs: { end: number; blocks: number }[] = [];
  /** Whether all of it is read, from the beginning to the end: then more is read at a time. */
  isSearched = false;
  /** Whether bytes could not be had since the last request began. */
  isUnreadable = false;
  #bytesLeft = 0;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(bytes: number, fetch: FetchBytes) {
    this.bytes = bytes;
    this.#fetch = fetch;
  }

  /** One more request is worked on, and may read so much. */
  allow(bytes: number = HLS.maxJobReadBytes): void {
    this.isUnreadable = false;
    this.#bytesLeft = Math.max(this.#bytesLeft, bytes);
  }

  /** The bytes from `start` to before `end`, at once if they are here. They are a view: not to be changed. @throws beyond the file, and its bounds */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    if (start < 0 || end > this.bytes || start > end) throw new Error("beyond the file");
    if (end - start > HLS.maxMediaReadBytes) return this.#large(start, end);
    return this.#here(start, end) ?? this.#later(start, end);
  }

  /** The same, fewer at the end of the file. */
  upTo(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    return this.read(Math.min(start, this.bytes), Math.min(end, this.bytes));
  }

  #here(start: number, end: number): Uint8Array | undefined {
    const first = Math.floor(start / BLOCK);
    const last = Math.max(first, Math.ceil(end / BLOCK) - 1);
    if (first === last) {
      const block = this.#block(first);
      return start === end ? new Uint8Array(0) : block?.subarray(start - first * BLOCK, end - first * BLOCK);
    }
    const found: Uint8Array[] = [];
    for (let at = first; at <= last; at++) {
      const block = this.#block(at);
      if (block === undefined) return undefined;
      found.push(block);
    }
    const all = new Uint8Array(end - start);
    for (const [index, block] of found.entries()) {
      const from = (first + index) * BLOCK;
      all.set(block.subarray(Math.max(0, start - from), Math.min(block.length, end - from)), Math.max(0, from - start));
    }
    return all;
  }

  #block(at: number): Uint8Array | undefined {
    const block = this.#blocks.get(at);
    if (!(block instanceof Uint8Array)) return undefined;
    this.#blocks.delete(at);
    this.#blocks.set(at, block);
    return block;
  }

  async #later(start: number, end: number): Promise<Uint8Array> {
    // Again when a block went while another came: only a cache that is too small for one read could go on so.
    for (let turn = 0; turn < 8; turn++) {
      const first = Math.floor(start / BLOCK);
      const last = Math.ceil(end / BLOCK) - 1;
      const coming: Promise<unknown>[] = [];
      for (let at = first; at <= last; at++) {
        const block = this.#blocks.get(at) ?? this.#load(at, last);
        if (!(block instanceof Uint8Array)) coming.push(block);
      }
      await Promise.all(coming);
      const here = this.#here(start, end);
      if (here !== undefined) return here;
    }
    throw new Error("the bytes do not stay");
  }

  /** Starts to fetch the blocks from one to another that are not here, and what is likely to be wanted after them. */
  #load(first: number, last: number): Promise<unknown> {
    const end = Math.min(first + this.#runBlocks(first, last), Math.ceil(this.bytes / BLOCK));
    let next = first + 1;
    while (next < end && !this.#blocks.has(next)) next++;
    const parts: Promise<unknown>[] = [];
    // A long read is several: the first block is of use before the last is there.
    const step = this.isSearched ? HLS.maxMediaReadBytes / BLOCK : 1;
    for (let at = first; at < next; at += step) parts.push(this.#loadPart(at, Math.min(next, at + step)));
    return parts[0] as Promise<unknown>;
  }

  #loadPart(first: number, next: number): Promise<unknown> {
    const blocks = next - first;
    const coming = this.#fetchInTurn(first * BLOCK, Math.min(next * BLOCK, this.bytes)).then(
      (bytes) => {
        // Copies: a block that stays would keep the whole read from being freed.
        for (let at = 0; at < blocks; at++)
          this.#blocks.set(
            first + at,
            blocks === 1 ? bytes : new Uint8Array(bytes.subarray(at * BLOCK, (at + 1) * BLOCK)),
          );
        this.#evict();
      },
      (error: unknown) => {
        for (let at = 0; at < blocks; at++) this.#blocks.delete(first + at);
        throw error;
      },
    );
    // Those that wait for it hear of it; a block read ahead has nobody that waits.
    coming.catch(() => undefined);
    for (let at = 0; at < blocks; at++) this.#blocks.set(first + at, coming);
    return coming;
  }

  #runBlocks(first: number, last: number): number {
    const most = (this.isSearched ? HLS.maxMediaReads * HLS.maxMediaReadBytes : HLS.maxRunBytes) / BLOCK;
    const found = this.#runs.findIndex(({ end }) => end === first);
    const before = found < 0 ? undefined : this.#runs.splice(found, 1)[0];
    const blocks = Math.max(last + 1 - first, Math.min(most, before === undefined ? 1 : before.blocks * 2));
    this.#runs.push({ end: first + blocks, blocks });
    if (this.#runs.length > 8) this.#runs.shift();
    return blocks;
  }

  #evict(): void {
    let over = this.#blocks.size - HLS.maxCacheBytes / BLOCK;
    for (const [at, block] of this.#blocks) {
      if (over <= 0) return;
      if (!(block instanceof Uint8Array)) continue;
      this.#blocks.delete(at);
      over--;
    }
  }

  async #large(start: number, end: number): Promise<Uint8Array> {
    if (end - start > HLS.maxIndexBytes) throw new Error("too much to read at one time");
    const all = new Uint8Array(end - start);
    const parts: Promise<void>[] = [];
    for (let at = start; at < end; at += HLS.maxMediaReadBytes) {
      const part = this.#fetchInTurn(at, Math.min(end, at + HLS.maxMediaReadBytes));
      parts.push(part.then((bytes) => all.set(bytes, at - start)));
    }
    await Promise.all(parts);
    return all;
  }

  async #fetchInTurn(start: number, end: number): Promise<Uint8Array> {
    this.#bytesLeft -= end - start;
    if (this.#bytesLeft < 0) throw new Error("too much to read");
    if (this.#underWay >= HLS.maxMediaReads) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay++;
    try {
      return await this.#fetch(start, end);
    } catch (error) {
      this.isUnreadable = true;
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay--;
      else next();
    }
  }
}
