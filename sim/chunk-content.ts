import { RESPONSE_HEADER_BYTES, writeResponseHeader } from "../src/core/wire/datagram/encode.ts";
import type { Dialect } from "../src/core/wire/datagram/message.ts";
import { encodeReportResponse } from "../src/core/wire/datagram/report-dialect.ts";
import { mix32 } from "./random.ts";

/** Bytes 0 to 31 long, a function of the chunk's id: so a chunk under another's name is noticed. */
export function chunkContent(id: number): Uint8Array {
  const bytes = new Uint8Array(mix32(id) % 32);
  for (let at = 0; at < bytes.length; at++) bytes[at] = mix32(id * 64 + at);
  return bytes;
}

/** Whether these are the bytes of this chunk, all of them. */
export function isChunkContent(id: number, bytes: Uint8Array): boolean {
  const expected = chunkContent(id);
  return bytes.length === expected.length && bytes.every((byte, at) => byte === expected[at]);
}

/** A whole Response with the chunk of this id. */
export function encodeChunk(id: number, dialect: Dialect): Uint8Array {
  const chunk = chunkContent(id);
  if (dialect === "report") return encodeReportResponse(`videos/BigBuckBunny_${id}.m4s`, chunk);
  const bytes = new Uint8Array(RESPONSE_HEADER_BYTES + chunk.length);
  writeResponseHeader(bytes, id, chunk.length);
  bytes.set(chunk, RESPONSE_HEADER_BYTES);
  return bytes;
}
