import { onwardTtlHops } from "../discovery/flood.ts";
import type { Effects } from "../effects.ts";
import { TokenBucket } from "../peer/token-bucket.ts";
import {
  DONE_FLAG,
  type FindChunkInfo,
  type FindDone,
  type FindQuery,
  type HeldVideo,
  type Wanted,
} from "../wire/stream/find-message.ts";
import { AnswerKey } from "./answer-key.ts";
import { Dones } from "./dones.ts";
import { type FindCounters, type FindLimits, type FindOptions, limitsOf, noFindCounts } from "./find-options.ts";
import type { FindEffect, FindInput, PeerKey, SearchEnd } from "./find-types.ts";
import { Neighbour, QueryBudget } from "./neighbour.ts";
import { QueryMemory, type QueryRecord, type Question } from "./query-memory.ts";
import { questionKey, textOf } from "./question-key.ts";
import { RingPatience } from "./ring-patience.ts";
import { Search } from "./search.ts";

/** More hops than any question has: one's own, when it comes back, is never new. */
const OWN_TTL_HOPS = 255;

/**
 * One node's part in finding, as a function of its state, an input and the time. Questions of neighbours are looked up
 * here, sent on within their hops, and answers go back along the stream on which the question came. Own searches ask in
 * widening rings. A Query is answered with Done when all who were asked for it have said so, so that a search ends when
 * everybody has answered, and is waited for only where somebody keeps silent. Nobody is believed: what a neighbour may
 * ask, answer and make us remember is bounded, for it alone.
 *
 * For words, `holder` inputs may name anything that counts as one find, such as a holder and a video: each different key
 * counts once. A search beyond `maxSearches` ends at once, as `stopped`. Without a neighbour, a search waits `aloneMs` for
 * one and ends as `alone`.
 */
export class FindCore {
  readonly counters: FindCounters = noFindCounts();
  readonly #limits: FindLimits;
  readonly #answerKey: AnswerKey;
  readonly #budget: QueryBudget;
  readonly #memory: QueryMemory;
  readonly #patience: RingPatience;
  /** Own rings: neighbours refuse what goes far beyond it, and a refused question finds nothing. */
  readonly #pace: TokenBucket;
  readonly #neighbours = new Map<PeerKey, Neighbour>();
  readonly #searches = new Map<string, Search>();
  readonly #dones: Dones = new Dones(this.counters, this.#neighbours);
  #lookUps = 0;
  /** When the latest neighbour came. */
  #joinedAtMs = -Infinity;

  constructor(options: FindOptions, nowMs: number) {
    this.#limits = limitsOf(options.limits);
    this.#answerKey = new AnswerKey(options.random);
    this.#budget = new QueryBudget(this.#limits, nowMs);
    this.#memory = new QueryMemory(this.#limits, (question) => this.#endLookUp(question));
    this.#patience = new RingPatience(this.#limits);
    this.#pace = new TokenBucket(this.#limits.ownRingBurst, this.#limits.ownRingsPerSecond, nowMs);
  }

