import { NETWORK } from "../core/limits.ts";
import type { ChunkStore } from "../store/chunk-store.ts";

/** Sends chunk `first + i` at bit `i` of a bitmap to a client, and says when it has left. */
export type TellHoldings = (firstChunk: number, bitmap: Uint8Array, onSent: () => void) => void;

/**
 * Tells a client what is held of a video: all at first, then what has come since, gathered for a moment. To a client that
 * has not taken the last news it tells none: they are gathered on.
 */
export class HoldingsTeller {
  readonly #tell: TellHoldings;
  #store: ChunkStore | undefined;
  #endListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Chunks with news; none when `first` is behind `last`. */
  #first = Infinity;
  #last = -1;
  #isOnItsWay = false;
  /** Chunks held when it last listened; −1 at first. */
  #heldBefore = -1;

  constructor(tell: TellHoldings) {
    this.#tell = tell;
  }

  /** Tells what this store holds, or, after a pause, what has come since. */
  listen(store: ChunkStore): void {
    if (this.#store === store) return;
    this.pause();
    this.#store = store;
    this.#endListening = store.onHeld((chunk, isHeld) => {
      if (isHeld) this.#note(chunk, chunk);
    });
    const { chunks } = store.manifest.geometry;
    if (this.#heldBefore < 0) this.#send(0, store.held.bytes.slice());
    else if (store.held.count !== this.#heldBefore || this.#last >= 0) this.#note(0, chunks - 1);
  }

  /** The store is being closed: there are no news until there is another. */
  pause(): void {
    this.#endListening?.();
    this.#endListening = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#store !== undefined) this.#heldBefore = this.#store.held.count;
    this.#store = undefined;
  }

  #note(first: number, last: number): void {
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last);
    if (!this.#isOnItsWay) this.#timer ??= setTimeout(() => this.#tellNews(), NETWORK.holdingsGatherMs);
  }

  /** The bytes of the bitmap that have changed: what was told before is told again with them. */
  #tellNews(): void {
    this.#timer = undefined;
    if (this.#store === undefined) return;
    const from = this.#first >> 3;
    const bitmap = this.#store.held.bytes.slice(from, (this.#last >> 3) + 1);
    this.#first = Infinity;
    this.#last = -1;
    this.#send(from * 8, bitmap);
  }

  #send(firstChunk: number, bitmap: Uint8Array): void {
    this.#isOnItsWay = true;
    this.#tell(firstChunk, bitmap, () => {
      this.#isOnItsWay = false;
      if (this.#store !== undefined && this.#last >= 0) this.#note(this.#first, this.#last);
    });
  }
}
