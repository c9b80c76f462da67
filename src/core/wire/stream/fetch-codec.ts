import { NETWORK } from "../../limits.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  FETCH_TYPE,
  type FetchHello,
  type FetchMessage,
  type OpenedVideo,
  type ResponseHead,
  STATUSES,
} from "./fetch-message.ts";
import type { FrameError } from "./find-message.ts";

const ID_BYTES = 32;
const HASH_BYTES = 32;
/** Bytes of a Response before its sibling hashes. */
export const RESPONSE_HEAD_BYTES = 6;
const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };

/** A frame of a fetch stream. */
export function encodeFetch(message: FetchMessage): Uint8Array {
  switch (message.type) {
    case "hello":
      return encodeHello(message);
    case "chunk-info": {
      const { number, bytes, firstChunk, bitmap } = message;
      const writer = new ByteWriter(FETCH_TYPE.chunkInfo, 16 + bitmap.length);
      return writer.uint32(number).uint64(bytes).uint32(firstChunk).bytes(bitmap).frame();
    }
    case "get": {
      const { request, number, chunk, firstLeaf, leaves, priority } = message;
      const writer = new ByteWriter(FETCH_TYPE.get, 21).uint32(request).uint32(number).uint32(chunk);
      return writer.uint32(firstLeaf).uint32(leaves).uint8(priority).frame();
    }
    case "get-manifest":
      return new ByteWriter(FETCH_TYPE.getManifest, 8).uint32(message.request).uint32(message.number).frame();
    case "cancel":
      return new ByteWriter(FETCH_TYPE.cancel, 4).uint32(message.request).frame();
    case "close":
      return new ByteWriter(FETCH_TYPE.close, 4).uint32(message.number).frame();
    case "complaint":
      return new ByteWriter(FETCH_TYPE.complaint, 8).uint32(message.number).uint32(message.chunk).frame();
  }
}

function encodeHello({ version, videos }: FetchHello): Uint8Array {
  const writer = new ByteWriter(FETCH_TYPE.hello, 2 + videos.length * (4 + ID_BYTES)).uint8(version);
  writer.uint8(videos.length);
  for (const { number, id } of videos) writer.uint32(number).bytes(id);
  return writer.frame();
}

/** The frame of a Response up to its body, which the caller sends behind it. */
export function encodeResponseHead({ request, status, proof, bodyBytes }: ResponseHead): Uint8Array {
  const writer = new ByteWriter(FETCH_TYPE.response, RESPONSE_HEAD_BYTES + proof.length);
  writer
    .uint32(request)
    .uint8(STATUSES.indexOf(status))
    .uint8(proof.length / HASH_BYTES);
  return writer.bytes(proof).frame(bodyBytes);
}

/**
 * What a frame of a fetch stream says, from its type and payload; `undefined` for a type of a later version, a
 * {@link FrameError} for one that is not as it has to be. Never throws; nothing is made before its count is checked.
 */
export function decodeFetch(type: number, payload: Uint8Array): FetchMessage | FrameError | undefined {
  const reader = new ByteReader(payload);
  const message = decodeByType(type, reader);
  return message === undefined || reader.isWhole ? message : MALFORMED;
}

function decodeByType(type: number, reader: ByteReader): FetchMessage | undefined {
  switch (type) {
    case FETCH_TYPE.hello:
      return decodeHello(reader);
    case FETCH_TYPE.chunkInfo: {
      const head = { number: reader.uint32(), bytes: reader.uint64(), firstChunk: reader.uint32() };
      return { type: "chunk-info", ...head, bitmap: reader.bytes(reader.left) };
    }
    case FETCH_TYPE.get: {
      const head = { request: reader.uint32(), number: reader.uint32(), chunk: reader.uint32() };
      return { type: "get", ...head, firstLeaf: reader.uint32(), leaves: reader.uint32(), priority: reader.uint8() };
    }
    case FETCH_TYPE.getManifest:
      return { type: "get-manifest", request: reader.uint32(), number: reader.uint32() };
    case FETCH_TYPE.cancel:
      return { type: "cancel", request: reader.uint32() };
    case FETCH_TYPE.close:
      return { type: "close", number: reader.uint32() };
    case FETCH_TYPE.complaint:
      return { type: "complaint", number: reader.uint32(), chunk: reader.uint32() };
    default:
      return undefined;
  }
}

function decodeHello(reader: ByteReader): FetchHello {
  const version = reader.uint8();
  const count = reader.uint8();
  if (count > NETWORK.maxVideosPerHello) reader.bad();
  const videos: OpenedVideo[] = [];
  while (videos.length < count && reader.isGood) videos.push({ number: reader.uint32(), id: reader.bytes(ID_BYTES) });
  return { type: "hello", version, videos };
}

/** The head of a Response, its proof apart, from its first 6 bytes and the frame's length. */
export function decodeResponseHead(
  head: Uint8Array,
  payloadBytes: number,
): (Omit<ResponseHead, "proof"> & { readonly proofBytes: number }) | FrameError {
  const reader = new ByteReader(head.subarray(0, RESPONSE_HEAD_BYTES));
  const request = reader.uint32();
  const status = STATUSES[reader.uint8()];
  const proofBytes = reader.uint8() * HASH_BYTES;
  const bodyBytes = payloadBytes - RESPONSE_HEAD_BYTES - proofBytes;
  if (!reader.isWhole || status === undefined || proofBytes > NETWORK.maxProofHashes * HASH_BYTES) return MALFORMED;
  if (bodyBytes < 0 || (status !== "ok" && bodyBytes + proofBytes > 0)) return MALFORMED;
  return bodyBytes > NETWORK.maxResponseBytes
    ? { type: "frame-error", code: "too-large" }
    : { type: "response", request, status, proofBytes, bodyBytes };
}
