import type { Effects } from "../effects.ts";
import { DONE_FLAG, type FindQuery } from "../wire/stream/find-message.ts";
import type { FindCounters } from "./find-options.ts";
import type { FindEffect, PeerKey } from "./find-types.ts";
import type { Neighbour } from "./neighbour.ts";
import type { QueryRecord, Question } from "./query-memory.ts";

/** Says Done to neighbours: once for each Query, after all answers to it. */
export class Dones {
  readonly #counters: FindCounters;
  readonly #neighbours: ReadonlyMap<PeerKey, Neighbour>;

  constructor(counters: FindCounters, neighbours: ReadonlyMap<PeerKey, Neighbour>) {
    this.#counters = counters;
    this.#neighbours = neighbours;
  }

  /**
   * Nothing will come of a Query: that is said at once. Of one that is known, others tell what is beyond; of one that was
   * refused nobody does, so that there may be more.
   */
  passOver(
    why: "echoes" | "duplicates" | "forged" | "rateLimited",
    from: Neighbour,
    query: FindQuery,
    effects: Effects<FindEffect>,
  ): void {
    this.#counters[why]++;
    this.#say(from, query, why === "forged" || why === "rateLimited", effects);
  }

  /** Tells those who asked with as many hops as are through now. */
  settle(record: QueryRecord | undefined, effects: Effects<FindEffect>): void {
    if (record === undefined) return;
    for (const question of record.questions.values())
      for (const { from, query, onwardHops } of question.takeCovered(record.asks)) {
        const hasMore = question.lookUp === "none" || record.asks.hasMore(onwardHops);
        this.#say(from, query, hasMore || (onwardHops === 0 && this.#isEdge(question)), effects);
      }
  }

  /** Whether a question whose hops end here has not been brought by all neighbours: those may not know it. */
  #isEdge(question: Question): boolean {
    for (const neighbour of this.#neighbours.values()) if (!question.isHeardFrom(neighbour)) return true;
    return false;
  }

  #say(to: Neighbour, { queryId, ttlHops }: FindQuery, hasMore: boolean, effects: Effects<FindEffect>): void {
    this.#counters.dones++;
    const flags = hasMore ? DONE_FLAG.more : 0;
    effects.push({ type: "send", to: to.peer, message: { type: "done", queryId, ttlHops, flags } });
  }
}
