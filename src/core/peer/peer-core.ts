import { Flood, onwardTtlHops } from "../discovery/flood.ts";
import type { Effects } from "../effects.ts";
import { ORIGINAL } from "../limits.ts";
import { type Address, ipOf, isAnswerable } from "../wire/address.ts";
import { idsPerMessage, splitIds } from "../wire/datagram/encode.ts";
import type { Message } from "../wire/datagram/message.ts";
import type { PeerConfig, PeerCounters, PeerEffect, PeerInput } from "./peer-types.ts";
import { questionKey } from "./question-key.ts";
import { QuestionMeter } from "./question-meter.ts";
import { ResponseQueue } from "./response-queue.ts";

/**
 * A peer of the original network, as a function of its state, an input and the time. It answers Hellos and Queries
 * with what it holds, floods Queries to its neighbours, and owes Responses for Gets.
 */
export class PeerCore {
  readonly counters: PeerCounters = {
    hellos: 0,
    queries: 0,
    gets: 0,
    answers: 0,
    forwards: 0,
    responses: 0,
    duplicates: 0,
    rateLimited: 0,
    unanswerable: 0,
    notHeld: 0,
    queueFull: 0,
    unexpected: 0,
  };
  readonly #config: PeerConfig;
  /** Each once, however often it was named. */
  readonly #neighbours: ReadonlySet<Address>;
  readonly #flood: Flood;
  readonly #meter: QuestionMeter;
  readonly #queue = new ResponseQueue();
  readonly #idsPerMessage: number;
  #holdings: Set<number>;

  constructor(config: PeerConfig, nowMs: number) {
    this.#config = config;
    this.#neighbours = new Set(config.neighbours);
    this.#holdings = new Set(config.holdings);
    this.#flood = new Flood({ memoryMs: ORIGINAL.questionMemoryMs, maxRemembered: ORIGINAL.maxQuestionsRemembered });
    this.#meter = new QuestionMeter(nowMs);
    this.#idsPerMessage = idsPerMessage(config.dialect);
  }

  /** The ids of the chunks that it advertises. */
  get holdings(): ReadonlySet<number> {
    return this.#holdings;
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: PeerInput, nowMs: number, effects: Effects<PeerEffect>): void {
    switch (input.type) {
      case "datagram":
        this.#datagram(input.from, input.message, nowMs, effects);
        break;
      case "holdings":
        this.#holdings = new Set(input.ids);
        break;
      case "chunk-lost":
        this.#holdings.delete(input.id);
        break;
      case "wake":
        break;
    }
    this.#queue.drain(nowMs, (to, id) => this.#respond(to, id, effects));
    effects.wakeAt(this.#queue.nextMs());
  }

  #datagram(from: Address, message: Message, nowMs: number, effects: Effects<PeerEffect>): void {
    switch (message.type) {
      case "hello":
        this.counters.hellos++;
        this.#question(from, from, this.#config.maxTtlHops, message.ids, nowMs, effects);
        break;
      case "query":
        this.counters.queries++;
        this.#question(
          message.client,
          from,
          onwardTtlHops(message.ttlHops, this.#config.maxTtlHops),
          message.ids,
          nowMs,
          effects,
        );
        break;
      case "get":
        this.counters.gets++;
        this.#get(from, message.ids, nowMs);
        break;
      case "chunk-info":
      case "response":
      case "report-response":
        this.counters.unexpected++;
        break;
    }
  }

  /** A question that `from` brought on behalf of `client`, to be sent on with a TTL of `forwardTtlHops`. */
  #question(
    client: Address,
    from: Address,
    forwardTtlHops: number,
    ids: readonly number[],
    nowMs: number,
    effects: Effects<PeerEffect>,
  ): void {
    if (ids.length === 0) return;
    if (!this.#mayAnswer(client)) {
      this.counters.unanswerable++;
      return;
    }
    // A list too long for other people's buffers is several questions, here as at everyone whom it reaches.
    for (const run of splitIds(ids, this.#idsPerMessage)) {
      const key = questionKey(client, run);
      if (this.#flood.isKnown(key, forwardTtlHops, nowMs)) this.counters.duplicates++;
      else if (!this.#meter.take(ipOf(client), nowMs)) this.counters.rateLimited++;
      else {
        const hearing = this.#flood.hear(key, forwardTtlHops, nowMs);
        if (hearing.answer) this.#answer(client, run, effects);
        if (hearing.forwardTtlHops > 0) this.#forward(client, from, hearing.forwardTtlHops, run, effects);
      }
    }
  }

  #mayAnswer(client: Address): boolean {
    return client !== this.#config.self && isAnswerable(client, this.#config.allowPublic);
  }

  #answer(client: Address, ids: readonly number[], effects: Effects<PeerEffect>): void {
    const held = new Set<number>();
    for (const id of ids) if (this.#holdings.has(id)) held.add(id);
    if (held.size === 0) return;
    this.counters.answers++;
    effects.push({ type: "send", to: client, message: { type: "chunk-info", ids: [...held] } });
  }

  #forward(
    client: Address,
    from: Address,
    ttlHops: number,
    ids: readonly number[],
    effects: Effects<PeerEffect>,
  ): void {
    for (const neighbour of this.#neighbours) {
      if (neighbour === from) continue;
      this.counters.forwards++;
      effects.push({ type: "send", to: neighbour, message: { type: "query", client, ttlHops, ids } });
    }
  }

  #get(client: Address, ids: readonly number[], nowMs: number): void {
    if (!this.#mayAnswer(client)) {
      this.counters.unanswerable++;
      return;
    }
    const held = ids.filter((id) => this.#holdings.has(id));
    this.counters.notHeld += ids.length - held.length;
    if (held.length > 0) this.counters.queueFull += this.#queue.add(client, held, nowMs);
  }

  #respond(to: Address, id: number, effects: Effects<PeerEffect>): void {
    this.counters.responses++;
    effects.push({ type: "respond", to, id });
  }
}
