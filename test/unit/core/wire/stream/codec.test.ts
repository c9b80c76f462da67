import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../../../src/core/limits.ts";
import {
  decodeFetch,
  decodeResponseHead,
  encodeFetch,
  encodeResponseHead,
} from "../../../../../src/core/wire/stream/fetch-codec.ts";
import { FETCH_TYPE, type FetchMessage } from "../../../../../src/core/wire/stream/fetch-message.ts";
import { decodeFind, encodeFind } from "../../../../../src/core/wire/stream/find-codec.ts";
import { FIND_TYPE, type FindMessage } from "../../../../../src/core/wire/stream/find-message.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const run = (byte: number, count: number): Uint8Array => new Uint8Array(count).fill(byte);
/** A frame's type and payload. */
const apart = (frame: Uint8Array): [type: number, payload: Uint8Array] => [frame[4] as number, frame.slice(5)];

const FIND: readonly (readonly [string, FindMessage, string])[] = [
  ["Hello", { type: "hello", version: 1, name: "casa" }, "00000005 01 01 63617361"],
  [
    "Query by id",
    { type: "query", queryId: run(7, 16), ttlHops: 3, wanted: { kind: "video", id: run(9, 32) } },
    `00000032 02 ${"07".repeat(16)} 03 01 ${"09".repeat(32)}`,
  ],
  [
    "Query by words",
    { type: "query", queryId: run(7, 16), ttlHops: 8, wanted: { kind: "words", words: "mar" } },
    `00000015 02 ${"07".repeat(16)} 08 02 6d6172`,
  ],
  [
    "ChunkInfo",
    {
      type: "chunk-info",
      queryId: run(7, 16),
      record: run(5, 3),
      videos: [{ id: run(9, 32), bytes: 2 ** 33, heldChunks: 6, title: "é" }],
    },
    `00000046 03 ${"07".repeat(16)} 0003 050505 01 ${"09".repeat(32)} 0000000200000000 00000006 0002 c3a9`,
  ],
  ["Peers", { type: "peers", records: [run(1, 2), run(2, 1)] }, "00000008 04 02 0002 0101 0001 02"],
  [
    "Done, with flags of a later version",
    { type: "done", queryId: run(7, 16), ttlHops: 3, flags: 0x81 },
    `00000012 05 ${"07".repeat(16)} 03 81`,
  ],
];

describe("a find stream's frame", () => {
  test.for(FIND)("%s is laid out as documented, and read back", ([, message, text]) => {
    const frame = encodeFind(message);
    expect(hex(frame)).toBe(text.replaceAll(" ", ""));
    expect(decodeFind(...apart(frame))).toEqual(message);
  });

  test.for(FIND)("%s is nothing when it is cut anywhere, but for a Hello's name", ([name, message]) => {
    const [type, payload] = apart(encodeFind(message));
    for (let length = name === "Hello" ? 0 : payload.length - 1; length >= 0; length--) {
      const decoded = decodeFind(type, payload.subarray(0, length));
      if (name !== "Query by words" || length <= 18) expect(decoded).toMatchObject({ type: "frame-error" });
    }
  });

  test.for(FIND.filter(([name]) => name === "ChunkInfo" || name === "Peers" || name === "Query by id"))(
    "%s is nothing with a byte too many",
    ([, message]) => {
      const [type, payload] = apart(encodeFind(message));
      expect(decodeFind(type, Buffer.concat([payload, run(0, 1)]))).toMatchObject({ code: "malformed" });
    },
  );

  test("of an unknown type is no error", () => {
    expect(decodeFind(200, run(1, 10))).toBeUndefined();
  });

  test.for([
    ["an unknown kind of question", FIND_TYPE.query, `${"07".repeat(16)} 03 03 6d`],
    ["no words", FIND_TYPE.query, `${"07".repeat(16)} 03 02`],
    ["too many words", FIND_TYPE.query, `${"07".repeat(16)} 03 02 ${"61".repeat(NETWORK.maxQueryWordsBytes + 1)}`],
    ["words that are no UTF-8", FIND_TYPE.query, `${"07".repeat(16)} 03 02 ff`],
    ["too many peers", FIND_TYPE.peers, `09 ${"000101".repeat(9)}`],
    ["a peer record too long", FIND_TYPE.peers, `01 0801 ${"01".repeat(2049)}`],
    [
      "an answer without a record",
      FIND_TYPE.chunkInfo,
      `${"07".repeat(16)} 0000 01 ${"09".repeat(32)} ${"00".repeat(14)}`,
    ],
    ["an answer that holds nothing", FIND_TYPE.chunkInfo, `${"07".repeat(16)} 0001 05 00`],
    [
      "a size beyond all sizes",
      FIND_TYPE.chunkInfo,
      `${"07".repeat(16)} 0001 05 01 ${"09".repeat(32)} 0020000000000000 00000001 0000`,
    ],
    [
      "too many videos",
      FIND_TYPE.chunkInfo,
      `${"07".repeat(16)} 0001 05 11 ${`${"09".repeat(32)} ${"00".repeat(14)}`.repeat(17)}`,
    ],
  ] as const)("is nothing with %s", ([, type, payload]) => {
    expect(decodeFind(type, bytesOf(payload))).toEqual({ type: "frame-error", code: "malformed" });
  });
});

