import { expect, test } from "vitest";
import type { PeerEffect } from "../../src/core/peer/peer-types.ts";
import { addressOf, portOf } from "../../src/core/wire/address.ts";
import { fuzz } from "./support/fuzz.ts";
import { fuzzPeer, type MakePeer, realPeer } from "./support/fuzz-peer.ts";
import { SEED } from "./support/seed.ts";

test("300,000 inputs: a peer sends nothing that the contract does not allow, and never throws or stalls", () => {
  const inputs = fuzz(fuzzPeer(realPeer), { inputs: 300_000, inputsPerEpisode: 250 });
  console.log(`peer: ${inputs} inputs, SEED=${SEED}`);
});

/** A peer whose effects are changed on the way out. */
const spoilt =
  (spoil: (effect: PeerEffect) => PeerEffect | readonly PeerEffect[]): MakePeer =>
  (config, nowMs) => {
    const peer = realPeer(config, nowMs);
    return {
      handle: (input, atMs, effects) => {
        peer.handle(input, atMs, effects);
        const list = effects.list.flatMap(spoil);
        effects.list.length = 0;
        effects.list.push(...list);
      },
    };
  };

type Send = Extract<PeerEffect, { type: "send" }>;

/** Changes Queries, or ChunkInfos, and leaves the rest. */
const inMessage = (type: "query" | "chunk-info", change: (effect: Send) => PeerEffect | PeerEffect[]): MakePeer =>
  spoilt((effect) => (effect.type === "send" && effect.message.type === type ? change(effect) : effect));

/** Peers with one mistake each, and what the fuzzer is to say of it. Each is to be found in 20,000 inputs. */
const planted: Record<string, { make: MakePeer; found: RegExp }> = {
  "port 0 is answered": {
    make: (config, nowMs) => {
      const peer = realPeer(config, nowMs);
      return {
        handle: (input, atMs, effects) => {
          if (input.type === "datagram" && portOf(input.from) === 0 && input.message.type === "get")
            for (const id of input.message.ids) effects.push({ type: "respond", to: input.from, id });
          peer.handle(input, atMs, effects);
        },
      };
    },
    found: /not answerable/,
  },
  "the TTL is not lowered": {
    make: inMessage("query", (effect) => {
      const message = effect.message as Extract<Send["message"], { type: "query" }>;
      return { ...effect, message: { ...message, ttlHops: message.ttlHops + 1 } };
    }),
    found: /sent on with TTL/,
  },
  "a Query goes out twice": { make: inMessage("query", (effect) => [effect, effect]), found: /sent on twice/ },
  "a Query names the neighbour": {
    make: inMessage("query", (effect) => ({ ...effect, message: { ...effect.message, client: effect.to } as never })),
    found: /another client/,
  },
  "everything held is advertised": {
    make: (config, nowMs) =>
      inMessage("chunk-info", ({ to }) => ({
        type: "send",
        to,
        message: { type: "chunk-info", ids: [...new Set(config.holdings)] },
      }))(config, nowMs),
    found: /advertises/,
  },
  "a list gains an id": {
    make: inMessage("query", (effect) => {
      const ids = [...effect.message.ids, 7];
      return { ...effect, message: { ...effect.message, ids } };
    }),
    found: /501 ids|of 10\d\d bytes/,
  },
  "ChunkInfo goes to the wrong client": {
    make: inMessage("chunk-info", (effect) => ({ ...effect, to: addressOf(0x7f000001, 4999) })),
    found: /did not ask/,
  },
  "a question is answered twice": {
    make: inMessage("chunk-info", (effect) => [effect, effect]),
    found: /answered twice/,
  },
  "a Response is sent twice": {
    make: spoilt((effect) => (effect.type === "respond" ? [effect, effect] : effect)),
    found: /out of order/,
  },
  "questions are remembered for too short a time": {
    make: (config, firstMs) => {
      let peer = realPeer(config, firstMs);
      return {
        handle: (input, nowMs, effects) => {
          // A restart forgets; the holdings of the episode are what its config says until they change.
          if (nowMs > firstMs + 300) peer = realPeer(config, nowMs);
          peer.handle(input, nowMs, effects);
        },
      };
    },
    found: /sent on twice|advertises|not asked for/,
  },
  "a wake is ordered for now": {
    make: (config, nowMs) => {
      const peer = realPeer(config, nowMs);
      return {
        handle: (input, atMs, effects) => {
          peer.handle(input, atMs, effects);
          effects.wakeAt(atMs);
        },
      };
    },
    found: /would spin/,
  },
};

test.for(Object.entries(planted))("the fuzzer finds it when %s", ([, { make, found }]) => {
  expect(() => fuzz(fuzzPeer(make), { inputs: 20_000, inputsPerEpisode: 250 })).toThrow(found);
});
