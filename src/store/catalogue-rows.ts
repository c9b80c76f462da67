import { isUtf8 } from "node:buffer";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { assert } from "../core/errors.ts";
import type { Bitmap } from "./bitmap.ts";
import type { Holding, NewVideoRow, VideoChange, VideoRow } from "./catalogue.ts";
import type { FilePath } from "./disk.ts";
import type { Stamp } from "./stamp.ts";

const ID_BYTES = 32;

/** One row as SQLite gives it: the values of {@link COLUMNS}. Arrays cross threads many times faster than objects. */
export type RawRow = readonly SQLOutputValue[];

/** What is selected of a row. The id as hex digits, because thousands of small byte arrays cross threads slowly. */
export const COLUMNS: string = `hex(v.id), v.kind, v.title, v.file_name, v.media_type, v.duration_ms, v.bytes,
  v.chunk_bytes, v.chunks, v.held, v.held_bytes, v.source, v.stamp_bytes, v.stamp_mtime_ns, v.stamp_inode,
  v.added_at_ms, v.verified_at_ms`;

/** A row from what SQLite gave. By places, because taking the array apart costs twice as much, for thousands of rows. */
export const rowOf = (raw: RawRow): VideoRow => ({
  id: new Uint8Array(Buffer.from(raw[0] as string, "hex")),
  kind: raw[1] as VideoRow["kind"],
  title: raw[2] as string,
  fileName: raw[3] as string,
  mediaType: raw[4] as string,
  durationMs: raw[5] as number,
  bytes: raw[6] as number,
  chunkBytes: raw[7] as number,
  chunks: raw[8] as number,
  held: raw[9] as number,
  heldBytes: raw[10] as number,
  source: sourceOf(raw[11] as string | Uint8Array | null),
  stamp: raw[12] === null ? undefined : stampOf(raw),
  addedAtMs: raw[15] as number,
  verifiedAtMs: raw[16] as number,
});

const stampOf = (raw: RawRow): Stamp => ({
  bytes: raw[12] as number,
  mtimeNs: BigInt(raw[13] as string),
  inode: BigInt(raw[14] as string),
});

/** Text back as text, bytes back as a Buffer: what crossed threads is a plain byte array. */
const sourceOf = (value: string | Uint8Array | null): FilePath | undefined => {
  if (value === null) return undefined;
  return typeof value === "string" ? value : Buffer.from(value);
};

/** A path as it is kept: always text where it can be, so that one path has one form. */
export const plainPath = (path: FilePath | Uint8Array): string | Uint8Array =>
  typeof path === "string" || !isUtf8(path) ? path : Buffer.from(path).toString();

/** The columns that each property of a row is kept in, and their values: 64-bit numbers without a sign as text. */
const COLUMNS_OF: { readonly [Name in keyof VideoChange]-?: (value: VideoRow[Name]) => Record<string, SQLInputValue> } =
  {
    kind: (value) => ({ kind: value }),
    title: (value) => ({ title: value }),
    fileName: (value) => ({ file_name: value }),
    mediaType: (value) => ({ media_type: value }),
    durationMs: (value) => ({ duration_ms: value }),
    source: (value) => ({ source: value === undefined ? null : plainPath(value) }),
    stamp: (value) => ({
      stamp_bytes: value?.bytes ?? null,
      stamp_mtime_ns: value?.mtimeNs.toString() ?? null,
      stamp_inode: value?.inode.toString() ?? null,
    }),
    addedAtMs: (value) => ({ added_at_ms: value }),
    verifiedAtMs: (value) => ({ verified_at_ms: value }),
  };

const CHANGEABLE = Object.keys(COLUMNS_OF) as (keyof VideoChange)[];

/** The changed columns, with their values. A property that is there and `undefined` empties its columns. */
export const changedColumns = (change: VideoChange): Record<string, SQLInputValue> =>
  Object.assign(
    {},
    ...CHANGEABLE.filter((name) => name in change).map((name) =>
      (COLUMNS_OF[name] as (value: unknown) => object)(change[name]),
    ),
  );

