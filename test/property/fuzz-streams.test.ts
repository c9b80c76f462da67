import { describe, expect, test } from "vitest";
import { decodeFetch, decodeResponseHead } from "../../src/core/wire/stream/fetch-codec.ts";
import { decodeFind } from "../../src/core/wire/stream/find-codec.ts";
import type { FrameError } from "../../src/core/wire/stream/find-message.ts";
import { FrameReader } from "../../src/core/wire/stream/frame-reader.ts";
import { fuzz, type Start } from "./support/fuzz.ts";
import { fuzzFetch, fuzzFind, fuzzResponseHead } from "./support/fuzz-frames.ts";
import { fuzzReader, type MakeReader } from "./support/fuzz-reader.ts";
import { SEED } from "./support/seed.ts";

const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };
const realReader: MakeReader = (sink, maxFrameBytes) => new FrameReader(sink, maxFrameBytes);

const real: Readonly<Record<string, { start: Start; inputs: number }>> = {
  "find frames": { start: fuzzFind(decodeFind), inputs: 200_000 },
  "fetch frames": { start: fuzzFetch(decodeFetch), inputs: 200_000 },
  "heads of Responses": { start: fuzzResponseHead(decodeResponseHead), inputs: 100_000 },
  "streams, cut anywhere": { start: fuzzReader(realReader), inputs: 100_000 },
};

test.for(Object.entries(real))(
  "%s are read as the byte tables say, or are a value that says why not",
  ([name, one]) => {
    const inputs = fuzz(one.start, { inputs: one.inputs, inputsPerEpisode: 500 });
    console.log(`${name}: ${inputs}, SEED=${SEED}`);
  },
);

/** Decoders with one mistake each, and what the fuzzer is to say of it. */
const decoders: Readonly<Record<string, { start: Start; found: RegExp }>> = {
  "a byte behind a frame's end is passed over": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      return message?.type === "frame-error" ? decodeFind(type, payload.subarray(0, -1)) : message;
    }),
    found: /tables say/,
  },
  "a list one longer than its cap is read": {
    start: fuzzFind((type, payload) => {
      const [count, ...rest] = payload;
      if (type !== 4 || count !== 9) return decodeFind(type, payload);
      const message = decodeFind(type, Uint8Array.of(8, ...rest.slice(0, -2 - (rest.at(-1) === 0 ? 0 : 1))));
      return message?.type === "peers" ? { ...message, records: [...message.records, new Uint8Array()] } : message;
    }),
    found: /tables say/,
  },
  "a title as long as it may be is refused": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      const isLong =
        message?.type === "chunk-info" && message.videos.some(({ title }) => Buffer.byteLength(title) === 1020);
      return isLong ? MALFORMED : message;
    }),
    found: /tables say/,
  },
  "words that are no UTF-8 are mended": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      const isWords = type === 2 && payload[17] === 2 && payload.length > 18 && payload.length <= 18 + 256;
      if (message?.type !== "frame-error" || !isWords) return message;
      const wanted = { kind: "words", words: Buffer.from(payload.subarray(18)).toString() } as const;
      return { type: "query", queryId: payload.slice(0, 16), ttlHops: payload[16] as number, wanted };
    }),
    found: /tables say/,
  },
  "an answer that holds nothing is one": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      const record = payload.slice(18, -1);
      const isEmpty = type === 3 && payload.length > 19 && payload.at(-1) === 0 && payload[17] === record.length;
      if (message?.type !== "frame-error" || !isEmpty || payload[16] !== 0) return message;
      return { type: "chunk-info", queryId: payload.slice(0, 16), record, videos: [] };
    }),
    found: /tables say/,
  },
  "a Done keeps only the flags that it knows": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      return message?.type === "done" ? { ...message, flags: message.flags & 1 } : message;
    }),
    found: /tables say/,
  },
  "an id is a view of what was read": {
    start: fuzzFind((type, payload) => {
      const message = decodeFind(type, payload);
      return message?.type === "query" ? { ...message, queryId: payload.subarray(0, 16) } : message;
    }),
    found: /view of its payload/,
  },
  "more is kept of a message than has come": {
    start: fuzzFetch((type, payload) => {
      const message = decodeFetch(type, payload);
      if (message?.type !== "chunk-info") return message;
      const roomy = new Uint8Array(2048 + message.bitmap.length);
      roomy.set(message.bitmap);
      return { ...message, bitmap: roomy.subarray(0, message.bitmap.length) };
    }),
    found: /more is made/,
  },
  "a size above 2^53 is rounded": {
    start: fuzzFetch((type, payload) => {
      if (type !== 3 || payload.length < 16) return decodeFetch(type, payload);
      const view = new DataView(payload.buffer, payload.byteOffset);
      const [number, bytes, firstChunk] = [view.getUint32(0), Number(view.getBigUint64(4)), view.getUint32(12)];
      return { type: "chunk-info", number, bytes, firstChunk, bitmap: payload.slice(16) };
    }),
    found: /tables say/,
  },
  "a request is a signed number": {
    start: fuzzFetch((type, payload) => {
      const message = decodeFetch(type, payload);
      return message?.type === "cancel" ? { ...message, request: message.request | 0 } : message;
    }),
    found: /tables say/,
  },
  "a short Get throws": {
    start: fuzzFetch((type, payload) => {
      if (type === 4) new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(16);
      return decodeFetch(type, payload);
    }),
    found: /Offset is outside/,
  },
  "a proof of one hash too many is read": {
    start: fuzzResponseHead((head, payloadBytes) => {
      if (head[5] !== 17) return decodeResponseHead(head, payloadBytes);
      const said = decodeResponseHead(Uint8Array.of(...head.subarray(0, 5), 16), payloadBytes - 32);
      return said.type === "response" ? { ...said, proofBytes: 17 * 32 } : said;
    }),
    found: /tables say/,
  },
  "a body one byte beyond the cap is read": {
    start: fuzzResponseHead((head, payloadBytes) => {
      const said = decodeResponseHead(head, payloadBytes - 1);
      const isMost = said.type === "response" && said.bodyBytes === 1_048_576;
      return isMost ? { ...said, bodyBytes: 1_048_577 } : decodeResponseHead(head, payloadBytes);
    }),
    found: /tables say/,
  },
};