const FETCH: readonly (readonly [string, FetchMessage, string])[] = [
  [
    "Hello",
    { type: "hello", version: 1, videos: [{ number: 4, id: run(9, 32) }] },
    `00000026 01 01 01 00000004 ${"09".repeat(32)}`,
  ],
  [
    "ChunkInfo",
    { type: "chunk-info", number: 4, bytes: 70_000, firstChunk: 8, bitmap: Uint8Array.of(5, 1) },
    "00000012 03 00000004 0000000000011170 00000008 0501",
  ],
  [
    "Get",
    { type: "get", request: 1, number: 4, chunk: 2, firstLeaf: 16, leaves: 8, priority: 0 },
    "00000015 04 00000001 00000004 00000002 00000010 00000008 00",
  ],
  ["Cancel", { type: "cancel", request: 4_294_967_295 }, "00000004 06 ffffffff"],
  ["GetManifest", { type: "get-manifest", request: 1, number: 4 }, "00000008 07 00000001 00000004"],
  ["Close", { type: "close", number: 4 }, "00000004 08 00000004"],
  ["Complaint", { type: "complaint", number: 4, chunk: 258 }, "00000008 09 00000004 00000102"],
];

describe("a fetch stream's frame", () => {
  test.for(FETCH)("%s is laid out as documented, and read back", ([, message, text]) => {
    const frame = encodeFetch(message);
    expect(hex(frame)).toBe(text.replaceAll(" ", ""));
    expect(decodeFetch(...apart(frame))).toEqual(message);
  });

  test.for(FETCH.filter(([name]) => name !== "ChunkInfo"))("%s is nothing when cut, or longer", ([, message]) => {
    const [type, payload] = apart(encodeFetch(message));
    for (let length = 0; length < payload.length; length++)
      expect(decodeFetch(type, payload.subarray(0, length))).toMatchObject({ code: "malformed" });
    expect(decodeFetch(type, Buffer.concat([payload, run(0, 1)]))).toMatchObject({ code: "malformed" });
  });

  test("of an unknown type is no error", () => {
    expect(decodeFetch(99, run(1, 10))).toBeUndefined();
  });

  test("a Response's head is laid out as documented, and read back", () => {
    const head = { type: "response", request: 1, status: "ok", proof: run(3, 64), bodyBytes: 100 } as const;
    const frame = encodeResponseHead(head);
    expect(frame).toEqual(bytesOf(`000000aa 05 00000001 00 02 ${"03".repeat(64)}`));
    const [type, payload] = apart(frame);
    expect(type).toBe(FETCH_TYPE.response);
    expect(decodeResponseHead(payload, 170)).toEqual({
      type: "response",
      request: 1,
      status: "ok",
      proofBytes: 64,
      bodyBytes: 100,
    });
  });

  test.for([
    ["an unknown status", "00000001 03 00", 6, "malformed"],
    ["more sibling hashes than any tree has", "00000001 00 11", 6 + 17 * 32, "malformed"],
    ["a proof longer than the frame", "00000001 00 01", 6 + 31, "malformed"],
    ["a body with a refusal", "00000001 02 00", 7, "malformed"],
    ["a body beyond the cap", "00000001 00 00", 6 + NETWORK.maxResponseBytes + 1, "too-large"],
  ] as const)("a Response is nothing with %s", ([, head, payloadBytes, code]) => {
    expect(decodeResponseHead(bytesOf(head), payloadBytes)).toEqual({ type: "frame-error", code });
  });
});
