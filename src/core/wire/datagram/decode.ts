import { ORIGINAL } from "../../limits.ts";
import { addressOf } from "../address.ts";
import { readIds, readUint16, readUint32 } from "./bytes.ts";
import { type DecodeError, type ListMessage, type Message, type Query, TYPE } from "./message.ts";
import { decodeReportQuery, decodeReportResponse } from "./report-dialect.ts";

const error = (code: DecodeError["code"]): DecodeError => ({ type: "decode-error", code });

// One object for each reason: rubbish costs no allocation.
const TOO_SHORT = error("too-short");
const UNKNOWN_TYPE = error("unknown-type");
const LIST_TRUNCATED = error("list-truncated");
const QUERY_LENGTH = error("query-length");
const RESPONSE_TRUNCATED = error("response-truncated");
const TOO_LARGE = error("too-large");

/**
 * What a datagram says, in either dialect; a {@link DecodeError} when it says nothing. Never throws, and allocates
 * no more than the datagram's own ids: the count is checked against the length first.
 */
export function decodeDatagram(bytes: Uint8Array): Message | DecodeError {
  if (bytes.length < 4) return TOO_SHORT;
  switch (readUint16(bytes, 0)) {
    case TYPE.hello:
      return decodeList(bytes, "hello");
    case TYPE.query:
      return decodeQuery(bytes);
    case TYPE.chunkInfo:
      return decodeList(bytes, "chunk-info");
    case TYPE.get:
      return decodeList(bytes, "get");
    case TYPE.response:
      return decodeResponse(bytes);
    default:
      return UNKNOWN_TYPE;
  }
}

/** `0:2 type · 2:2 count n · 4:2n ids`. Bytes behind the list, which some programs send, are ignored. */
function decodeList(bytes: Uint8Array, type: ListMessage["type"]): ListMessage | DecodeError {
  const count = readUint16(bytes, 2);
  if (bytes.length < 4 + 2 * count) return LIST_TRUNCATED;
  return { type, ids: readIds(bytes, 4, count) };
}

/**
 * `0:2 type · 2:4 client IPv4 · 6:2 port · 8:2 TTL · 10:2 count n · 12:2n ids`. Exact lengths tell the dialects
 * apart; one program that is otherwise canonical sends 16+6n bytes, of which the tail is dropped.
 */
function decodeQuery(bytes: Uint8Array): Query | DecodeError {
  if (bytes.length < 12) return TOO_SHORT;
  const count = readUint16(bytes, 10);
  if (bytes.length !== 12 + 2 * count) {
    const report = decodeReportQuery(bytes);
    if (report !== undefined) return report;
    if (bytes.length !== 16 + 6 * count) return QUERY_LENGTH;
  }
  return {
    type: "query",
    client: addressOf(readUint32(bytes, 2), readUint16(bytes, 6)),
    ttlHops: readUint16(bytes, 8),
    ids: readIds(bytes, 12, count),
  };
}

/** `0:2 type · 2:2 chunk id · 4:2 size s · 6:s chunk`, cut at the size; or the report's 1128 bytes. */
function decodeResponse(bytes: Uint8Array): Message | DecodeError {
  const report = decodeReportResponse(bytes);
  if (report !== undefined) return report;
  if (bytes.length < 6) return TOO_SHORT;
  const sizeBytes = readUint16(bytes, 4);
  if (sizeBytes > ORIGINAL.maxChunkBytes) return TOO_LARGE;
  if (sizeBytes > bytes.length - 6) return RESPONSE_TRUNCATED;
  return { type: "response", id: readUint16(bytes, 2), offset: 6, sizeBytes };
}
