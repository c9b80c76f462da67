import { expect, test } from "vitest";
import { readIds, readUint16 } from "../../src/core/wire/datagram/bytes.ts";
import { decodeDatagram } from "../../src/core/wire/datagram/decode.ts";
import type { DecodeError, Message } from "../../src/core/wire/datagram/message.ts";
import { fuzz } from "./support/fuzz.ts";
import { fuzzDecoder } from "./support/fuzz-decoder.ts";
import { SEED } from "./support/seed.ts";

type Decode = (bytes: Uint8Array) => Message | DecodeError;

test("half a million datagrams are decoded as the contract's tables say, or are a value that says why not", () => {
  const inputs = fuzz(fuzzDecoder(decodeDatagram), { inputs: 500_000, inputsPerEpisode: 1000 });
  console.log(`decoder: ${inputs} datagrams, SEED=${SEED}`);
});

/** Decoders with one mistake each, and what the fuzzer is to say of it. Each is to be found in 20,000 inputs. */
const planted: Record<string, { decode: Decode; found: RegExp }> = {
  "a list's count is believed": {
    decode: (bytes) =>
      bytes.length >= 4 && readUint16(bytes, 0) === 1
        ? { type: "hello", ids: readIds(bytes, 4, readUint16(bytes, 2)) }
        : decodeDatagram(bytes),
    found: /more ids than/,
  },
  "a Response's size is believed": {
    decode: (bytes) =>
      bytes.length >= 6 && bytes.length !== 1128 && readUint16(bytes, 0) === 5
        ? { type: "response", id: readUint16(bytes, 2), offset: 6, sizeBytes: readUint16(bytes, 4) }
        : decodeDatagram(bytes),
    found: /beyond the datagram/,
  },
  "the last id of a list is lost": {
    decode: (bytes) => {
      const message = decodeDatagram(bytes);
      return message.type === "get" ? { ...message, ids: message.ids.slice(0, -1) } : message;
    },
    found: /tables say/,
  },
  "a trailing byte makes a list invalid": {
    decode: (bytes) => {
      const message = decodeDatagram(bytes);
      const exact = message.type !== "hello" || bytes.length === 4 + 2 * message.ids.length;
      return exact ? message : { type: "decode-error", code: "list-truncated" };
    },
    found: /tables say/,
  },
  "the report's Query is not known": {
    decode: (bytes) => {
      const message = decodeDatagram(bytes);
      const canonical = message.type !== "query" || bytes.length === 12 + 2 * readUint16(bytes, 10);
      return canonical ? message : { type: "decode-error", code: "query-length" };
    },
    found: /tables say/,
  },
  "a short datagram throws": {
    decode: (bytes) => {
      new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint16(2);
      return decodeDatagram(bytes);
    },
    found: /Offset is outside/,
  },
  "every eighth id is compared with every other": {
    decode: (bytes) => {
      const message = decodeDatagram(bytes);
      let pairs = 0;
      if ("ids" in message)
        for (let at = 0; at < message.ids.length; at += 8)
          for (const other of message.ids) pairs += Math.imul(at, other) & 1;
      return pairs < 0 ? { type: "decode-error", code: "too-large" } : message;
    },
    found: /ms of CPU/,
  },
};

test.for(Object.entries(planted))("the fuzzer finds it when %s", ([, { decode, found }]) => {
  expect(() => fuzz(fuzzDecoder(decode), { inputs: 20_000, inputsPerEpisode: 1000 })).toThrow(found);
});