  /** Questions remembered, look-ups and own searches under way, neighbours: for a status page, and for tests of bounds. */
  get load(): { readonly questions: number; readonly lookUps: number; readonly searches: number; neighbours: number } {
    return {
      questions: this.#memory.size,
      lookUps: this.#lookUps,
      searches: this.#searches.size,
      neighbours: this.#neighbours.size,
    };
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: FindInput, nowMs: number, effects: Effects<FindEffect>): void {
    switch (input.type) {
      case "joined":
        this.#joined(input.peer, nowMs, effects);
        break;
      case "left":
        this.#remove(input.peer, effects);
        break;
      case "frame":
        this.#frame(input.from, input.message, nowMs, effects);
        break;
      case "search":
        this.#search(input.queryId, input.wanted, input.enoughHolders, nowMs, effects);
        break;
      case "stop-search":
        this.#end(textOf(input.queryId), "stopped", effects);
        break;
      case "looked-up":
        this.#lookedUp(input.queryId, input.record, input.videos, nowMs, effects);
        break;
      case "holder":
        if (this.#searches.get(textOf(input.queryId))?.countHolder(input.holder))
          this.#end(textOf(input.queryId), "enough", effects);
        break;
      case "checked":
        this.#searches.get(textOf(input.queryId))?.checked();
        break;
      case "wake":
        break;
    }
    this.#searchOn(nowMs, effects);
  }

  #joined(peer: PeerKey, nowMs: number, effects: Effects<FindEffect>): void {
    this.#remove(peer, effects);
    if (this.#neighbours.size >= this.#limits.maxNeighbours) {
      this.#drop(peer, "full", effects);
      return;
    }
    const neighbour = new Neighbour(peer, this.#limits, nowMs);
    this.#neighbours.set(peer, neighbour);
    this.#joinedAtMs = nowMs;
    for (const search of this.#searches.values()) {
      const ttlHops = search.joined(nowMs);
      const { queryId, wanted, question, record } = search.plan;
      if (ttlHops > 0) this.#ask(neighbour, { type: "query", queryId, ttlHops, wanted }, question, record, effects);
    }
  }

  #remove(peer: PeerKey, effects: Effects<FindEffect>): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour === undefined) return;
    neighbour.isGone = true;
    this.#neighbours.delete(peer);
    // An own question may be forgotten while its search goes on.
    for (const { plan } of this.#searches.values()) plan.record.asks.gone(neighbour);
    for (const record of this.#memory.records()) if (record.asks.gone(neighbour)) this.#dones.settle(record, effects);
  }

  #drop(peer: PeerKey, reason: string, effects: Effects<FindEffect>): void {
    this.counters.dropped++;
    this.#remove(peer, effects);
    effects.push({ type: "drop", peer, reason });
  }

  #frame(
    peer: PeerKey,
    message: FindQuery | FindChunkInfo | FindDone,
    nowMs: number,
    effects: Effects<FindEffect>,
  ): void {
    const from = this.#neighbours.get(peer);
    if (from === undefined) this.counters.strangers++;
    else if (message.type === "chunk-info") this.#answer(from, message, nowMs, effects);
    else if (message.type === "query" && from.frames.take(nowMs)) this.#query(from, message, nowMs, effects);
    else if (message.type === "done" && from.dones.take(nowMs)) this.#done(from, message, effects);
    else this.#drop(peer, `${message.type}-flood`, effects);
  }