/**
 * Bytes that nobody else changes, with no more behind them: a view that crosses threads takes all of its buffer along,
 * and a Buffer may be a view of a large one.
 */
export const ownBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** A path of one form, nobody else's. */
export function ownPath(path: FilePath): FilePath {
  const plain = plainPath(path);
  return typeof plain === "string" ? plain : (Buffer.from(ownBytes(plain).buffer) as FilePath);
}

const ownStamp = ({ bytes, mtimeNs, inode }: Stamp): Stamp => ({ bytes, mtimeNs, inode });

/** What is there of what can be changed, and nothing else; nobody else's. */
export function ownChange(change: VideoChange): VideoChange {
  const own = Object.fromEntries(CHANGEABLE.filter((name) => name in change).map((name) => [name, change[name]]));
  if (change.source !== undefined) own["source"] = ownPath(change.source);
  if (change.stamp !== undefined) own["stamp"] = ownStamp(change.stamp);
  return own;
}

/** A row that nobody else changes. */
export function ownRow(row: NewVideoRow): NewVideoRow {
  assert(row.id.length === ID_BYTES, "a video's id has 32 bytes");
  const { bytes, chunkBytes, chunks } = row;
  const changeable = ownChange(row) as Required<VideoChange>;
  return { ...changeable, id: ownBytes(row.id), bytes, chunkBytes, chunks };
}

/** All columns of a new row but what is counted: its holdings, and the sort key. */
export const newColumns = (row: NewVideoRow): Record<string, SQLInputValue> => ({
  id: row.id,
  bytes: row.bytes,
  chunk_bytes: row.chunkBytes,
  chunks: row.chunks,
  ...changedColumns(row),
});

/** Chunks and bytes held: the last chunk may be shorter. */
export function heldOf(
  { bytes, chunkBytes, chunks }: Pick<VideoRow, "bytes" | "chunkBytes" | "chunks">,
  bitmap: Bitmap,
): Pick<VideoRow, "held" | "heldBytes"> {
  const missingOfLast = bitmap.has(chunks - 1) ? chunks * chunkBytes - bytes : 0;
  return { held: bitmap.count, heldBytes: bitmap.count * chunkBytes - missingOfLast };
}

/** Holds and drops in a bitmap; a chunk named in both is dropped, which is never a false claim. */
export function applyHolding(bitmap: Bitmap, chunks: number, { hold = [], drop = [] }: Holding): void {
  const isChunk = (chunk: number): boolean => Number.isInteger(chunk) && chunk >= 0 && chunk < chunks;
  assert(hold.every(isChunk) && drop.every(isChunk), `held or dropped was no chunk of ${chunks}`);
  for (const chunk of hold) bitmap.add(chunk);
  for (const chunk of drop) bitmap.delete(chunk);
}

/** The first and the last id that begin with some hex digits; `undefined`: none can. */
export function idRange(hexDigits: string): readonly [Buffer, Buffer] | undefined {
  if (!/^[0-9a-f]*$/i.test(hexDigits) || hexDigits.length > 2 * ID_BYTES) return undefined;
  return [
    Buffer.from(hexDigits.padEnd(2 * ID_BYTES, "0"), "hex"),
    Buffer.from(hexDigits.padEnd(2 * ID_BYTES, "f"), "hex"),
  ];
}

/** Ids from one text of hex digits. */
export function idsOf(hexDigits: string): Uint8Array[] {
  const all = Buffer.from(hexDigits, "hex");
  return Array.from({ length: all.length / ID_BYTES }, (_, at) =>
    ownBytes(all.subarray(at * ID_BYTES, (at + 1) * ID_BYTES)),
  );
}

/** Rows at most, as SQLite takes it: −1 for all. */
export const limitOf = (limit: number | undefined): number =>
  limit === undefined || limit >= Number.MAX_SAFE_INTEGER ? -1 : Math.max(0, Math.floor(limit) || 0);
