import { randomBytes, timingSafeEqual } from "node:crypto";
import { NETWORK } from "../core/limits.ts";
import { TOKEN_BYTES } from "./direct-messages.ts";

interface Offered {
  readonly token: Buffer;
  readonly peer: string;
  readonly untilMs: number;
}

/** The tokens that are out: each for one peer, good once, for {@link NETWORK.directOfferMs}. */
export class DirectOffers {
  /** Oldest first. */
  #offered: Offered[] = [];

  /** Makes a token for a peer; `undefined` when too many are out. */
  make(peer: string, nowMs: number): Uint8Array | undefined {
    this.#forget(nowMs);
    if (this.#offered.length >= NETWORK.maxDirectOffers) return undefined;
    const token = randomBytes(TOKEN_BYTES);
    this.#offered.push({ token, peer, untilMs: nowMs + NETWORK.directOfferMs });
    return new Uint8Array(token);
  }

  /** Takes a token back: the peer that it was made for, or `undefined` for one that is not out. */
  redeem(token: Uint8Array, nowMs: number): string | undefined {
    this.#forget(nowMs);
    let found: Offered | undefined;
    // All of them, always: how long it takes says nothing of how much of a guess was right.
    if (token.length === TOKEN_BYTES)
      for (const offered of this.#offered) if (timingSafeEqual(offered.token, token)) found = offered;
    this.#offered = this.#offered.filter((offered) => offered !== found);
    return found?.peer;
  }

  /** How many are out for a peer. */
  countOf(peer: string, nowMs: number): number {
    this.#forget(nowMs);
    return this.#offered.reduce((count, offered) => count + (offered.peer === peer ? 1 : 0), 0);
  }

  #forget(nowMs: number): void {
    while (this.#offered[0] !== undefined && this.#offered[0].untilMs <= nowMs) this.#offered.shift();
  }
}
