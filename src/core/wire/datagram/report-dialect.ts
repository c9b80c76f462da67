import { addressOf, formatIp, ipOf, parseIp, portOf } from "../address.ts";
import { readIds, readUint16, writeIds, writeUint16 } from "./bytes.ts";
import { type Query, type ReportResponse, TYPE } from "./message.ts";

/**
 * The dialect of the report's author, who read two fields of the assignment differently:
 *
 * Query, 28+2n bytes: `0:2 type · 2:20 client IP as ASCII, NUL padded · 22:2 port · 24:2 TTL · 26:2 count · 28:2n ids`
 * Response, 1128 bytes: `0:2 type · 2:100 file name, NUL padded · 102:2 size · 104:1024 chunk, NUL padded`
 */
export const REPORT = {
  queryHeaderBytes: 28,
  ipBytes: 20,
  responseBytes: 1128,
  nameBytes: 100,
  sizeOffset: 102,
  chunkOffset: 104,
  maxChunkBytes: 1024,
} as const;

/** How many of `bytes[from..to)` pass before the first NUL; −1 when something else stands behind it. */
function textLength(bytes: Uint8Array, from: number, to: number, fits: (byte: number) => boolean): number {
  let end = from;
  while (end < to && fits(bytes[end] as number)) end++;
  for (let at = end; at < to; at++) if (bytes[at] !== 0) return -1;
  return end - from;
}

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));

const isDigitOrDot = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;

/** A Query of the dialect, or `undefined` when the datagram is not one, its length included. */
export function decodeReportQuery(bytes: Uint8Array): Query | undefined {
  if (bytes.length < REPORT.queryHeaderBytes) return undefined;
  const count = readUint16(bytes, 26);
  if (bytes.length !== REPORT.queryHeaderBytes + 2 * count) return undefined;
  const length = textLength(bytes, 2, 2 + REPORT.ipBytes, isDigitOrDot);
  const ip = length < 0 ? undefined : parseIp(ascii(bytes, 2, length));
  if (ip === undefined) return undefined;
  return {
    type: "query",
    client: addressOf(ip, readUint16(bytes, 22)),
    ttlHops: readUint16(bytes, 24),
    ids: readIds(bytes, REPORT.queryHeaderBytes, count),
  };
}

/** The bytes of a Query in the dialect. */
export function encodeReportQuery(query: Query): Uint8Array {
  const bytes = new Uint8Array(REPORT.queryHeaderBytes + 2 * query.ids.length);
  writeUint16(bytes, 0, TYPE.query);
  const text = formatIp(ipOf(query.client));
  for (let index = 0; index < text.length; index++) bytes[2 + index] = text.charCodeAt(index);
  writeUint16(bytes, 22, portOf(query.client));
  writeUint16(bytes, 24, query.ttlHops);
  writeUint16(bytes, 26, query.ids.length);
  writeIds(bytes, REPORT.queryHeaderBytes, query.ids);
  return bytes;
}

/** The last number in a path's base name without its ending: 7 for `videos2/BigBuckBunny_7.m4s`. */
export function numberInName(name: string): number | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
  const digits = /(\d+)\D*$/.exec(base)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A Response of the dialect, or `undefined` when the datagram is not one. */
export function decodeReportResponse(bytes: Uint8Array): ReportResponse | undefined {
  if (bytes.length !== REPORT.responseBytes) return undefined;
  const sizeBytes = readUint16(bytes, REPORT.sizeOffset);
  const length = textLength(bytes, 2, 2 + REPORT.nameBytes, isPrintable);
  if (length < 1 || sizeBytes > REPORT.maxChunkBytes) return undefined;
  const nameNumber = numberInName(ascii(bytes, 2, length));
  return { type: "report-response", nameNumber, offset: REPORT.chunkOffset, sizeBytes };
}

/**
 * The bytes of a Response in the dialect. Of a name longer than its field the end is kept, where the number is;
 * what is not printable ASCII becomes `_`. The chunk is at most 1024 bytes.
 */
export function encodeReportResponse(name: string, chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(REPORT.responseBytes);
  writeUint16(bytes, 0, TYPE.response);
  const text = name.slice(-(REPORT.nameBytes - 1));
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[2 + index] = isPrintable(code) ? code : 0x5f;
  }
  writeUint16(bytes, REPORT.sizeOffset, chunk.length);
  bytes.set(chunk, REPORT.chunkOffset);
  return bytes;
}