  #query(from: Neighbour, query: FindQuery, nowMs: number, effects: Effects<FindEffect>): void {
    this.counters.queries++;
    const idKey = textOf(query.queryId);
    const key = questionKey(idKey, query.wanted);
    const ttlHops = Math.min(query.ttlHops, this.#limits.maxHops);
    const onwardHops = onwardTtlHops(ttlHops, this.#limits.maxHops);
    if (ttlHops === 0) this.counters.spent++;
    else if (this.#searches.has(idKey)) this.#dones.passOver("echoes", from, query, effects);
    else if (this.#memory.isKnown(key, onwardHops, nowMs)) this.#repeat(from, query, key, effects);
    else if (!this.#memory.hasRoom(key)) this.#dones.passOver("forged", from, query, effects);
    else if (!this.#budget.take(from, nowMs)) {
      this.counters.penalties = this.#budget.penalties;
      this.#dones.passOver("rateLimited", from, query, effects);
    } else {
      const { question, record } = this.#memory.hear(key, query.wanted, from, onwardHops, nowMs);
      question.heard(from, ttlHops);
      this.#adopt(question, from);
      question.owe(from, query, onwardHops);
      this.#lookUp(question, query.queryId, effects);
      if (onwardHops > 0) this.#forward(question, record, from, { ...query, ttlHops: onwardHops }, effects);
      this.#dones.settle(record, effects);
    }
  }

  /** A question that is known: whoever waits for a Done to this very Query has it in its time. */
  #repeat(from: Neighbour, query: FindQuery, key: string, effects: Effects<FindEffect>): void {
    const question = this.#memory.question(key);
    const ttlHops = Math.min(query.ttlHops, this.#limits.maxHops);
    question?.heard(from, ttlHops);
    if (question?.isOwedTo(from, query.ttlHops) === true) this.counters.duplicates++;
    else if (question?.isLeftTo(from) === true) {
      this.counters.duplicates++;
      question.owe(from, query, onwardTtlHops(ttlHops, this.#limits.maxHops));
      this.#dones.settle(this.#memory.record(textOf(query.queryId)), effects);
    } else this.#dones.passOver("duplicates", from, query, effects);
  }

  #done(from: Neighbour, { queryId, ttlHops, flags }: FindDone, effects: Effects<FindEffect>): void {
    const record = this.#recordOf(textOf(queryId));
    if (record?.asks.done(from, ttlHops, (flags & DONE_FLAG.more) !== 0) !== true) {
      this.counters.donesUnasked++;
      return;
    }
    this.counters.donesHeard++;
    this.#dones.settle(record, effects);
  }

  #recordOf(idKey: string): QueryRecord | undefined {
    return this.#searches.get(idKey)?.plan.record ?? this.#memory.record(idKey);
  }

  /**
   * When the asker is gone, whoever brings the question with more hops takes its place, and is answered. With more hops
   * than we sent it on with, it cannot have come from ourselves.
   */
  #adopt(question: Question, from: Neighbour): void {
    if (question.asker?.isGone !== true) return;
    question.asker = from;
    if (question.lookUp === "done") question.lookUp = "none";
  }

  /** Looks a question up, once; one for which there was no room is tried again when it comes with more hops. */
  #lookUp(question: Question, queryId: Uint8Array, effects: Effects<FindEffect>): void {
    const { asker } = question;
    if (question.lookUp !== "none" || asker === undefined) return;
    if (this.#lookUps >= this.#limits.maxLookUps || asker.lookUps >= this.#limits.maxLookUpsPerNeighbour) {
      this.counters.lookUpsRefused++;
      return;
    }
    question.lookUp = "under-way";
    question.lookUpFor = asker;
    asker.lookUps++;
    this.#lookUps++;
    effects.push({ type: "look-up", queryId, wanted: question.wanted });
  }

  #endLookUp(question: Question): void {
    if (question.lookUp !== "under-way") return;
    question.lookUp = "done";
    if (question.lookUpFor !== undefined) question.lookUpFor.lookUps--;
    this.#lookUps--;
  }

  #forward(
    question: Question,
    record: QueryRecord,
    from: Neighbour,
    message: FindQuery,
    effects: Effects<FindEffect>,
  ): void {
    for (const neighbour of this.#neighbours.values()) {
      if (neighbour === from) continue;
      if (question.isKnownTo(neighbour, message.ttlHops)) this.counters.forwardsSaved++;
      else this.#ask(neighbour, message, question, record, effects);
    }
  }

