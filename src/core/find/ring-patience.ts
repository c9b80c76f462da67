import { RoundTrip } from "../transfer/rtt.ts";
import type { FindLimits } from "./find-options.ts";

/**
 * How long a ring of hops is waited for, learnt from the answers of all searches: so many hops, each as long as one was
 * seen to take, doubtful cases included. An answer does not say how far it has come. Only those to a ring of one hop do;
 * those to wider rings are taken only where they show that a hop takes longer than was thought.
 */
export class RingPatience {
  readonly #limits: FindLimits;
  readonly #hop: RoundTrip;

  constructor(limits: FindLimits) {
    this.#limits = limits;
    this.#hop = new RoundTrip({
      firstTimeoutMs: limits.firstHopMs,
      minTimeoutMs: limits.minHopMs,
      minRepeatTimeoutMs: limits.minHopMs,
      maxTimeoutMs: limits.maxHopMs,
    });
  }

  /** How long to wait for a ring of so many hops. */
  waitMs(ringHops: number): number {
    const { maxHops, minWidestRingMs, maxRingMs } = this.#limits;
    const leastMs = ringHops >= maxHops ? minWidestRingMs : 0;
    return Math.min(maxRingMs, Math.max(leastMs, ringHops * this.#hop.timeoutMs()));
  }

  /** An answer came so long after its ring was asked. `pastHops`: the ring before it, 0 for none. */
  answered(elapsedMs: number, pastHops: number): void {
    const hopMs = elapsedMs / (pastHops + 1);
    if (pastHops === 0 || hopMs > this.#hop.smoothedMs) this.#hop.sample(hopMs);
  }
}
