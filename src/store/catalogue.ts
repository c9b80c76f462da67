import type { FilePath } from "./disk.ts";
import type { Stamp } from "./stamp.ts";

/** What the catalogue knows of one video. */
export interface VideoRow {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** `subtitle`: a subtitle file that belongs to a video, and is not listed by itself. */
  readonly kind: "video" | "subtitle";
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** 0 when unknown. */
  readonly durationMs: number;
  readonly bytes: number;
  readonly chunkBytes: number;
  /** Chunks in all. */
  readonly chunks: number;
  /** Chunks held. */
  readonly held: number;
  /** Bytes in the chunks held. */
  readonly heldBytes: number;
  /** Where a file kept in place is; `undefined`: the library has the bytes itself. */
  readonly source: FilePath | undefined;
  /** Of the file that has the bytes, when its chunks were last known to be good; `undefined`: never. */
  readonly stamp: Stamp | undefined;
  /** In ms since 1970. */
  readonly addedAtMs: number;
  /** When all of it was last read and found good, in ms since 1970; 0: never. */
  readonly verifiedAtMs: number;
}

/** A row to be written: what is held is given as a bitmap, and counted by the catalogue. */
export type NewVideoRow = Omit<VideoRow, "held" | "heldBytes">;

/** What may be changed of a row later. */
export type VideoChange = Partial<
  Pick<
    VideoRow,
    "kind" | "title" | "fileName" | "mediaType" | "durationMs" | "source" | "stamp" | "verifiedAtMs" | "addedAtMs"
  >
>;

/** Chunks that are to be held, or no longer: in one transaction with a change of the row. */
export interface Holding {
  readonly id: Uint8Array;
  /** Chunks held from now on. */
  readonly hold?: readonly number[];
  /** Chunks no longer held. */
  readonly drop?: readonly number[];
  readonly change?: VideoChange;
}

/** Which rows, in which order. */
export interface VideoQuery {
  /** Words of a title or file name, in any order, each by its beginning, without regard to case and accents. */
  readonly words?: string;
  /** `video` unless told. */
  readonly kind?: VideoRow["kind"];
  /** Rows at most; all unless told. */
  readonly limit?: number;
}

/**
 * The library's catalogue: which videos there are, what is held of them, and the words of their titles. A write is on
 * the disk when its promise resolves; writes given at one time are written together. Methods reject with a
 * `CardumeError`: `disk-full`; `catalogue-failed` (after it, every write does: a failed fsync is not tried again).
 * Held bitmaps have chunk `n` at bit `n % 8`, lowest first, of byte `n / 8`, like `Bitmap`.
 */
export interface Catalogue {
  /** Writes a row anew, with what is held. */
  put(row: NewVideoRow, held: Uint8Array): Promise<void>;
  /** Changes holdings and a row together. A video that is not there is left so. */
  hold(holding: Holding): Promise<void>;
  remove(id: Uint8Array): Promise<void>;
  get(id: Uint8Array): Promise<VideoRow | undefined>;
  /** The bitmap of what is held, of ceil(chunks / 8) bytes; `undefined` when there is no such video. */
  held(id: Uint8Array): Promise<Uint8Array | undefined>;
  /** Rows by title (letters in the order of people, not of bytes), or, with words, the best match first. */
  list(query?: VideoQuery): Promise<VideoRow[]>;
  /** Rows whose id begins with these hex digits, of both kinds, at most `limit`. */
  byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]>;
  /** Rows of videos with exactly this title, at most `limit`. */
  byTitle(title: string, limit: number): Promise<VideoRow[]>;
  /** The video kept in place at this path, newest first. */
  bySource(path: FilePath): Promise<VideoRow | undefined>;
  /** All ids, of both kinds. */
  ids(): Promise<Uint8Array[]>;
  /** Ends what was begun, and closes. */
  close(): Promise<void>;
}
