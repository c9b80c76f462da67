import { ORIGINAL } from "../limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * Limits the questions that a peer answers and sends on, per named client host and in all: a Query names the
 * address that everyone answers to, so this is what makes a peer a poor amplifier.
 */
export class QuestionMeter {
  readonly #inAll: TokenBucket;
  /** By IPv4 address, the least recently seen first. */
  readonly #clients = new Map<number, TokenBucket>();

  constructor(nowMs: number) {
    this.#inAll = new TokenBucket(ORIGINAL.questionBurstInAll, ORIGINAL.questionsPerSecondInAll, nowMs);
  }

  /** Whether one more question on behalf of the host `clientIp` may pass now; takes it if so. */
  take(clientIp: number, nowMs: number): boolean {
    const client = this.#clientBucket(clientIp, nowMs);
    // Both are looked at before either is taken: a noisy client does not use up what is there for all.
    return client.has(nowMs) && this.#inAll.take(nowMs) && client.take(nowMs);
  }

  #clientBucket(clientIp: number, nowMs: number): TokenBucket {
    const known = this.#clients.get(clientIp);
    const bucket =
      known ?? new TokenBucket(ORIGINAL.questionBurstPerClient, ORIGINAL.questionsPerSecondPerClient, nowMs);
    if (known !== undefined) this.#clients.delete(clientIp);
    else if (this.#clients.size >= ORIGINAL.maxClientsMetered) {
      const oldest = this.#clients.keys().next().value;
      if (oldest !== undefined) this.#clients.delete(oldest);
    }
    this.#clients.set(clientIp, bucket);
    return bucket;
  }
}
