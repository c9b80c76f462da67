import { ORIGINAL } from "../../limits.ts";
import { ipOf, portOf } from "../address.ts";
import { writeIds, writeUint16, writeUint32 } from "./bytes.ts";
import { type Dialect, type ListMessage, type Query, TYPE } from "./message.ts";
import { encodeReportQuery, REPORT } from "./report-dialect.ts";

/** The bytes of a Response before its chunk: `0:2 type=5 · 2:2 chunk id · 4:2 size`. */
export const RESPONSE_HEADER_BYTES = 6;

const LIST_TYPE = { hello: TYPE.hello, "chunk-info": TYPE.chunkInfo, get: TYPE.get } as const;

/** The bytes of a Hello, ChunkInfo, Get (the same in both dialects) or Query. Lists have been cut to fit before. */
export function encodeMessage(message: ListMessage | Query, dialect: Dialect): Uint8Array {
  if (message.type === "query") return dialect === "report" ? encodeReportQuery(message) : encodeQuery(message);
  const bytes = new Uint8Array(4 + 2 * message.ids.length);
  writeUint16(bytes, 0, LIST_TYPE[message.type]);
  writeUint16(bytes, 2, message.ids.length);
  writeIds(bytes, 4, message.ids);
  return bytes;
}

/** `0:2 type · 2:4 client IPv4 · 6:2 client port · 8:2 TTL · 10:2 count n · 12:2n ids` */
function encodeQuery(query: Query): Uint8Array {
  const bytes = new Uint8Array(12 + 2 * query.ids.length);
  writeUint16(bytes, 0, TYPE.query);
  writeUint32(bytes, 2, ipOf(query.client));
  writeUint16(bytes, 6, portOf(query.client));
  writeUint16(bytes, 8, query.ttlHops);
  writeUint16(bytes, 10, query.ids.length);
  writeIds(bytes, 12, query.ids);
  return bytes;
}

/** Writes the 6 bytes in front of a chunk of `sizeBytes` that stands, or will stand, at `bytes[6]`. */
export function writeResponseHeader(bytes: Uint8Array, id: number, sizeBytes: number): void {
  writeUint16(bytes, 0, TYPE.response);
  writeUint16(bytes, 2, id);
  writeUint16(bytes, 4, sizeBytes);
}

/** Ids that fit one message of 1024 bytes, whichever of a dialect's messages they travel in. */
export const idsPerMessage = (dialect: Dialect): number =>
  dialect === "report"
    ? Math.floor((ORIGINAL.maxMessageBytes - REPORT.queryHeaderBytes) / 2)
    : ORIGINAL.maxIdsPerMessage;

/** A list cut into runs of at most `max`, in its order. A list that fits comes back as it is. */
export function splitIds(ids: readonly number[], max: number): (readonly number[])[] {
  if (ids.length <= max) return [ids];
  const runs: number[][] = [];
  for (let from = 0; from < ids.length; from += max) runs.push(ids.slice(from, from + max));
  return runs;
}
