import { Effects } from "../../../../src/core/effects.ts";
import { NeighboursCore } from "../../../../src/core/neighbours/neighbours-core.ts";
import type {
  NamedPeer,
  NeighboursEffect,
  NeighboursInput,
  PeerVia,
} from "../../../../src/core/neighbours/neighbours-types.ts";
import { Random } from "../../../property/support/random.ts";

/** Where a peer is, from its name: all in one public network a letter. */
export const at = (peer: string): string => `/ip4/8.${peer.charCodeAt(0)}.0.${peer.length}/tcp/4001`;

export const recordOf = (peer: string): Uint8Array => new TextEncoder().encode(peer);

export const named = (peer: string, ...addresses: string[]): NamedPeer => ({
  peer,
  addresses: addresses.length > 0 ? addresses : [at(peer)],
  record: recordOf(peer),
});

/** A neighbours core called `me`, and the effects of its latest input. */
export class NeighboursRun {
  readonly core: NeighboursCore;
  readonly effects: Effects<NeighboursEffect> = new Effects<NeighboursEffect>();
  nowMs = 0;
  /** By peer or address, the number of the dial under way. */
  readonly dials: Map<string, number> = new Map();

  constructor(maxPeers: number = 24) {
    const random = new Random(7);
    this.core = new NeighboursCore({ self: "me", maxPeers, random: () => random.uint32() / 2 ** 32 }, 0);
    this.input({ type: "own-addresses", addresses: ["/ip4/9.9.9.9/tcp/4001"] });
  }

  input(input: NeighboursInput): string[] {
    this.effects.clear();
    this.core.handle(input, this.nowMs, this.effects);
    for (const effect of this.effects.list)
      if (effect.type === "dial") this.dials.set(effect.peer ?? (effect.addresses[0] as string), effect.dial);
    return this.effects.list.map(inWords);
  }

  learned(via: PeerVia, peer: string | undefined, addresses: string[] = [at(peer ?? "x")], from?: string): string[] {
    const record = peer === undefined ? undefined : recordOf(peer);
    return this.input({ type: "learned", peer, addresses, record, via, from });
  }

  /** The dial to a peer (or to an address) has come to a find stream. */
  dialled(whom: string, peer: string = whom, address: string = at(peer)): string[] {
    const dial = this.dials.get(whom);
    this.dials.delete(whom);
    return this.input({ type: "connected", peer, address, direction: "outbound", dial });
  }

  failed(whom: string): string[] {
    const dial = this.dials.get(whom) ?? -1;
    this.dials.delete(whom);
    return this.input({ type: "dial-failed", dial });
  }

  came(peer: string, address: string = at(peer).replace("4001", "50000")): string[] {
    return this.input({ type: "connected", peer, address, direction: "inbound" });
  }

  /** Makes a neighbour that we dialled. */
  neighbour(peer: string, address: string = at(peer)): void {
    this.learned("lan", peer, [address]);
    this.dialled(peer, peer, address);
  }

  told(from: string, ...peers: NamedPeer[]): string[] {
    return this.input({ type: "peers-told", from, peers });
  }

  /** Lets time pass, wakes when it wants to be woken, and returns all that it did. */
  pass(ms: number): string[] {
    const untilMs = this.nowMs + ms;
    const done: string[] = [];
    for (let wakes = 0; this.effects.wakeAtMs <= untilMs; wakes++) {
      if (wakes > 10_000) throw new Error("it wants to be woken without end");
      this.nowMs = Math.max(this.nowMs, this.effects.wakeAtMs);
      done.push(...this.input({ type: "wake" }));
    }
    this.nowMs = untilMs;
    return done;
  }

  get peers(): string[] {
    return this.core.neighbours().map(({ peer }) => peer);
  }
}

/** `dial a`, `accept a`, `disconnect a: full`, `ask a`, `tell a: b c`, `remember a`, `forget a`, `liar a`. */
export function inWords(effect: NeighboursEffect): string {
  switch (effect.type) {
    case "dial":
      return `dial ${effect.peer ?? effect.addresses.join(" ")}`;
    case "accept":
    case "forget":
      return `${effect.type} ${effect.peer}`;
    case "disconnect":
      return `disconnect ${effect.peer}: ${effect.reason}`;
    case "ask-peers":
      return `ask ${effect.of}`;
    case "tell-peers":
      return `tell ${effect.to}: ${effect.records.map((record) => new TextDecoder().decode(record)).join(" ")}`;
    case "remember":
      return `remember ${effect.peer.peer}`;
    case "remember-liar":
      return `liar ${effect.peer}`;
  }
}
