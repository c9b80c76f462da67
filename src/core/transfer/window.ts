/** The bounds of a {@link Window}, in requests. */
export interface WindowLimits {
  readonly first: number;
  readonly max: number;
}

/** Growth stops when the round trip is this much above its minimum, in ms: a queue is building up somewhere. */
const QUEUE_SLACK_MS = 10;

/**
 * How many requests are kept in flight at one holder, as a receiver-driven transport does it: doubling a round trip
 * at first, then one more a round trip; down by 15 % for a round trip with a loss (gentler than a half, since a lost
 * datagram is often chance and not congestion), and to one for a silent holder.
 */
export class Window {
  readonly #max: number;
  #size: number;
  #startUp = true;
  #beforeSilence = 1;
  /** Losses of requests sent before this sequence number belong to a decrease already made. */
  #decreasedAtSequence = 0;

  constructor(limits: WindowLimits) {
    this.#max = limits.max;
    this.#size = Math.min(limits.first, limits.max);
  }

  /** Requests that may be in flight: at least 1. */
  get size(): number {
    return Math.floor(this.#size);
  }

  /** An answer came, with the round trip as it is now smoothed and its minimum, in ms. */
  answered(smoothedMs: number, minMs: number): void {
    if (smoothedMs > 2 * minMs + QUEUE_SLACK_MS) {
      this.#startUp = false;
      this.#size = Math.max(2, this.#size - 1 / this.#size);
    } else this.#size = Math.min(this.#max, this.#size + (this.#startUp ? 1 : 1 / this.#size));
  }

  /** The request `sequence` was lost, when the next to be sent would be `nextSequence`. */
  lost(sequence: number, nextSequence: number): void {
    this.#startUp = false;
    if (sequence < this.#decreasedAtSequence) return;
    this.#decreasedAtSequence = nextSequence;
    this.#size = Math.max(2, this.#size * 0.85);
  }

  /** A time-out passed without any answer: one request at a time probes the holder. */
  silent(): void {
    if (this.#size > 1) this.#beforeSilence = this.#size;
    this.#size = 1;
    this.#startUp = true;
  }

  /** An answer to a request that had timed out came: it was late and not lost, and the decrease is undone (RFC 4015). */
  wasLate(): void {
    this.#size = Math.max(this.#size, this.#beforeSilence);
    this.#beforeSilence = 1;
  }
}
