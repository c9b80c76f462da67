import type { ClientConfig, ClientEffect, ClientInput } from "../../../src/core/client/client-types.ts";
import type { Effects } from "../../../src/core/effects.ts";
import { ORIGINAL } from "../../../src/core/limits.ts";
import { type Address, isAnswerable } from "../../../src/core/wire/address.ts";
import { encodeMessage } from "../../../src/core/wire/datagram/encode.ts";

const rule = (holds: boolean, text: string): void => {
  if (!holds) throw new Error(text);
};

/** Judges a client by the contract's rules, from what goes in and what comes out alone. */
export class ClientOracle {
  readonly #config: ClientConfig;
  readonly #wanted: ReadonlySet<number>;
  /** What each address has said that it holds. */
  readonly #announced = new Map<Address, Set<number>>();
  readonly #asked = new Map<Address, Set<number>>();
  readonly #requests = new Map<number, number>();
  readonly #hellos = new Map<string, { count: number; lastMs: number }>();
  readonly #came = new Set<number>();
  #done = false;

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#wanted = new Set(config.ids);
  }

  /** Whether the client has said that it is done. */
  get done(): boolean {
    return this.#done;
  }

  /** @throws Error with the rule that an effect breaks. */
  judge(input: ClientInput, nowMs: number, effects: Effects<ClientEffect>): void {
    rule(!this.#done || effects.list.length === 0, "something is wanted after the end");
    if (input.type === "datagram" && input.message.type === "chunk-info")
      for (const id of input.message.ids) listed(this.#announced, input.from).add(id);
    // A Get or event a wanted id, a Hello a list, a few words a holder.
    const most = 4 * this.#config.ids.length + 4 * this.#announced.size + 8;
    rule(effects.list.length <= most, `${effects.list.length} effects for one input`);
    const askedNow = new Set<string>();
    for (const effect of effects.list) {
      if (effect.type === "chunk") this.#chunk(effect, input);
      else if (effect.type === "done") this.#end(effect.missing);
      else if (effect.type === "send") this.#send(effect, nowMs, askedNow);
    }
    if (this.#done) return;
    if (input.type === "datagram") rule(effects.wakeAtMs <= nowMs, "no wake after a datagram");
    if (input.type === "wake") rule(effects.wakeAtMs > nowMs, "a wake for now: the client would spin");
  }

  #send({ to, message }: Extract<ClientEffect, { type: "send" }>, nowMs: number, askedNow: Set<string>): void {
    const { length } = encodeMessage(message, this.#config.dialect);
    rule(message.ids.length > 0 && length <= ORIGINAL.maxMessageBytes, `a ${message.type} of ${length} bytes`);
    if (message.type === "hello") this.#hello(to, message.ids, nowMs);
    else this.#get(to, message.ids, askedNow);
  }

  #hello(to: Address, ids: readonly number[], nowMs: number): void {
    rule(to === this.#config.contact, "a Hello to someone who is not the contact peer");
    rule(ids.length <= ORIGINAL.maxIdsPerMessage, `${ids.length} ids in a Hello`);
    for (const id of ids) rule(this.#wanted.has(id), `a Hello with ${id}, which is not wanted`);
    const key = ids.join(",");
    const before = this.#hellos.get(key) ?? { count: 0, lastMs: -Infinity };
    rule(before.count < ORIGINAL.maxHellos, "more than five Hellos");
    // A sum of times and a difference of the same need not be equal to the last bit.
    rule(nowMs - before.lastMs >= ORIGINAL.helloIntervalMs - 1e-6, `Hellos ${nowMs - before.lastMs} ms apart`);
    this.#hellos.set(key, { count: before.count + 1, lastMs: nowMs });
  }

  #get(to: Address, ids: readonly number[], askedNow: Set<string>): void {
    rule(isAnswerable(to, this.#config.allowPublic), `a Get to ${to}, which is not answerable`);
    rule(ids.length <= ORIGINAL.idsPerGet, `${ids.length} ids in a Get`);
    rule(ids.length === 1 || this.#config.dialect === "canonical", `${ids.length} ids at once in the report's dialect`);
    for (const id of ids) {
      rule(this.#wanted.has(id), `a Get for ${id}, which is not wanted`);
      rule(!this.#came.has(id), `a Get for ${id}, which has come`);
      rule(this.#announced.get(to)?.has(id) === true, `a Get for ${id}, which is not advertised there`);
      rule(!askedNow.has(`${to} ${id}`), `${id} asked for twice in one go`);
      askedNow.add(`${to} ${id}`);
      listed(this.#asked, to).add(id);
      const requests = (this.#requests.get(id) ?? 0) + 1;
      rule(requests <= ORIGINAL.maxRequestsPerChunk, `${requests} requests for ${id}`);
      this.#requests.set(id, requests);
    }
  }

  #chunk({ id, place, from }: { id: number; place: number; from: Address }, input: ClientInput): void {
    rule(this.#config.ids[place] === id, `${id} at place ${place}`);
    rule(!this.#came.has(id), `${id} kept twice`);
    rule(input.type === "datagram" && input.from === from, `${id} credited to another peer`);
    rule(input.type === "datagram" && input.message.type.endsWith("response"), `${id} without a Response`);
    if (input.type === "datagram" && input.message.type === "response")
      rule(input.message.id === id, `${input.message.id} kept as ${id}`);
    rule(this.#asked.get(from)?.has(id) === true, `${id} from someone who was not asked for it`);
    this.#came.add(id);
  }

  #end(missing: readonly number[]): void {
    this.#done = true;
    const expected = this.#config.ids.filter((id) => !this.#came.has(id));
    rule(missing.join() === expected.join(), `says that ${missing.join()} are missing, not ${expected.join()}`);
  }
}

/** The set of an address, made when it is new. */
function listed(sets: Map<Address, Set<number>>, address: Address): Set<number> {
  let set = sets.get(address);
  if (set === undefined) {
    set = new Set();
    sets.set(address, set);
  }
  return set;
}
