import { NETWORK } from "../core/limits.ts";

/** What a fetch has at the moment, for {@link FetchHope}. */
export interface FetchOutlook {
  readonly nowMs: number;
  /** Its first holder was heard, at any time: there is something to wait for. */
  readonly wasServed: boolean;
  /** Somebody is being dialled, or has not said yet what it has. */
  readonly isConnecting: boolean;
  /** Somebody serves who has a chunk that is missing. */
  readonly hasSource: boolean;
}

/**
 * How long a fetch that does not get on is worth waiting for: a function of what happened and the time. Whatever brings
 * something new renews hope; what was there before does not.
 */
export class FetchHope {
  #sinceMs: number;
  #waitMs: number = NETWORK.searchAgainMs;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** A peer that was not tried before, a chunk that nobody had said to have, or bytes that were verified. */
  renewed(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** A holder has gone: others are looked for soon. */
  holderLeft(): void {
    this.#waitMs = NETWORK.searchAgainMs;
  }

  /** When to search again, in ms from now. Each time is longer than the one before. */
  nextSearchMs(): number {
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(2 * waitMs, NETWORK.maxSearchAgainMs);
    return waitMs;
  }

  /** Whether to give up, after a search has ended. */
  isLost({ nowMs, wasServed, isConnecting, hasSource }: FetchOutlook): boolean {
    if (isConnecting) return false;
    if (!wasServed) return true;
    return nowMs - this.#sinceMs >= (hasSource ? NETWORK.fetchStallMs : NETWORK.fetchPatienceMs);
  }

  /** In how many ms {@link isLost} may change by itself. */
  leftMs({ nowMs, hasSource }: FetchOutlook): number {
    return this.#sinceMs + (hasSource ? NETWORK.fetchStallMs : NETWORK.fetchPatienceMs) - nowMs;
  }
}
