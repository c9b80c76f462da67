// What a client's core costs a chunk, without sockets: 60,000 chunks from four holders that answer in batches.
import { ClientCore } from "../src/core/client/client-core.ts";
import type { ClientEffect } from "../src/core/client/client-types.ts";
import { Effects } from "../src/core/effects.ts";
import { type Address, parseAddress } from "../src/core/wire/address.ts";
import { decodeDatagram } from "../src/core/wire/datagram/decode.ts";
import { encodeMessage, writeResponseHeader } from "../src/core/wire/datagram/encode.ts";
import type { DecodeError, Message } from "../src/core/wire/datagram/message.ts";

const CHUNKS = 60_000;
const HOLDERS = 4;
const BATCH = 32;

function run(): number {
  const ids = Array.from({ length: CHUNKS }, (_, index) => index + 1);
  const contact = parseAddress("127.0.0.1:5001") as Address;
  const holders = Array.from({ length: HOLDERS }, (_, index) => parseAddress(`127.0.0.1:${5001 + index}`) as Address);
  const core = new ClientCore({
    contact,
    ids,
    order: "rarest",
    receiveBufferBytes: 8_388_608,
    allowPublic: false,
    dialect: "canonical",
  });
  const effects = new Effects<ClientEffect>();
  const response = new Uint8Array(1030);
  const inbox: [Address, Uint8Array][] = [];
  let nowMs = 0;
  const startedAtMs = performance.now();
  const deliver = (from: Address, bytes: Uint8Array): void => {
    effects.clear();
    const message: Message | DecodeError = decodeDatagram(bytes);
    if (message.type !== "decode-error") core.handle({ type: "datagram", from, message }, nowMs, effects);
  };
  const perform = (): void => {
    for (const effect of effects.list) {
      if (effect.type !== "send") continue;
      if (effect.message.type === "get") {
        encodeMessage(effect.message, "canonical");
        for (const id of effect.message.ids) {
          const bytes = response.slice(0, 6);
          writeResponseHeader(bytes, id, 0);
          inbox.push([effect.to, bytes]);
        }
      } else
        for (const [index, holder] of holders.entries())
          inbox.push([
            holder,
            encodeMessage(
              { type: "chunk-info", ids: effect.message.ids.filter((id) => id % HOLDERS === index) },
              "canonical",
            ),
          ]);
    }
  };
  core.handle({ type: "start" }, nowMs, effects);
  perform();
  let next = 0;
  while (!core.finished) {
    nowMs += 0.1;
    const end = Math.min(inbox.length, next + BATCH);
    for (; next < end; next++) {
      const [from, bytes] = inbox[next] as [Address, Uint8Array];
      deliver(from, bytes);
    }
    effects.clear();
    core.handle({ type: "wake" }, nowMs, effects);
    perform();
  }
  if (core.missing.length > 0) throw new Error("chunks are missing");
  return ((performance.now() - startedAtMs) * 1000) / CHUNKS;
}

const costs = Array.from({ length: 8 }, run);
process.stdout.write(
  `client core, µs a chunk: first run ${costs[0]?.toFixed(2)}, best ${Math.min(...costs).toFixed(2)}\n`,
);
