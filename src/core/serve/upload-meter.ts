import { NETWORK } from "../limits.ts";

/** The largest Response: head, proof and body. */
const LARGEST_BYTES = NETWORK.maxResponseBytes + NETWORK.maxFetchFrameBytes;
/** A shorter wait could be lost in the rounding of a time. */
const LEAST_WAIT_MS = 0.1;

/**
 * The upload limit: a token bucket in bytes. Over any time at most its rate and one burst leave, which is what
 * {@link NETWORK.uploadBurstMs} of the rate are, and no less than one Response.
 */
export class UploadMeter {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  /** `bytesPerSecond` is 0 for no limit. */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#perMs = bytesPerSecond > 0 ? bytesPerSecond / 1000 : Infinity;
    this.#burst = Math.max(LARGEST_BYTES, this.#perMs * NETWORK.uploadBurstMs);
    this.#tokens = this.#burst;
    this.#filledAtMs = nowMs;
  }

  /** Lets so many bytes leave now, or says from when on they may: then nothing is taken. @returns `nowMs`, or a later time */
  take(bytes: number, nowMs: number): number {
    if (this.#perMs === Infinity) return nowMs;
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = Math.max(this.#filledAtMs, nowMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perMs);
    // A sum of so many fractions may be short of a whole byte by a hair.
    const missing = Math.min(bytes, this.#burst) - this.#tokens - 1e-6;
    if (missing > 0) return nowMs + Math.max(LEAST_WAIT_MS, missing / this.#perMs);
    this.#tokens -= bytes;
    return nowMs;
  }
}
