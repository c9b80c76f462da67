import { Flood, type Hearing } from "../discovery/flood.ts";
import type { FindChunkInfo, FindQuery, Wanted } from "../wire/stream/find-message.ts";
import type { FindLimits } from "./find-options.ts";
import type { Neighbour } from "./neighbour.ts";
import { OpenAsks } from "./open-asks.ts";
import { idKeyOf } from "./question-key.ts";

/** A Query to which this node owes a Done. */
interface Owed {
  readonly from: Neighbour;
  readonly query: FindQuery;
  /** What those were asked with who have to answer first; 0: nobody was. */
  readonly onwardHops: number;
}

/** One question, and the way back to whoever asked it. */
export class Question {
  readonly wanted: Wanted;
  /** Where answers go, unless {@link wayBack} finds somebody better; `undefined` for a question of this node itself. */
  asker: Neighbour | undefined;
  lookUp: "none" | "under-way" | "done" = "none";
  /** Whose look-up it is that is under way. */
  lookUpFor: Neighbour | undefined;
  isForgotten = false;
  /** Whom it was sent to, and with how many hops at most: only they may answer. */
  readonly asked: Map<Neighbour, number> = new Map();
  readonly #answerKeys = new Set<number>();
  /** Answers that went back, by where. */
  readonly #answersTo = new Map<Neighbour, number>();
  /** In the order in which they came: each with more hops than all before, but for one of somebody who took over. */
  #owed: Owed[] = [];
  /** The most hops with which each neighbour sent it to us. */
  readonly #heardTtlHops = new Map<Neighbour, number>();

  constructor(wanted: Wanted, asker: Neighbour | undefined) {
    this.wanted = wanted;
    this.asker = asker;
  }

