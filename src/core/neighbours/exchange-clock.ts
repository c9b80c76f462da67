import { NETWORK } from "../limits.ts";

/**
 * When neighbours are asked for peers: often while there are very few neighbours, or some are missing and the answers bring
 * new ones; else rarely.
 */
export class ExchangeClock {
  readonly #random: () => number;
  #waitMs: number = NETWORK.hurriedExchangeMs;
  #atMs: number;

  constructor(random: () => number, nowMs: number) {
    this.#random = random;
    this.#atMs = nowMs;
  }

  /** When somebody is to be asked next, in ms. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Whether somebody is to be asked now; then the next time is set. */
  isDue(isMissing: boolean, isFew: boolean, nowMs: number): boolean {
    if (nowMs < this.#atMs) return false;
    if (isFew) this.#waitMs = NETWORK.hurriedExchangeMs;
    else this.#waitMs = isMissing ? Math.min(NETWORK.exchangeMs, 2 * this.#waitMs) : NETWORK.exchangeMs;
    this.#atMs = nowMs + this.#waitMs * (0.5 + this.#random());
    return true;
  }

  /** Somebody new is known, or a neighbour has gone: it is worth asking again soon. */
  hurry(nowMs: number): void {
    this.#waitMs = NETWORK.hurriedExchangeMs;
    this.#atMs = Math.min(this.#atMs, nowMs + this.#waitMs * (0.5 + this.#random()));
  }
}
