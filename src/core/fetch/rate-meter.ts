/** What had been delivered when a request left: see {@link RateMeter.sample}. */
export interface RateMark {
  readonly bytes: number;
  readonly atMs: number;
  /** So little was in flight that the holder may have waited for us: the rate seen is a lower bound. */
  readonly limited: boolean;
  /** Nothing was in flight: a round trip is part of the time. */
  readonly idle: boolean;
}

/** Shorter times are the clock's grain and not the network's, in ms. */
const MIN_INTERVAL_MS = 0.5;
/** A holder's pauses and the waits of a busy machine, which a window must bridge, in ms. */
const SLACK_MS = 3;
/** The best rate of this long counts, at least, in ms; a slow holder's last four samples. */
const BEST_FOR_MS = 2000;
/** Start-up is over when the rate has not grown by a quarter in so many rounds. */
const FULL_ROUNDS = 3;

/**
 * How fast a holder delivers, and how far away it is. A sample is what came between a request's leaving and its last byte,
 * over the time from the last delivery before it left: a pause before a burst is part of the time (as BBR does it).
 */
export class RateMeter {
  deliveredBytes = 0;
  /** Of these, what was asked for before there was this meter: when it came says nothing. */
  #unratedBytes = 0;
  /** Shortest round trip in ms; follows slowly when the way has become longer. */
  roundTripMs: number;
  #deliveredAtMs = 0;
  #smoothed = Number.NaN;
  #deviation = 0;
  #best = 0;
  #bestBefore = 0;
  #bestSinceMs = -Infinity;
  #bestSamples = 0;
  #fullRate = 0;
  #fullRounds = 0;
  #roundEndsAtBytes = 0;

  constructor(roundTripMs: number) {
    this.roundTripMs = roundTripMs;
  }

  get measured(): boolean {
    return !Number.isNaN(this.#smoothed);
  }

  /** Bytes per ms that are to be expected; NaN before anything was measured. */
  get bytesPerMs(): number {
    return this.#smoothed;
  }

  /** How much of a time that was expected it may really take, above 1: the rate's deviation is in it. */
  get patience(): number {
    return this.measured ? 1 + Math.min(3, (4 * this.#deviation) / this.#smoothed) : 4;
  }

  /** The bandwidth-delay product in bytes; doubled while the rate still grows with it. */
  get windowBytes(): number {
    const gain = this.#fullRounds < FULL_ROUNDS ? 2 : 1.25;
    return gain * this.productBytes;
  }

  /** Whether a part of so many bytes takes long. */
  isSlowFor(partBytes: number): boolean {
    return Math.max(this.#best, this.#bestBefore) * SLACK_MS < partBytes;
  }

  /** One bandwidth-delay product. */
  get productBytes(): number {
    return Math.max(this.#best, this.#bestBefore) * (this.roundTripMs + SLACK_MS);
  }

  /** A request leaves while so many bytes are in flight. */
  mark(inFlightBytes: number, nowMs: number): RateMark {
    const idle = inFlightBytes === 0;
    const limited = !(inFlightBytes >= this.#smoothed * this.roundTripMs);
    return { bytes: this.#ratedBytes, atMs: idle ? nowMs : this.#deliveredAtMs, limited, idle };
  }

  /** @param isRated whether it was asked for after this meter began */
  delivered(bytes: number, nowMs: number, isRated: boolean = true): void {
    this.deliveredBytes += bytes;
    if (isRated) this.#deliveredAtMs = nowMs;
    else this.#unratedBytes += bytes;
  }

  get #ratedBytes(): number {
    return this.deliveredBytes - this.#unratedBytes;
  }

  /** The time from a request to its first byte, when nothing was before it. */
  roundTrip(ms: number): void {
    this.roundTripMs = ms < this.roundTripMs ? ms : this.roundTripMs + (ms - this.roundTripMs) / 8;
  }

  /** The last byte of a request that left at `mark` has come. */
  sample(mark: RateMark, nowMs: number): void {
    const wholeMs = nowMs - mark.atMs;
    // The round trip was measured with other work in it: not more than half of the time is taken off for it.
    const waitMs = mark.idle ? Math.min(this.roundTripMs, wholeMs / 2) : 0;
    const rate = (this.#ratedBytes - mark.bytes) / Math.max(MIN_INTERVAL_MS, wholeMs - waitMs);
    this.#smooth(rate, mark.limited);
    this.#keepBest(rate, nowMs);
    if (mark.bytes < this.#roundEndsAtBytes) return;
    this.#roundEndsAtBytes = this.#ratedBytes;
    if (rate > this.#fullRate * 1.25) {
      this.#fullRate = rate;
      this.#fullRounds = 0;
    } else if (!mark.limited) this.#fullRounds++;
  }

  #smooth(rate: number, limited: boolean): void {
    if (!this.measured) {
      this.#smoothed = rate;
      this.#deviation = rate / 4;
      return;
    }
    const weight = limited && rate < this.#smoothed ? 1 / 16 : 1 / 4;
    this.#deviation += (Math.abs(rate - this.#smoothed) - this.#deviation) * weight;
    this.#smoothed += (rate - this.#smoothed) * weight;
  }

  #keepBest(rate: number, nowMs: number): void {
    if (nowMs - this.#bestSinceMs >= BEST_FOR_MS && this.#bestSamples >= 4) {
      this.#bestBefore = this.#best;
      this.#best = 0;
      this.#bestSinceMs = nowMs;
      this.#bestSamples = 0;
    }
    this.#bestSamples++;
    if (rate > this.#best) this.#best = rate;
  }
}
