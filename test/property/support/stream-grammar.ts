import { NETWORK, VIDEO } from "../../../src/core/limits.ts";
import { toUtf8 } from "../../../src/core/utf8.ts";
import { encodeFetch, encodeResponseHead } from "../../../src/core/wire/stream/fetch-codec.ts";
import { type FetchMessage, STATUSES } from "../../../src/core/wire/stream/fetch-message.ts";
import { encodeFind } from "../../../src/core/wire/stream/find-codec.ts";
import type { FindMessage, HeldVideo } from "../../../src/core/wire/stream/find-message.ts";
import type { Random } from "./random.ts";

const UINT8 = [0, 1, 7, 8, 9, 15, 16, 17, 127, 128, 254, 255];
const UINT16 = [0, 1, 255, 256, 1020, 1021, 2047, 2048, 2049, 32_767, 32_768, 65_535];
const UINT32 = [0, 1, 63, 64, 16_384, 65_536, 2 ** 20, 2 ** 20 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];
const SIZES = [0, 1, 64, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 2, 2 ** 53 - 1];
/** What an 8-byte field may hold on the wire: sizes that are none among them. */
const UINT64 = [...SIZES.map(BigInt), 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
const LABEL_BYTES = 4 * VIDEO.maxLabelChars;

const run = (count: number, random: Random): Uint8Array => new Uint8Array(count).fill(random.below(256));
const uint32 = (random: Random): number => (random.oneIn(2) ? random.pick(UINT32) : random.uint32());

/** Mostly a few, often as many as there may be or one more: the encoders cut nothing. */
const around = (most: number, random: Random): number =>
  random.oneIn(12) ? random.pick([most - 1, most, most + 1]) : random.below(4);

/** Text of all lengths of UTF-8 sequences, of about so many bytes at most. */
function anyText(most: number, random: Random): string {
  const character = random.pick(["a", "é", "水", "🐟", "\uFEFF", "\0", "\u2028"]);
  const bytes = toUtf8(character).length;
  if (!random.oneIn(12)) return character.repeat(random.below(4));
  return character.repeat(Math.floor(most / bytes)) + "b".repeat(random.below(4));
}

const anyRecord = (random: Random): Uint8Array => run(around(NETWORK.maxPeerRecordBytes, random), random);

const anyVideo = (random: Random): HeldVideo => ({
  id: run(32, random),
  bytes: random.pick(SIZES),
  heldChunks: uint32(random),
  title: anyText(LABEL_BYTES, random),
});

/** A message of a find stream, now and then a little beyond a cap. */
export function anyFind(random: Random): FindMessage {
  switch (random.below(5)) {
    case 0:
      return { type: "hello", version: random.below(256), name: anyText(LABEL_BYTES, random) };
    case 1: {
      const isVideo = random.oneIn(2);
      const wanted = isVideo
        ? ({ kind: "video", id: run(32, random) } as const)
        : ({ kind: "words", words: anyText(NETWORK.maxQueryWordsBytes, random) } as const);
      return { type: "query", queryId: run(16, random), ttlHops: random.pick(UINT8), wanted };
    }
    case 2: {
      const videos = random.list(around(NETWORK.maxVideosPerAnswer, random), () => anyVideo(random));
      return { type: "chunk-info", queryId: run(16, random), record: anyRecord(random), videos };
    }
    case 3:
      return { type: "done", queryId: run(16, random), ttlHops: random.pick(UINT8), flags: random.pick(UINT8) };
    default:
      return {
        type: "peers",
        records: random.list(around(NETWORK.maxPeersPerFrame, random), () => anyRecord(random)),
      };
  }
}

/** A message of a fetch stream, now and then a little beyond a cap. */
export function anyFetch(random: Random): FetchMessage {
  const [request, number] = [uint32(random), uint32(random)];
  switch (random.below(7)) {
    case 0: {
      const opened = (): { number: number; id: Uint8Array } => ({ number: uint32(random), id: run(32, random) });
      const videos = random.list(around(NETWORK.maxVideosPerHello, random), opened);
      return { type: "hello", version: random.below(256), videos };
    }
    case 1: {
      const bitmap = run(random.oneIn(12) ? 2048 : random.below(9), random);
      return { type: "chunk-info", number, bytes: random.pick(SIZES), firstChunk: uint32(random), bitmap };
    }
    case 2: {
      const [chunk, firstLeaf, leaves] = [uint32(random), uint32(random), uint32(random)];
      return { type: "get", request, number, chunk, firstLeaf, leaves, priority: random.pick(UINT8) };
    }
    case 3:
      return { type: "get-manifest", request, number };
    case 4:
      return { type: "close", number };
    case 5:
      return { type: "complaint", number, chunk: uint32(random) };
    default:
      return { type: "cancel", request };
  }
}

/** A Response with some of its body, or all of it: what its head says need not be true. */
export function anyResponse(random: Random): Uint8Array {
  const isWhole = !random.oneIn(6);
  const body = run(random.oneIn(400) ? NETWORK.maxResponseBytes + random.below(2) : random.below(200), random);
  const status = random.oneIn(5) ? random.pick(STATUSES) : "ok";
  const isPlain = status !== "ok" && !random.oneIn(4);
  const proof = run(isPlain ? 0 : 32 * around(NETWORK.maxProofHashes, random), random);
  const bodyBytes = isPlain ? 0 : isWhole ? body.length : random.pick(UINT32) % 2 ** 21;
  const head = encodeResponseHead({ type: "response", request: uint32(random), status, proof, bodyBytes });
  return Buffer.concat([head, body.subarray(0, isPlain ? 0 : body.length)]);
}

/** A frame of a stream as it is sent. */
export const anyFrame = (stream: "find" | "fetch", random: Random): Uint8Array => {
  if (random.oneIn(20)) return Buffer.concat([Uint8Array.of(0, 0, 0, 3, random.below(256)), run(3, random)]);
  if (stream === "find") return encodeFind(anyFind(random));
  return random.oneIn(3) ? anyResponse(random) : encodeFetch(anyFetch(random));
};

/** Does nothing or a few things to bytes: cuts, tails, other bytes, boundary numbers at any place, splices. */
export function spoilStream(bytes: Uint8Array, other: () => Uint8Array, random: Random): Uint8Array {
  let result: Uint8Array = new Uint8Array(bytes);
  for (let changes = random.pick([0, 0, 1, 1, 2, 3]); changes > 0; changes--) result = spoilOnce(result, other, random);
  return result;
}

function spoilOnce(bytes: Uint8Array, other: () => Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return bytes.slice(0, random.oneIn(2) ? at : Math.max(0, bytes.length - 1));
    case 1:
      return new Uint8Array(Buffer.concat([bytes, run(random.between(1, 40), random)]));
    case 2:
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 3:
      return new Uint8Array(Buffer.concat([bytes.subarray(0, at), other()]));
    default:
      return writeNumber(bytes, random.oneIn(2) ? at : Math.min(at, random.below(60)), random);
  }
}

function writeNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const left = bytes.length - at;
  const width = random.pick([1, 2, 4, 8]);
  if (width > left) return bytes;
  if (width === 1) view.setUint8(at, random.pick(UINT8));
  else if (width === 2) view.setUint16(at, random.pick(UINT16));
  else if (width === 4) view.setUint32(at, random.pick(UINT32));
  else view.setBigUint64(at, random.pick(UINT64));
  return bytes;
}
