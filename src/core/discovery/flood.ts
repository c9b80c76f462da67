/** What a node does with a question that it has just heard. */
export interface Hearing {
  /** True the first time: the question is to be answered. */
  readonly answer: boolean;
  /** The TTL to send on to every neighbour but the one it came from; 0: not sent on. */
  readonly forwardTtlHops: number;
}

interface Seen {
  readonly firstSeenMs: number;
  forwardedTtlHops: number;
}

/** The TTL with which a question that came with `ttlHops` is sent on: cut to the limit, one hop less, 0 for not at all. */
export const onwardTtlHops = (ttlHops: number, maxTtlHops: number): number =>
  Math.max(0, Math.min(ttlHops, maxTtlHops) - 1);

/** The bounds of a {@link Flood}. */
export interface FloodOptions {
  /** A question is forgotten this long after it was first seen; duplicates do not extend that. */
  readonly memoryMs: number;
  /** Questions remembered at one time; the oldest is forgotten first. */
  readonly maxRemembered: number;
  /** Told of each question that is forgotten, so that what belongs to it can go with it. */
  readonly onForgotten?: (key: string) => void;
}

/**
 * The flood: a question spreads within its hops, and is answered once and sent on once by each node, again only
 * when it comes with more hops left (a longer way round may have been faster, and reached us with fewer). So every
 * node within the hop limit is reached whatever the delays, and no link carries a question more than
 * 2 × TTL times. Works on keys: what makes two questions the same is each network's own affair.
 */
export class Flood {
  readonly #options: FloodOptions;
  /** In the order in which they were first seen, so that the oldest come first. */
  readonly #seen = new Map<string, Seen>();

  constructor(options: FloodOptions) {
    this.#options = options;
  }

  /** Questions remembered at the moment. */
  get remembered(): number {
    return this.#seen.size;
  }

  /** Whether a question is remembered, and would not be sent on with such a TTL: one to be passed over. */
  isKnown(key: string, forwardTtlHops: number, nowMs: number): boolean {
    this.#forget(nowMs);
    const seen = this.#seen.get(key);
    return seen !== undefined && seen.forwardedTtlHops >= forwardTtlHops;
  }

  /** Takes a question that would be sent on with this TTL, and says what is to be done with it. */
  hear(key: string, forwardTtlHops: number, nowMs: number): Hearing {
    this.#forget(nowMs);
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#makeRoom();
      this.#seen.set(key, { firstSeenMs: nowMs, forwardedTtlHops: forwardTtlHops });
      return { answer: true, forwardTtlHops };
    }
    if (forwardTtlHops <= seen.forwardedTtlHops) return { answer: false, forwardTtlHops: 0 };
    seen.forwardedTtlHops = forwardTtlHops;
    return { answer: false, forwardTtlHops };
  }

  #forget(nowMs: number): void {
    for (const [key, seen] of this.#seen) {
      if (nowMs < seen.firstSeenMs + this.#options.memoryMs) return;
      this.#drop(key);
    }
  }

  #makeRoom(): void {
    if (this.#seen.size < this.#options.maxRemembered) return;
    const oldest = this.#seen.keys().next().value;
    if (oldest !== undefined) this.#drop(oldest);
  }

  #drop(key: string): void {
    this.#seen.delete(key);
    this.#options.onForgotten?.(key);
  }
}
