import { expect, test } from "vitest";
import type { ClientEffect } from "../../src/core/client/client-types.ts";
import { addressOf } from "../../src/core/wire/address.ts";
import { fuzz } from "./support/fuzz.ts";
import { fuzzClient, type MakeClient, realClient } from "./support/fuzz-client.ts";
import { SEED } from "./support/seed.ts";

test("400,000 inputs: a client asks only for what is wanted and advertised, keeps each chunk once, and ends", () => {
  const reached = new Map<string, number>();
  const inputs = fuzz(fuzzClient(realClient, reached), { inputs: 400_000, inputsPerEpisode: 80 });
  console.log(`client: ${inputs} inputs, SEED=${SEED},`, Object.fromEntries(reached));
  const names = ["holder-found", "holder-given-up", "holder-back", "get-repeated", "chunk-failed", "search-over"];
  // The random course has to reach each of these many times, or it would prove nothing about them.
  for (const name of [...names, "chunk", "done"]) expect(reached.get(name), name).toBeGreaterThan(300);
});

/** A client whose effects are changed on the way out. */
const spoilt =
  (spoil: (effect: ClientEffect) => ClientEffect | readonly ClientEffect[]): MakeClient =>
  (config) => {
    const client = realClient(config);
    return {
      handle: (input, nowMs, effects) => {
        client.handle(input, nowMs, effects);
        const list = effects.list.flatMap(spoil);
        effects.list.length = 0;
        effects.list.push(...list);
      },
    };
  };

type Send = Extract<ClientEffect, { type: "send" }>;
type Chunk = Extract<ClientEffect, { type: "chunk" }>;

const inGets = (change: (effect: Send) => ClientEffect | ClientEffect[]): MakeClient =>
  spoilt((effect) => (effect.type === "send" && effect.message.type === "get" ? change(effect) : effect));

const inChunks = (change: (effect: Chunk) => ClientEffect | ClientEffect[]): MakeClient =>
  spoilt((effect) => (effect.type === "chunk" ? change(effect) : effect));

const outcome = new Int32Array(1);
/** Work that is not optimized away, since its outcome is kept. */
const work = (value: number): void => {
  outcome[0] = (outcome[0] as number) ^ value;
};

/** Clients with one mistake each, and what the fuzzer is to say of it. Each is to be found in 20,000 inputs. */
const planted: Record<string, { make: MakeClient; found: RegExp }> = {
  "it Gets what was not advertised": {
    make: inGets(({ to, message }) => ({
      type: "send",
      to,
      message: { type: "get", ids: message.ids.map((id) => id ^ 1) },
    })),
    found: /a Get for|twice in one go|not asked/,
  },
  "it Gets from the contact peer whatever is wanted": {
    make: (config) => inGets(({ message }) => ({ type: "send", to: config.contact, message }))(config),
    found: /not advertised/,
  },
  "it sends each Get twice": { make: inGets((effect) => [effect, effect]), found: /twice in one go/ },
  "it keeps a chunk twice": { make: inChunks((effect) => [effect, effect]), found: /kept twice/ },
  "it credits another peer": {
    make: inChunks((effect) => ({ ...effect, from: addressOf(0x7f000001, 5999) })),
    found: /another peer/,
  },
  "it keeps a chunk under the next id": {
    make: (config) =>
      inChunks((effect) => {
        const place = (effect.place + 1) % config.ids.length;
        return { ...effect, place, id: config.ids[place] as number };
      })(config),
    found: /kept as|not asked|kept twice/,
  },
  "it believes a Response from anyone": {
    make: (config) => {
      const client = realClient(config);
      const kept = new Set<number>();
      return {
        handle: (input, nowMs, effects) => {
          client.handle(input, nowMs, effects);
          if (input.type !== "datagram" || input.message.type !== "response") return;
          const { id } = input.message;
          const place = config.ids.indexOf(id);
          if (place < 0 || kept.has(id)) return;
          kept.add(id);
          if (effects.list.length === 0) effects.push({ type: "chunk", id, place, from: input.from });
        },
      };
    },
    found: /was not asked|kept twice|after the end/,
  },
  "it says Hello too often": {
    make: spoilt((effect) => (effect.type === "send" && effect.message.type === "hello" ? [effect, effect] : effect)),
    found: /0 ms apart/,
  },
  "it forgets what is missing": {
    make: spoilt((effect) => (effect.type === "done" ? { type: "done", missing: effect.missing.slice(1) } : effect)),
    found: /are missing/,
  },
  "it looks at every pair of ids": {
    make: (config) => {
      const client = realClient(config);
      return {
        handle: (input, nowMs, effects) => {
          client.handle(input, nowMs, effects);
          if (config.ids.length < 500 || input.type !== "datagram") return;
          for (const one of config.ids)
            for (const other of config.ids) for (let at = 0; at < 512; at++) work(one ^ other ^ at);
        },
      };
    },
    found: /ms of CPU/,
  },
};

test.for(Object.entries(planted))("the fuzzer finds it when %s", ([, { make, found }]) => {
  expect(() => fuzz(fuzzClient(make), { inputs: 20_000, inputsPerEpisode: 150 })).toThrow(found);
});
