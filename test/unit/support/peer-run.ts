import { Effects } from "../../../src/core/effects.ts";
import { PeerCore } from "../../../src/core/peer/peer-core.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../../../src/core/peer/peer-types.ts";
import { type Address, formatAddress } from "../../../src/core/wire/address.ts";
import type { Message } from "../../../src/core/wire/datagram/message.ts";
import { local } from "./addresses.ts";

/** Peer 1 of the contract's example: chunks 5 to 8, neighbours 3 and 2. */
const PEER_1: PeerConfig = {
  self: local(5001),
  neighbours: [local(5003), local(5002)],
  holdings: [5, 6, 7, 8],
  maxTtlHops: 3,
  allowPublic: false,
  dialect: "canonical",
};

/** A peer core and the effects of its latest input. */
export class PeerRun {
  readonly core: PeerCore;
  readonly effects: Effects<PeerEffect> = new Effects<PeerEffect>();

  constructor(config: Partial<PeerConfig> = {}) {
    this.core = new PeerCore({ ...PEER_1, ...config }, 0);
  }

  input(input: PeerInput, nowMs = 0): readonly PeerEffect[] {
    this.effects.clear();
    this.core.handle(input, nowMs, this.effects);
    return [...this.effects.list];
  }

  hear(from: Address, message: Message, nowMs = 0): readonly PeerEffect[] {
    return this.input({ type: "datagram", from, message }, nowMs);
  }

  hello(from: Address, ids: readonly number[], nowMs = 0): string[] {
    return this.hear(from, { type: "hello", ids }, nowMs).map(inWords);
  }

  query(from: Address, client: Address, ttlHops: number, ids: readonly number[], nowMs = 0): string[] {
    return this.hear(from, { type: "query", client, ttlHops, ids }, nowMs).map(inWords);
  }

  get(from: Address, ids: readonly number[], nowMs = 0): string[] {
    return this.hear(from, { type: "get", ids }, nowMs).map(inWords);
  }

  wake(nowMs: number): string[] {
    return this.input({ type: "wake" }, nowMs).map(inWords);
  }
}

const port = (address: Address): string => formatAddress(address).replace("127.0.0.1:", "");

/** `chunk-info 5,6 to 40000`, `query 3 hops for 40000: 1,2 to 5002`, `response 5 to 40000`. */
export function inWords(effect: PeerEffect): string {
  const to = port(effect.to);
  if (effect.type === "respond") return `response ${effect.id} to ${to}`;
  const { message } = effect;
  return message.type === "chunk-info"
    ? `chunk-info ${message.ids.join()} to ${to}`
    : `query ${message.ttlHops} hops for ${port(message.client)}: ${message.ids.join()} to ${to}`;
}
