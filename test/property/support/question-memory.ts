import { ORIGINAL } from "../../../src/core/limits.ts";
import type { Address } from "../../../src/core/wire/address.ts";

interface Sent {
  readonly firstMs: number;
  ttlHops: number;
}

/** What was sent on to whom, as a naive list: a question goes to a neighbour again only with more hops left. */
export class QuestionMemory {
  readonly #sent = new Map<string, Sent>();

  /** Notes one more Query, and says whether the contract allows it. */
  maySend(to: Address, client: Address, ids: readonly number[], ttlHops: number, nowMs: number): boolean {
    const key = `${to} ${client} ${ids.join(",")}`;
    const before = this.#sent.get(key);
    if (before === undefined || nowMs >= before.firstMs + ORIGINAL.questionMemoryMs) {
      this.#sent.set(key, { firstMs: nowMs, ttlHops });
      return true;
    }
    const more = ttlHops > before.ttlHops;
    before.ttlHops = ttlHops;
    return more;
  }
}
