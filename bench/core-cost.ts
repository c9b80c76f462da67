// `npm run bench:core`: what a client's core costs a chunk, without sockets: 60,000 chunks of four holders that answer
// in batches, decoding and encoding included.
import { ClientCore } from "../src/core/client/client-core.ts";
import type { ClientEffect } from "../src/core/client/client-types.ts";
import { Effects } from "../src/core/effects.ts";
import { type Address, parseAddress } from "../src/core/wire/address.ts";
import { decodeDatagram } from "../src/core/wire/datagram/decode.ts";
import { encodeMessage, writeResponseHeader } from "../src/core/wire/datagram/encode.ts";

const CHUNKS = 60_000;
const HOLDERS = Array.from({ length: 4 }, (_, index) => parseAddress(`127.0.0.1:${5001 + index}`) as Address);
const BATCH = 32;

type Datagram = readonly [from: Address, bytes: Uint8Array];

/** What the holders send for one message of the client. */
function answers(effect: ClientEffect): Datagram[] {
  if (effect.type !== "send") return [];
  const { ids } = effect.message;
  encodeMessage(effect.message, "canonical");
  if (effect.message.type === "get") return ids.map((id) => [effect.to, response(id)]);
  return HOLDERS.map((holder, index) => [
    holder,
    encodeMessage({ type: "chunk-info", ids: ids.filter((id) => id % HOLDERS.length === index) }, "canonical"),
  ]);
}

function response(id: number): Uint8Array {
  const bytes = new Uint8Array(6);
  writeResponseHeader(bytes, id, 0);
  return bytes;
}

/** One fetch of all chunks, in µs a chunk. */
function run(): number {
  const core = new ClientCore({
    contact: HOLDERS[0] as Address,
    ids: Array.from({ length: CHUNKS }, (_, index) => index + 1),
    order: "rarest",
    receiveBufferBytes: 8_388_608,
    allowPublic: false,
    dialect: "canonical",
  });
  const effects = new Effects<ClientEffect>();
  const inbox: Datagram[] = [];
  let next = 0;
  let nowMs = 0;
  const startedAtMs = performance.now();
  while (!core.finished) {
    const end = Math.min(inbox.length, next + BATCH);
    for (; next < end; next++) {
      const [from, bytes] = inbox[next] as Datagram;
      const message = decodeDatagram(bytes);
      effects.clear();
      if (message.type !== "decode-error") core.handle({ type: "datagram", from, message }, nowMs, effects);
    }
    effects.clear();
    core.handle({ type: "wake" }, nowMs, effects);
    for (const effect of effects.list) inbox.push(...answers(effect));
    nowMs += 0.1;
  }
  if (core.missing.length > 0) throw new Error("chunks are missing");
  return ((performance.now() - startedAtMs) * 1000) / CHUNKS;
}

const costs = Array.from({ length: 8 }, run);
process.stdout.write(
  `client core, µs a chunk: first run ${costs[0]?.toFixed(2)}, best ${Math.min(...costs).toFixed(2)}\n`,
);
