import { NETWORK } from "../core/limits.ts";
import type { ChunkStore } from "../store/chunk-store.ts";

/** Tells a client what is held of a video: all at first, then what has come since, gathered for a moment. */
export class HoldingsTeller {
  readonly #store: ChunkStore;
  readonly #tell: (firstChunk: number, bitmap: Uint8Array) => void;
  readonly #endListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #first = Infinity;
  #last = -1;

  constructor(store: ChunkStore, tell: (firstChunk: number, bitmap: Uint8Array) => void) {
    this.#store = store;
    this.#tell = tell;
    this.#endListening = store.onHeld((chunk, isHeld) => {
      if (isHeld) this.#note(chunk);
    });
  }

  /** Tells all that is held now. */
  tellAll(): void {
    this.#tell(0, this.#store.held.bytes.slice());
  }

  end(): void {
    this.#endListening();
    clearTimeout(this.#timer);
  }

  #note(chunk: number): void {
    this.#first = Math.min(this.#first, chunk);
    this.#last = Math.max(this.#last, chunk);
    this.#timer ??= setTimeout(() => this.#tellNews(), NETWORK.holdingsGatherMs);
  }

  /** The bytes of the bitmap that have changed: what was told before is told again with them. */
  #tellNews(): void {
    this.#timer = undefined;
    const from = this.#first >> 3;
    const bitmap = this.#store.held.bytes.slice(from, (this.#last >> 3) + 1);
    this.#first = Infinity;
    this.#last = -1;
    this.#tell(from * 8, bitmap);
  }
}