  #ask(
    neighbour: Neighbour,
    message: FindQuery,
    question: Question,
    record: QueryRecord,
    effects: Effects<FindEffect>,
  ): void {
    record.asks.asked(neighbour, message.ttlHops);
    question.asked.set(neighbour, Math.max(message.ttlHops, question.asked.get(neighbour) ?? 0));
    this.counters.forwards++;
    effects.push({ type: "send", to: neighbour.peer, message });
  }

  #lookedUp(
    queryId: Uint8Array,
    record: Uint8Array,
    videos: readonly HeldVideo[],
    nowMs: number,
    effects: Effects<FindEffect>,
  ): void {
    const held = videos.slice(0, this.#limits.maxVideosPerAnswer);
    const known = this.#memory.record(textOf(queryId));
    const waiting = [...(known?.questions.values() ?? [])].filter(({ lookUp }) => lookUp === "under-way");
    const question = waiting.find((one) => one.isFitting({ videos: held }));
    if (question === undefined) return;
    this.#endLookUp(question);
    const isHeld = held.length > 0 && record.length > 0;
    if (isHeld && this.#send(question, { type: "chunk-info", queryId, record, videos: held }, nowMs, effects))
      this.counters.answers++;
    this.#dones.settle(known, effects);
  }

  #answer(from: Neighbour, message: FindChunkInfo, nowMs: number, effects: Effects<FindEffect>): void {
    const record = this.#recordOf(textOf(message.queryId));
    const ttlHops = record?.askedTtlHops(from) ?? 0;
    if (record === undefined || ttlHops === 0) {
      this.counters.unasked++;
      if (!from.unasked.take(nowMs)) this.#drop(from.peer, "answer-flood", effects);
      return;
    }
    const count = record.countAnswer(from);
    const { maxAnswersPerQuery, answersPerHop } = this.#limits;
    if (count > maxAnswersPerQuery) this.#drop(from.peer, "answer-flood", effects);
    else if (count > answersPerHop * ttlHops || record.answers >= maxAnswersPerQuery) this.counters.tooMany++;
    else this.#bringBack(from, message, record, nowMs, effects);
  }

  /** Passes an answer on to whoever asked for it, once each; there are several only where a query id was forged. */
  #bringBack(
    from: Neighbour,
    message: FindChunkInfo,
    record: QueryRecord,
    nowMs: number,
    effects: Effects<FindEffect>,
  ): void {
    const key = this.#answerKey.of(message);
    const told = new Set<Neighbour | undefined>([from]);
    const fitting = [...record.questions.values()].filter((one) => one.asked.has(from) && one.isFitting(message));
    const isNew = fitting.filter((question) => question.isNewAnswer(key));
    if (isNew.length > 0) record.answers++;
    else if (fitting.length > 0) this.counters.repeated++;
    else this.counters.unfitting++;
    for (const question of isNew) {
      const asker = question.wayBack();
      if (told.has(asker)) continue;
      told.add(asker);
      if (asker === undefined) this.#found(from, message, nowMs, effects);
      else if (this.#send(question, message, nowMs, effects)) this.counters.relayed++;
    }
  }

  /** Sends an answer back to whoever asked. @returns whether it could be */
  #send(question: Question, message: FindChunkInfo, nowMs: number, effects: Effects<FindEffect>): boolean {
    const asker = question.wayBack();
    if (asker === undefined || asker.isGone) this.counters.askerGone++;
    else if (!question.countAnswerTo(asker, this.#limits.answersPerHop) || !asker.answers.take(nowMs))
      this.counters.answersLimited++;
    else {
      effects.push({ type: "send", to: asker.peer, message });
      return true;
    }
    return false;
  }

  #found(from: Neighbour, message: FindChunkInfo, nowMs: number, effects: Effects<FindEffect>): void {
    const search = this.#searches.get(textOf(message.queryId));
    if (search === undefined) {
      this.counters.late++;
      return;
    }
    this.counters.found++;
    search.answered(nowMs);
    const { queryId, record, videos } = message;
    effects.push({ type: "found", queryId, from: from.peer, record, videos });
  }

  #search(
    queryId: Uint8Array,
    wanted: Wanted,
    enoughHolders: number,
    nowMs: number,
    effects: Effects<FindEffect>,
  ): void {
    const idKey = textOf(queryId);
    if (this.#searches.has(idKey)) return;
    this.counters.searches++;
    if (this.#searches.size >= this.#limits.maxSearches) {
      this.counters.searchesRefused++;
      effects.push({ type: "search-ended", queryId, reason: "stopped" });
      return;
    }
    const { question, record } = this.#memory.hear(questionKey(idKey, wanted), wanted, undefined, OWN_TTL_HOPS, nowMs);
    const plan = { queryId, wanted, enoughHolders, question, record };
    this.#searches.set(idKey, new Search(plan, this.#limits, this.#patience, nowMs));
  }

  /** Asks the rings that are due, and ends what has ended. */
  #searchOn(nowMs: number, effects: Effects<FindEffect>): void {
    for (const [idKey, search] of this.#searches) {
      const mayAsk = this.#pace.has(nowMs);
      const moment = { hasNeighbours: this.#neighbours.size > 0, joinedAtMs: this.#joinedAtMs, mayAsk, nowMs };
      const step = search.due(moment);
      if (step.type !== "wait" && step.isTimedOut) this.counters.ringsTimedOut++;
      if (step.type === "end") this.#end(idKey, step.reason, effects);
      else {
        if (step.type === "ask") {
          this.#pace.take(nowMs);
          this.#askAll(search, step.ttlHops, effects);
        }
        effects.wakeAt(search.wakeAtMs(moment));
      }
    }
  }

  #askAll({ plan }: Search, ttlHops: number, effects: Effects<FindEffect>): void {
    const { queryId, wanted, question, record } = plan;
    const message: FindQuery = { type: "query", queryId, ttlHops, wanted };
    for (const neighbour of this.#neighbours.values()) this.#ask(neighbour, message, question, record, effects);
  }

  #end(idKey: string, reason: SearchEnd, effects: Effects<FindEffect>): void {
    const search = this.#searches.get(idKey);
    if (search === undefined) return;
    this.#searches.delete(idKey);
    effects.push({ type: "search-ended", queryId: search.plan.queryId, reason });
  }
}