/** Readers with one mistake each. */
const readers: Readonly<Record<string, { make: MakeReader; found: RegExp }>> = {
  "a piece of a single byte is lost": {
    make: (sink, most) => {
      const reader = new FrameReader(sink, most);
      return { read: (bytes) => reader.read(bytes.length === 1 && bytes[0] === 7 ? bytes.subarray(1) : bytes) };
    },
    found: /tables say|ends with/,
  },
  "room is made for what a head promises": {
    make: (sink, most) => {
      const reader = new FrameReader(sink, most);
      const read = (bytes: Uint8Array): FrameError | undefined => {
        if (bytes.length >= 4) new Uint8Array(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) & 0xfffff);
        return reader.read(bytes);
      };
      return { read };
    },
    found: /makes room/,
  },
  "a refusal is forgotten at the next piece": {
    make: (sink, most) => {
      let reader = new FrameReader(sink, most);
      const read = (bytes: Uint8Array): FrameError | undefined => {
        const error = reader.read(bytes);
        if (error !== undefined) reader = new FrameReader(sink, most);
        return error;
      };
      return { read };
    },
    found: /tables say|ends with|goes on/,
  },
  "a body goes on behind a refusal": {
    make: (sink, most) => {
      let isRefused = false;
      const begins = sink.responseBegins;
      const lax = {
        ...sink,
        responseBegins: (head: Parameters<NonNullable<typeof begins>>[0]): undefined => {
          isRefused ||= begins?.(head) !== undefined;
        },
      };
      const reader = new FrameReader(begins === undefined ? sink : lax, most);
      return { read: (bytes) => reader.read(bytes) ?? (isRefused ? MALFORMED : undefined) };
    },
    found: /tables say/,
  },
  "a cap is one less than it says": {
    make: (sink, most) => new FrameReader(sink, most - 1),
    found: /tables say|ends with/,
  },
  "all that has come is kept": {
    make: (sink, most) => {
      const reader = new FrameReader(sink, most);
      let all = new Uint8Array();
      const read = (bytes: Uint8Array): FrameError | undefined => {
        const longer = new Uint8Array(all.length + bytes.length);
        longer.set(all);
        longer.set(bytes, all.length);
        all = longer;
        return reader.read(bytes);
      };
      return { read };
    },
    found: /makes room/,
  },
  "all that has come is looked at again with every piece": {
    make: (sink, most) => {
      const reader = new FrameReader(sink, most);
      const pieces: Uint8Array[] = [];
      const read = (bytes: Uint8Array): FrameError | undefined => {
        pieces.push(bytes);
        Buffer.concat(pieces).toString("hex");
        return reader.read(bytes);
      };
      return { read };
    },
    found: /ms of CPU/,
  },
};

describe("the fuzzer finds it when", () => {
  test.for(Object.entries(decoders))("%s", ([, { start, found }]) => {
    expect(() => fuzz(start, { inputs: 40_000, inputsPerEpisode: 500 })).toThrow(found);
  });

  test.for(Object.entries(readers))("%s", ([, { make, found }]) => {
    expect(() => fuzz(fuzzReader(make), { inputs: 10_000, inputsPerEpisode: 500 })).toThrow(found);
  });
});
