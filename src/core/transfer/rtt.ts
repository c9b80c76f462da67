/** The bounds of a {@link RoundTrip}, in ms. */
export interface TimeoutLimits {
  readonly firstTimeoutMs: number;
  readonly minTimeoutMs: number;
  readonly minRepeatTimeoutMs: number;
  readonly maxTimeoutMs: number;
}

/**
 * Measures round trips and says how long to wait for an answer: smoothed time plus four deviations (RFC 6298),
 * backed off after each time-out until an unambiguous sample comes (Karn's algorithm).
 */
export class RoundTrip {
  readonly #limits: TimeoutLimits;
  /** Smoothed round trip in ms; NaN before the first sample. */
  smoothedMs: number = Number.NaN;
  /** The shortest seen, in ms. */
  minMs: number = Infinity;
  #deviationMs = 0;
  #backOff = 0;

  constructor(limits: TimeoutLimits) {
    this.#limits = limits;
  }

  get measured(): boolean {
    return this.minMs !== Infinity;
  }

  /** Takes one measured round trip, of a request that was sent once only. */
  sample(ms: number): void {
    this.#backOff = 0;
    this.minMs = Math.min(this.minMs, ms);
    if (Number.isNaN(this.smoothedMs)) {
      this.smoothedMs = ms;
      this.#deviationMs = ms / 2;
      return;
    }
    this.#deviationMs += (Math.abs(ms - this.smoothedMs) - this.#deviationMs) / 4;
    this.smoothedMs += (ms - this.smoothedMs) / 8;
  }

  /** A time-out passed without any answer: the next one is longer. */
  timedOut(): void {
    this.#backOff++;
  }

  /** How long to wait for an answer now, in ms. */
  timeoutMs(): number {
    const { firstTimeoutMs, minTimeoutMs, minRepeatTimeoutMs, maxTimeoutMs } = this.#limits;
    const plain = this.measured ? Math.max(minTimeoutMs, this.smoothedMs + 4 * this.#deviationMs) : firstTimeoutMs;
    if (this.#backOff === 0) return Math.min(plain, maxTimeoutMs);
    const first = Math.max(2 * plain, minRepeatTimeoutMs);
    return Math.min(first * 2 ** Math.min(this.#backOff - 1, 16), maxTimeoutMs);
  }
}
