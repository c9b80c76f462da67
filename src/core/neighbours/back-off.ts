import { NETWORK } from "../limits.ts";

/** When something that failed is tried again: each wait twice as long as the one before, with jitter. */
export class BackOff {
  /** Failures in a row. */
  failures = 0;
  /** Not to be tried before; 0 for now. */
  notBeforeMs = 0;

  /** One more failure. `random` is from 0 up to, but not, 1: the wait is half to one and a half times the plain one. */
  failed(maxWaitMs: number, random: number, nowMs: number): void {
    const plainMs = Math.min(maxWaitMs, NETWORK.firstRedialMs * 2 ** Math.min(this.failures, 30));
    this.failures++;
    this.notBeforeMs = nowMs + plainMs * (0.5 + random);
  }

  /** It worked for long, and has ended: it is tried again after a first wait. */
  ended(random: number, nowMs: number): void {
    this.failed(NETWORK.firstRedialMs, random, nowMs);
    this.failures = 0;
  }

  /** Everything is forgotten: it may be tried now. */
  reset(): void {
    this.failures = 0;
    this.notBeforeMs = 0;
  }
}
