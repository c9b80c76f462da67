import { Effects } from "../../src/core/effects.ts";
import { NeighboursCore } from "../../src/core/neighbours/neighbours-core.ts";
import type { NamedPeer, NeighboursEffect, NeighboursInput } from "../../src/core/neighbours/neighbours-types.ts";
import type { Wanted } from "../../src/core/wire/stream/find-message.ts";
import type { Random } from "../random.ts";
import { Finder, type FindPlant, type Holdings, recordOf, type Search, signerOf } from "./finder.ts";
import type { StreamActor, StreamMessage, StreamWorld } from "./stream-world.ts";

/** Where a host listens. */
export const addressOf = (host: number): string => `/ip4/10.${host >> 16}.${(host >> 8) & 255}.${host & 255}/tcp/4001`;

/** The host of an address. */
export const hostAt = (address: string): number => {
  const [, high = 0, middle = 0, low = 0] = /10\.(\d+)\.(\d+)\.(\d+)/.exec(address)?.map(Number) ?? [];
  return high * 65_536 + middle * 256 + low;
};

/** What a host is when it starts, again or for the first time. */
export interface MemberPlan {
  readonly contacts: readonly number[];
  readonly maxPeers: number;
  readonly holdings: Holdings;
  /** What it keeps over restarts. */
  readonly memory: Map<string, NamedPeer>;
  readonly plant?: FindPlant;
}

/** A whole host: it finds its neighbours, and finds with them. Both cores, and what their shells do. */
export class Member implements StreamActor {
  readonly neighbours: NeighboursCore;
  readonly finder: Finder;
  readonly #number: number;
  readonly #world: StreamWorld;
  readonly #plan: MemberPlan;
  readonly #effects = new Effects<NeighboursEffect>();

  constructor(number: number, world: StreamWorld, random: Random, plan: MemberPlan) {
    this.#number = number;
    this.#world = world;
    this.#plan = plan;
    const unit = (): number => random.unit();
    this.neighbours = new NeighboursCore({ self: String(number), maxPeers: plan.maxPeers, random: unit }, world.nowMs);
    this.finder = new Finder(number, world, plan.holdings, random.fork("finder"), plan.plant);
  }

  start(): void {
    this.#handle({ type: "own-addresses", addresses: [addressOf(this.#number)] });
    for (const named of [...this.#plan.memory.values()].toReversed())
      this.#handle({ type: "learned", via: "memory", ...named });
    for (const contact of this.#plan.contacts)
      this.#handle({ type: "learned", peer: undefined, via: "join", addresses: [addressOf(contact)] });
  }

  opened(host: number, direction: "inbound" | "outbound", dial: number | undefined): void {
    const peer = String(host);
    const listens = addressOf(host);
    const address = direction === "inbound" ? listens.replace("4001", "50000") : listens;
    this.#handle({ type: "connected", peer, address, direction, dial });
    this.#handle({ type: "learned", peer, addresses: [listens], record: recordOf(host), via: "inbound" });
  }

  dialFailed(dial: number): void {
    this.#handle({ type: "dial-failed", dial });
  }

  closed(host: number): void {
    this.finder.closed(host);
    this.#handle({ type: "disconnected", peer: String(host) });
  }

  received(from: number, message: StreamMessage): void {
    if (message.type !== "peers") this.finder.received(from, message);
    else if (message.peers.length === 0) this.#handle({ type: "peers-asked", from: String(from) });
    else this.#handle({ type: "peers-told", from: String(from), peers: message.peers });
  }

  wake(): void {
    this.finder.wake();
    this.#handle({ type: "wake" });
  }

  /** A search of this host. */
  search(wanted: Wanted, enough: number): Search {
    return this.finder.search(wanted, enough);
  }

  /** Another host was found out: it sent wrong bytes. */
  foundOut(host: number): void {
    this.#handle({ type: "lied", peer: String(host) });
  }

  #handle(input: NeighboursInput): void {
    this.#effects.clear();
    this.neighbours.handle(input, this.#world.nowMs, this.#effects);
    const { wakeAtMs } = this.#effects;
    for (const effect of [...this.#effects.list]) this.#perform(effect);
    if (wakeAtMs !== Infinity) this.#world.wakeAt(this.#number, wakeAtMs);
  }

  #perform(effect: NeighboursEffect): void {
    switch (effect.type) {
      case "dial":
        this.#world.dial(this.#number, hostAt(effect.addresses[0] as string), effect.dial);
        break;
      case "accept":
        this.finder.opened(Number(effect.peer));
        break;
      case "disconnect":
        this.finder.closed(Number(effect.peer));
        this.#world.close(this.#number, Number(effect.peer));
        break;
      case "ask-peers":
        this.#world.send(this.#number, Number(effect.of), { type: "peers", peers: [] });
        break;
      case "tell-peers":
        this.#world.send(this.#number, Number(effect.to), { type: "peers", peers: effect.records.flatMap(opened) });
        break;
      case "remember":
        this.#plan.memory.delete(effect.peer.peer);
        this.#plan.memory.set(effect.peer.peer, effect.peer);
        break;
      case "forget":
        this.#plan.memory.delete(effect.peer);
        break;
      case "remember-liar":
        break;
    }
  }
}

/** What a record says, as its receiver reads it. */
function opened(record: Uint8Array): NamedPeer[] {
  const host = signerOf(record);
  return host === undefined ? [] : [{ peer: String(host), addresses: [addressOf(host)], record }];
}
