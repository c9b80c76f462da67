import { TokenBucket } from "../peer/token-bucket.ts";
import type { FindLimits } from "./find-options.ts";
import type { PeerKey } from "./find-types.ts";

/**
 * One open find stream, and what its other side may still do. When the stream ends it is `isGone` for ever: a later
 * stream to the same peer is another one, and answers to questions of this one have nowhere to go.
 */
export class Neighbour {
  readonly peer: PeerKey;
  isGone = false;
  /** Look-ups under way for its questions. */
  lookUps = 0;
  /** Query frames of any kind. */
  readonly frames: TokenBucket;
  /** Done frames of any kind: no more than we sent it Queries, so what bounds those bounds these. */
  readonly dones: TokenBucket;
  /** Questions that are looked up and passed on, beyond the reserved ones. */
  readonly own: TokenBucket;
  /** Questions that nobody can take from it. */
  readonly reserved: TokenBucket;
  /** Questions beyond both that are passed over without a penalty. */
  readonly excess: TokenBucket;
  /** Until then it has its reserved part only. */
  penaltyUntilMs: number = -Infinity;
  /** Answers of others that are passed on to it. */
  readonly answers: TokenBucket;
  /** Answers of it to nothing that it was asked. */
  readonly unasked: TokenBucket;

  constructor(peer: PeerKey, limits: FindLimits, nowMs: number) {
    this.peer = peer;
    this.frames = new TokenBucket(limits.queryFrameBurst, limits.queryFramesPerSecond, nowMs);
    this.dones = new TokenBucket(limits.queryFrameBurst, limits.queryFramesPerSecond, nowMs);
    this.own = new TokenBucket(limits.queryBurstPerNeighbour, limits.queriesPerSecondPerNeighbour, nowMs);
    this.reserved = new TokenBucket(limits.reservedQueryBurst, limits.reservedQueriesPerSecond, nowMs);
    this.excess = new TokenBucket(limits.queryExcessBurst, limits.queryExcessPerSecond, nowMs);
    this.answers = new TokenBucket(limits.answerBurstPerNeighbour, limits.answersPerSecondPerNeighbour, nowMs);
    this.unasked = new TokenBucket(limits.unaskedAnswerBurst, limits.unaskedAnswersPerSecond, nowMs);
  }
}

/**
 * How many questions are passed on: for each neighbour a part that is its own whatever the others do, and a shared part
 * for whoever comes first, of which one neighbour gets an eighth at most. One that goes on asking for more gets nothing of
 * the shared part for a while: what is passed on of its flood would take the place of others' questions further on,
 * where nobody can tell them apart.
 */
export class QueryBudget {
  /** Penalties so far. */
  penalties: number = 0;
  readonly #limits: FindLimits;
  readonly #shared: TokenBucket;

  constructor(limits: FindLimits, nowMs: number) {
    this.#limits = limits;
    this.#shared = new TokenBucket(limits.sharedQueryBurst, limits.sharedQueriesPerSecond, nowMs);
  }

  /** Whether one more question of this neighbour may pass now; takes it if so. */
  take(neighbour: Neighbour, nowMs: number): boolean {
    if (neighbour.reserved.take(nowMs)) return true;
    const isPenalised = neighbour.penaltyUntilMs > nowMs;
    if (isPenalised || !neighbour.own.has(nowMs)) this.#exceeds(neighbour, nowMs);
    return !isPenalised && neighbour.own.has(nowMs) && this.#shared.take(nowMs) && neighbour.own.take(nowMs);
  }

  #exceeds(neighbour: Neighbour, nowMs: number): void {
    if (neighbour.excess.take(nowMs)) return;
    if (neighbour.penaltyUntilMs <= nowMs) this.penalties++;
    neighbour.penaltyUntilMs = nowMs + this.#limits.queryPenaltyMs;
  }
}
