import type { Effects } from "../src/core/effects.ts";
import { PeerCore } from "../src/core/peer/peer-core.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../src/core/peer/peer-types.ts";
import type { Address } from "../src/core/wire/address.ts";
import { encodeMessage } from "../src/core/wire/datagram/encode.ts";
import type { PeerBrain, Plant } from "./plant.ts";

/** A peer that takes every question for a new one. */
class ForgetfulPeer implements PeerBrain {
  readonly #config: PeerConfig;
  readonly #core: PeerCore;

  constructor(config: PeerConfig, nowMs: number) {
    this.#config = config;
    this.#core = new PeerCore(config, nowMs);
  }

  handle(input: PeerInput, nowMs: number, effects: Effects<PeerEffect>): void {
    const isQuestion = input.type === "datagram" && (input.message.type === "hello" || input.message.type === "query");
    const core = isQuestion ? new PeerCore(this.#config, nowMs) : this.#core;
    core.handle(input, nowMs, effects);
  }
}

/** A Query goes on with the TTL with which it came. */
export const ttlNotLowered = (): Plant => ({
  peerEffect(effect, input) {
    const isForward = input.type === "datagram" && input.message.type === "query";
    if (!isForward || effect.type !== "send" || effect.message.type !== "query") return [effect];
    return [{ ...effect, message: { ...effect.message, ttlHops: effect.message.ttlHops + 1 } }];
  },
});

/** A Query goes on when its TTL has become 0. */
export const ttlZeroSent = (): Plant => ({
  peerEffect(effect) {
    if (effect.type !== "send" || effect.message.type !== "query") return [effect];
    return [{ ...effect, message: { ...effect.message, ttlHops: effect.message.ttlHops - 1 } }];
  },
});

/** Nobody knows a question again. */
export const noDuplicateCheck = (): Plant => ({ makePeer: (config, nowMs) => new ForgetfulPeer(config, nowMs) });

/** The client logs the holder of the chunk before. */
export function wrongHolderLogged(): Plant {
  let previous: Address | undefined;
  return {
    clientEffect(effect) {
      if (effect.type !== "chunk") return [effect];
      const from = previous ?? effect.from;
      previous = effect.from;
      return [{ ...effect, from }];
    },
  };
}

/** Each Get leaves twice. */
export const getSentTwice = (): Plant => ({
  clientEffect: (effect) => (effect.type === "send" && effect.message.type === "get" ? [effect, effect] : [effect]),
});

/** The last of the missing chunks is not told. */
export const missingUntold = (): Plant => ({
  clientEffect: (effect) => (effect.type === "done" ? [{ ...effect, missing: effect.missing.slice(0, -1) }] : [effect]),
});

/** A chunk is logged each time that it comes, here: always twice. */
export const loggedTwice = (): Plant => ({
  clientEffect: (effect) => (effect.type === "chunk" ? [effect, effect] : [effect]),
});

/** The last id of a list is lost as it is written. */
export const lastIdNotEncoded = (): Plant => ({
  encode: (message, dialect) => encodeMessage({ ...message, ids: message.ids.slice(0, -1) }, dialect),
});

/** The last chunk that a peer holds is not advertised. */
export const lastIdNotAdvertised = (): Plant => ({
  peerEffect(effect) {
    if (effect.type !== "send" || effect.message.type !== "chunk-info" || effect.message.ids.length < 2)
      return [effect];
    return [{ ...effect, message: { ...effect.message, ids: effect.message.ids.slice(0, -1) } }];
  },
});
