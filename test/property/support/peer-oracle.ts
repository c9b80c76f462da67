import type { Effects } from "../../../src/core/effects.ts";
import { ORIGINAL } from "../../../src/core/limits.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../../../src/core/peer/peer-types.ts";
import { type Address, isAnswerable } from "../../../src/core/wire/address.ts";
import { encodeMessage } from "../../../src/core/wire/datagram/encode.ts";
import type { Query } from "../../../src/core/wire/datagram/message.ts";
import { QuestionMemory } from "./question-memory.ts";

/** An input's question, as far as it is one. */
interface Question {
  readonly client: Address;
  readonly ids: readonly number[];
  /** The most hops with which it may be sent on. */
  readonly onwardTtlHops: number;
}

/** What fits one message in either dialect. */
const SHORT_LIST = 498;

const rule = (holds: boolean, text: string): void => {
  if (!holds) throw new Error(text);
};

/** Judges a peer by the contract's rules, from what goes in and what comes out alone. */
export class PeerOracle {
  readonly #config: PeerConfig;
  #holdings: Set<number>;
  /** Held ids that each client asked for, in order; a peer may drop some, never reorder or add. */
  readonly #asked = new Map<Address, number[]>();
  readonly #memory = new QuestionMemory();

  constructor(config: PeerConfig) {
    this.#config = config;
    this.#holdings = new Set(config.holdings);
  }

  /** @throws Error with the rule that an effect breaks. */
  judge(input: PeerInput, nowMs: number, effects: Effects<PeerEffect>): void {
    this.#noteInput(input);
    const question = this.#questionOf(input);
    let responses = 0;
    for (const effect of effects.list) {
      rule(isAnswerable(effect.to, this.#config.allowPublic), `sends to ${effect.to}, which is not answerable`);
      if (effect.type === "respond") {
        responses++;
        this.#response(effect.to, effect.id);
        continue;
      }
      rule(question !== undefined, `a ${effect.message.type} without a question`);
      const { ids } = effect.message;
      rule(ids.length > 0 && ids.length <= ORIGINAL.maxIdsPerMessage, `${ids.length} ids in a ${effect.message.type}`);
      const { length } = encodeMessage(effect.message, this.#config.dialect);
      rule(length <= ORIGINAL.maxMessageBytes, `a ${effect.message.type} of ${length} bytes`);
      if (effect.message.type === "query") this.#query(effect.to, effect.message, question as Question, input, nowMs);
      else this.#chunkInfo(effect.to, ids, question as Question, nowMs);
    }
    rule(responses <= ORIGINAL.maxQueuedInAll, `${responses} Responses at once`);
    this.#judgeAmount(effects.list.length - responses, question);
    this.#judgeWake(nowMs, effects);
  }

  #noteInput(input: PeerInput): void {
    if (input.type === "holdings") this.#holdings = new Set(input.ids);
    if (input.type === "chunk-lost") this.#holdings.delete(input.id);
    if (input.type !== "datagram" || input.message.type !== "get") return;
    const held = input.message.ids.filter((id) => this.#holdings.has(id));
    const asked = this.#asked.get(input.from);
    if (asked === undefined) this.#asked.set(input.from, held);
    else asked.push(...held);
  }

  #questionOf(input: PeerInput): Question | undefined {
    if (input.type !== "datagram") return undefined;
    const { from, message } = input;
    const { maxTtlHops } = this.#config;
    if (message.type === "hello") return { client: from, ids: message.ids, onwardTtlHops: maxTtlHops };
    if (message.type !== "query") return undefined;
    return { ...message, onwardTtlHops: Math.min(message.ttlHops, maxTtlHops) - 1 };
  }

  #query(to: Address, { client, ttlHops, ids }: Query, question: Question, input: PeerInput, nowMs: number): void {
    rule(this.#config.neighbours.includes(to), "a Query to someone who is no neighbour");
    rule(input.type === "datagram" && input.from !== to, "a Query back to where it came from");
    rule(client === question.client, "a Query that names another client");
    rule(ttlHops >= 1 && ttlHops === question.onwardTtlHops, `a Query sent on with TTL ${ttlHops}`);
    rule(this.#memory.maySend(to, client, ids, ttlHops, nowMs), "a question sent on twice");
  }

  #chunkInfo(to: Address, ids: readonly number[], question: Question, nowMs: number): void {
    rule(to === question.client && to !== this.#config.self, "a ChunkInfo to someone who did not ask");
    rule(new Set(ids).size === ids.length, "an id twice in a ChunkInfo");
    const wanted = new Set(question.ids);
    for (const id of ids) rule(this.#holdings.has(id) && wanted.has(id), `advertises ${id}`);
    // A longer list is several questions, each with an answer of its own.
    if (question.ids.length <= SHORT_LIST)
      rule(this.#memory.maySend(to, to, question.ids, 0, nowMs), "a question answered twice");
  }

  #response(to: Address, id: number): void {
    const asked = this.#asked.get(to) ?? [];
    const at = asked.indexOf(id);
    rule(at >= 0, `a Response with ${id} that was not asked for, or out of order`);
    asked.splice(0, at + 1);
  }

  #judgeAmount(sends: number, question: Question | undefined): void {
    const runs = Math.ceil((question?.ids.length ?? 0) / SHORT_LIST);
    const most = runs * (1 + this.#config.neighbours.length);
    rule(sends <= most, `${sends} messages for one input`);
  }

  #judgeWake(nowMs: number, { wakeAtMs }: Effects<PeerEffect>): void {
    rule(wakeAtMs > nowMs, "a wake in the past: the peer would spin");
    rule(wakeAtMs === Infinity || wakeAtMs <= nowMs + ORIGINAL.responsePaceMs, `a wake in ${wakeAtMs - nowMs} ms`);
  }
}
