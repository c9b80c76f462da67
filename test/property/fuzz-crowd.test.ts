import { test } from "vitest";
import { ClientCore } from "../../src/core/client/client-core.ts";
import type { ClientEffect, ClientInput } from "../../src/core/client/client-types.ts";
import { Effects } from "../../src/core/effects.ts";
import { addressOf } from "../../src/core/wire/address.ts";
import { type Episode, fuzz } from "./support/fuzz.ts";
import type { Random } from "./support/random.ts";

// Source addresses are forgeable: one liar is as many holders as a client keeps, and all fall silent at once.

const HOLDERS = 1024;

const client = (wanted: number): ClientCore =>
  new ClientCore({
    contact: addressOf(0x7f000001, 5001),
    ids: Array.from({ length: wanted }, (_, id) => id),
    order: "rarest",
    receiveBufferBytes: 4_194_304,
    allowPublic: false,
    dialect: "canonical",
  });

/** Every address announces so many ids, and nobody ever answers a Get. */
const crowd =
  (wanted: number, idsEach: number) =>
  (random: Random): Episode => {
    const core = client(wanted);
    const effects = new Effects<ClientEffect>();
    let announced = 0;
    let nowMs = 0;
    let input: ClientInput = { type: "start" };
    core.handle(input, nowMs, effects);
    return {
      prepare: () => {
        if (announced < HOLDERS) {
          const from = addressOf(0x7f000001, 10_000 + announced++);
          const ids = random.list(idsEach, () => random.below(wanted));
          input = { type: "datagram", from, message: { type: "chunk-info", ids } };
        } else {
          nowMs = Math.max(nowMs, Math.min(effects.wakeAtMs, nowMs + 5000));
          input = { type: "wake" };
        }
        effects.clear();
      },
      run: () => core.handle(input, nowMs, effects),
      judge: () => {},
    };
  };

test.for([
  [300, 1],
  [20_000, 1],
] as const)(
  "%i wanted chunks and 1024 holders that announce %i each and fall silent: no input takes long",
  ([wanted, each]) => {
    fuzz(crowd(wanted, each), { inputs: HOLDERS + 300, inputsPerEpisode: HOLDERS + 300 });
  },
);
