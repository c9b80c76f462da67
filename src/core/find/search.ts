import type { Wanted } from "../wire/stream/find-message.ts";
import type { FindLimits } from "./find-options.ts";
import type { PeerKey, SearchEnd } from "./find-types.ts";
import type { QueryRecord, Question } from "./query-memory.ts";
import type { RingPatience } from "./ring-patience.ts";

/** What is to be done for a search: ask everybody with so many hops, end it, or nothing yet. */
export type SearchStep =
  | { readonly type: "ask"; readonly ttlHops: number; readonly isTimedOut: boolean }
  | { readonly type: "end"; readonly reason: SearchEnd; readonly isTimedOut: boolean }
  | { readonly type: "wait" };

const WAIT: SearchStep = { type: "wait" };

/** What a search has to know of its node. */
interface SearchMoment {
  readonly hasNeighbours: boolean;
  /** When the latest neighbour came; -Infinity for none. */
  readonly joinedAtMs: number;
  /** Whether one more ring is within what neighbours take; else it begins no sooner than if nobody had said Done. */
  readonly mayAsk: boolean;
  readonly nowMs: number;
}

/** Own search under way. */
export interface SearchPlan {
  readonly queryId: Uint8Array;
  readonly wanted: Wanted;
  readonly enoughHolders: number;
  /** What is remembered of it: kept here, so that a flood of other questions cannot make it forgotten. */
  readonly question: Question;
  readonly record: QueryRecord;
}

/**
 * One search of this node: rings of 1, 2, 4 and 8 hops, under one query id, so that a wider ring is answered only by
 * those whom the narrower ones did not reach. A ring is over when all who were asked have said Done and what they brought
 * has been checked, or when it has been waited for long enough; it is the last one when nobody knows of anybody beyond it.
 * When a quarter of what is enough was found, and the last ring has added to it, the next one is one hop wider only: each
 * hop more reaches about as many as all before it.
 */
export class Search {
  readonly plan: SearchPlan;
  readonly #limits: FindLimits;
  readonly #patience: RingPatience;
  readonly #endsAtMs: number;
  readonly #holders = new Set<PeerKey>();
  /** Holders that were known when the ring began. */
  #pastHolders = 0;
  #pastHops = 0;
  /** 0 while nobody was asked. */
  #ringHops = 0;
  #ringAtMs: number;
  #untilMs: number;
  /** Answers whose records are being checked. */
  #unchecked = 0;

  constructor(plan: SearchPlan, limits: FindLimits, patience: RingPatience, nowMs: number) {
    this.plan = plan;
    this.#limits = limits;
    this.#patience = patience;
    this.#endsAtMs = nowMs + limits.questionEndMs;
    this.#ringAtMs = nowMs;
    this.#untilMs = nowMs + limits.aloneMs;
  }

  /** When {@link due} has something to say, if no input comes before. */
  wakeAtMs({ hasNeighbours, joinedAtMs, mayAsk, nowMs }: SearchMoment): number {
    const isReady = hasNeighbours && (this.#ringHops === 0 || this.#isCovered());
    const settledAtMs = joinedAtMs + this.#limits.joinSettleMs;
    const soonMs = isReady && settledAtMs > nowMs ? settledAtMs : Infinity;
    const pacedMs = isReady && !mayAsk ? nowMs + 1000 / this.#limits.ownRingsPerSecond : Infinity;
    return Math.min(soonMs, pacedMs, this.#untilMs, this.#endsAtMs);
  }

  /** The first ring, or, when it is over, the next one or the end. Without neighbours a ring is waited for: one may come. */
  due({ hasNeighbours, joinedAtMs, mayAsk, nowMs }: SearchMoment): SearchStep {
    const isTimedOut = nowMs >= Math.min(this.#untilMs, this.#endsAtMs);
    if (this.#ringHops === 0 && hasNeighbours && (mayAsk || isTimedOut))
      return this.#ask(this.#limits.firstRingHops, false, nowMs);
    const isCovered = hasNeighbours && this.#isCovered();
    if (!isTimedOut && !isCovered) return WAIT;
    if (this.#ringHops === 0) return { type: "end", reason: "alone", isTimedOut: false };
    if (!this.#isLast(isCovered, nowMs))
      return mayAsk || isTimedOut ? this.#ask(this.#nextHops(), !isCovered, nowMs) : WAIT;
    // A node that has just met somebody may meet the next one in a moment.
    if (!isTimedOut && nowMs < joinedAtMs + this.#limits.joinSettleMs) return WAIT;
    return { type: "end", reason: "exhausted", isTimedOut: !isCovered };
  }

  /** Whether there is no wider ring: none is allowed, there is no time for it, or nobody is beyond this one. */
  #isLast(isCovered: boolean, nowMs: number): boolean {
    if (this.#ringHops >= this.#limits.maxHops || nowMs >= this.#endsAtMs) return true;
    return isCovered && !this.plan.record.asks.hasMore(this.#ringHops);
  }

  /** Whether everybody has answered, and all of it was looked at. Later rings wait for earlier ones, too: answers may. */
  #isCovered(): boolean {
    return this.#ringHops > 0 && this.#unchecked === 0 && this.plan.record.asks.isCovered(this.#ringHops);
  }

  /** What an answer brought has been looked at. */
  checked(): void {
    this.#unchecked = Math.max(0, this.#unchecked - 1);
  }

  /** One more neighbour has come: with how many hops it is to be asked; 0 when the first ring has yet to begin. */
  joined(nowMs: number): number {
    if (this.#ringHops > 0) this.#untilMs = Math.max(this.#untilMs, nowMs + this.#patience.waitMs(this.#ringHops));
    return this.#ringHops;
  }

  /** An answer came: when it took long, others may take as long again. */
  answered(nowMs: number): void {
    this.#unchecked++;
    const elapsedMs = nowMs - this.#ringAtMs;
    this.#patience.answered(elapsedMs, this.#pastHops);
    const longestMs = this.#ringAtMs + this.#limits.maxRingMs;
    this.#untilMs = Math.max(this.#untilMs, Math.min(longestMs, nowMs + elapsedMs));
  }

  /** Counts a holder. @returns whether there are enough */
  countHolder(holder: PeerKey): boolean {
    if (this.#holders.size < this.#limits.maxHoldersCounted) this.#holders.add(holder);
    return this.#holders.size >= this.plan.enoughHolders;
  }

  #nextHops(): number {
    const found = this.#holders.size;
    const isNear = found > this.#pastHolders && 4 * found >= this.plan.enoughHolders;
    return Math.min(this.#limits.maxHops, isNear ? this.#ringHops + 1 : 2 * this.#ringHops);
  }

  #ask(ttlHops: number, isTimedOut: boolean, nowMs: number): SearchStep {
    this.#pastHolders = this.#holders.size;
    this.#pastHops = this.#ringHops;
    this.#ringHops = ttlHops;
    this.#ringAtMs = nowMs;
    this.#untilMs = nowMs + this.#patience.waitMs(ttlHops);
    return { type: "ask", ttlHops, isTimedOut };
  }
}