  heard(from: Neighbour, ttlHops: number): void {
    if (ttlHops > (this.#heardTtlHops.get(from) ?? 0)) this.#heardTtlHops.set(from, ttlHops);
  }

  /**
   * Where an answer goes now: to the first of those who wait for a Done, so that it is there before it, and they wait for
   * theirs in turn; and nobody who comes later with raised hops draws away what an earlier one has asked for. When nobody
   * waits, to the last one who did, or, when it is gone, to another neighbour that has brought the question since. Should
   * that one have had it from us, the answer comes back once, and is known.
   */
  wayBack(): Neighbour | undefined {
    const waiting = this.#owed.find(({ from }) => !from.isGone)?.from;
    if (waiting !== undefined) this.asker = waiting;
    if (this.asker?.isGone !== true) return this.asker;
    for (const neighbour of this.#heardTtlHops.keys())
      if (!neighbour.isGone) {
        this.asker = neighbour;
        break;
      }
    return this.asker;
  }

  /** This neighbour is to be told when those are through who were asked with so many hops, and the look-up is. */
  owe(from: Neighbour, query: FindQuery, onwardHops: number): void {
    this.#owed.push({ from, query, onwardHops });
  }

  /** Whether this neighbour waits for the Done to a Query with this TTL, as it came. */
  isOwedTo(from: Neighbour, ttlHops: number): boolean {
    return this.#owed.some((owed) => owed.from === from && owed.query.ttlHops === ttlHops);
  }

  /** Whether answers go to this neighbour, though it waits for no Done: the others are gone, or it asks once more. */
  isLeftTo(from: Neighbour): boolean {
    return this.wayBack() === from && !this.#owed.some((owed) => owed.from === from);
  }

  /** The Queries that are answered now, to be told so. */
  takeCovered(asks: OpenAsks): readonly Owed[] {
    if (this.#owed.length === 0 || this.lookUp === "under-way") return [];
    const covered = this.#owed.filter(({ from, onwardHops }) => from.isGone || asks.isCovered(onwardHops));
    if (covered.length > 0) this.#owed = this.#owed.filter((owed) => !covered.includes(owed));
    return covered.filter(({ from }) => !from.isGone);
  }

  /** Counts an answer to a neighbour, unless it has had so many for each hop with which it asked. @returns whether not */
  countAnswerTo(asker: Neighbour, answersPerHop: number): boolean {
    const sent = this.#answersTo.get(asker) ?? 0;
    if (sent >= answersPerHop * (this.#heardTtlHops.get(asker) ?? 0)) return false;
    this.#answersTo.set(asker, sent + 1);
    return true;
  }

  /** Whether a neighbour has sent it to us: what it reaches, it has others tell of. */
  isHeardFrom(neighbour: Neighbour): boolean {
    return this.#heardTtlHops.has(neighbour);
  }

  /** Whether a neighbour has sent it on itself with at least as many hops as it would after hearing it from us. */
  isKnownTo(neighbour: Neighbour, ttlHops: number): boolean {
    return (this.#heardTtlHops.get(neighbour) ?? -1) >= ttlHops - 1;
  }

  /** Notes the key of an answer. @returns whether it is the first with it */
  isNewAnswer(key: number): boolean {
    const before = this.#answerKeys.size;
    return this.#answerKeys.add(key).size > before;
  }

  /** Whether an answer names nothing but what was asked for, as far as can be told. */
  isFitting({ videos }: Pick<FindChunkInfo, "videos">): boolean {
    const { wanted } = this;
    return wanted.kind === "words" || videos.every(({ id }) => isEqual(id, wanted.id));
  }
}

/** What is remembered of one query id: its questions (more than one only when somebody forged), and its answers. */
export class QueryRecord {
  readonly questions: Map<string, Question> = new Map();
  readonly asks: OpenAsks = new OpenAsks();
  /** Answers that were passed on or taken. */
  answers = 0;
  readonly #answersOf = new Map<Neighbour, number>();

  /** Counts one more answer of a neighbour. @returns how many it has brought, this one included */
  countAnswer(from: Neighbour): number {
    const count = (this.#answersOf.get(from) ?? 0) + 1;
    this.#answersOf.set(from, count);
    return count;
  }

  /** With how many hops a neighbour was asked; 0: it was not. */
  askedTtlHops(neighbour: Neighbour): number {
    let ttlHops = 0;
    for (const { asked } of this.questions.values()) ttlHops = Math.max(ttlHops, asked.get(neighbour) ?? 0);
    return ttlHops;
  }
}

/** A question that was just heard. */
export interface Heard {
  readonly question: Question;
  readonly record: QueryRecord;
  readonly hearing: Hearing;
}

/** The questions that are remembered: the flood's decisions, and for each question the way back. */
export class QueryMemory {
  readonly #limits: FindLimits;
  readonly #flood: Flood;
  readonly #records = new Map<string, QueryRecord>();
  readonly #onForgotten: (question: Question) => void;

  /** `onForgotten` is told of each question that is forgotten. */
  constructor(limits: FindLimits, onForgotten: (question: Question) => void) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
    this.#flood = new Flood({
      memoryMs: limits.queryMemoryMs,
      maxRemembered: limits.maxQueriesRemembered,
      onForgotten: (key) => this.#forget(key),
    });
  }

  /** Questions remembered at the moment. */
  get size(): number {
    return this.#flood.remembered;
  }

  /** All that is remembered. */
  records(): Iterable<QueryRecord> {
    return this.#records.values();
  }

  record(idKey: string): QueryRecord | undefined {
    return this.#records.get(idKey);
  }

  /** Whether a question (its {@link questionKey}) is remembered, and would not be sent on with such a TTL. */
  isKnown(key: string, forwardTtlHops: number, nowMs: number): boolean {
    return this.#flood.isKnown(key, forwardTtlHops, nowMs);
  }

  /** A question that is remembered. */
  question(key: string): Question | undefined {
    return this.#records.get(idKeyOf(key))?.questions.get(key);
  }

  /** Whether there is room for a question under its query id. */
  hasRoom(key: string): boolean {
    const questions = this.#records.get(idKeyOf(key))?.questions;
    return questions === undefined || questions.size < this.#limits.maxQuestionsPerQuery || questions.has(key);
  }

  /** Takes a question, and says what is to be done with it. `asker` counts only when it is new. */
  hear(key: string, wanted: Wanted, asker: Neighbour | undefined, forwardTtlHops: number, nowMs: number): Heard {
    // First the flood: it may forget something, and its record with it.
    const hearing = this.#flood.hear(key, forwardTtlHops, nowMs);
    const idKey = idKeyOf(key);
    const record = this.#records.get(idKey) ?? new QueryRecord();
    this.#records.set(idKey, record);
    const question = record.questions.get(key) ?? new Question(wanted, asker);
    record.questions.set(key, question);
    return { question, record, hearing };
  }

  #forget(key: string): void {
    const idKey = idKeyOf(key);
    const record = this.#records.get(idKey);
    const question = record?.questions.get(key);
    if (record === undefined || question === undefined) return;
    question.isForgotten = true;
    // Own ones stay in the record, which their search has, too: it goes on whatever others make us forget.
    if (question.asker !== undefined) record.questions.delete(key);
    if ([...record.questions.values()].every(({ isForgotten }) => isForgotten)) this.#records.delete(idKey);
    this.#onForgotten(question);
  }
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
