import { execFileSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

/** Bytes of a file, from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A group of pictures: when it begins, and the bytes of its first frame, which is a key frame. */
export interface Group extends Span {
  readonly atS: number;
}

/** What a player finds in a film's sample tables. */
export interface FilmIndex {
  readonly durationS: number;
  /** What is read first to know what the file is. */
  readonly head: Span;
  /** Where the tables are: `moov`, or the Cues. */
  readonly tables: Span;
  readonly groups: readonly Group[];
  /** How much of the film can be shown when the file is here up to some byte: in file order, `end` and seconds ascending. */
  readonly frames: readonly { readonly end: number; readonly untilS: number }[];
}

const FFPROBE = process.env["FFPROBE"] ?? "ffprobe";
/** A block's head in Matroska is a few bytes longer than the packet that ffprobe counts. */
const BLOCK_HEAD_BYTES = 32;

/** Reads the sample tables of an MP4 or MKV file by ffprobe. */
export function indexOf(path: string, bytes: number): FilmIndex {
  const isMatroska = path.endsWith(".mkv");
  const entries = ["-select_streams", "v", "-show_entries", "packet=pts_time,duration_time,size,pos,flags"];
  const text = execFileSync(FFPROBE, ["-v", "error", ...entries, "-of", "json", path], {
    encoding: "utf8",
    maxBuffer: 100_000_000,
  });
  const { packets } = JSON.parse(text) as { packets: Packet[] };
  const groups: Group[] = [];
  const frames: { end: number; untilS: number }[] = [];
  for (const { pts_time, duration_time, size, pos, flags } of packets) {
    const start = Number(pos);
    const end = start + Number(size) + (isMatroska ? BLOCK_HEAD_BYTES : 0);
    const atS = Number(pts_time);
    if (flags.startsWith("K")) groups.push({ atS, start, end });
    frames.push({ end, untilS: atS + Number(duration_time) });
  }
  const durationS = frames.at(-1)?.untilS ?? 0;
  return { durationS, groups, frames, ...(isMatroska ? matroska(path, bytes, groups) : mp4(path, bytes)) };
}

interface Packet {
  readonly pts_time: string;
  readonly duration_time: string;
  readonly size: string;
  readonly pos: string;
  readonly flags: string;
}

const HEAD_BYTES = 4096;
const CUES_ID = Buffer.from([0x1c, 0x53, 0xbb, 0x6b]);

/** What an MP4 file begins with, up to where the media bytes do, and its `moov`. */
function mp4(path: string, bytes: number): { head: Span; tables: Span } {
  let moov: Span | undefined;
  let mediaAt = bytes;
  for (let at = 0; at < bytes; ) {
    const box = bytesOf(path, { start: at, end: at + 16 });
    const short = box.readUInt32BE(0);
    const size = short === 1 ? Number(box.readBigUInt64BE(8)) : short;
    const type = box.toString("latin1", 4, 8);
    if (type === "moov") moov = { start: at, end: at + size };
    if (type === "mdat") mediaAt = at + (short === 1 ? 16 : 8);
    at += size;
  }
  if (moov === undefined || moov.start < mediaAt) throw new Error(`${path}: its moov is not at the end`);
  return { head: { start: 0, end: mediaAt }, tables: moov };
}

/** What an MKV file begins with, up to its first cluster's first block, and its Cues, which are at the end. */
function matroska(path: string, bytes: number, groups: readonly Group[]): { head: Span; tables: Span } {
  const tailAt = groups.at(-1)?.start ?? 0;
  const at = bytesOf(path, { start: tailAt, end: bytes }).lastIndexOf(CUES_ID);
  if (at < 0) throw new Error(`${path}: no Cues at its end`);
  return {
    head: { start: 0, end: Math.min(HEAD_BYTES, groups[0]?.start ?? HEAD_BYTES) },
    tables: { start: tailAt + at, end: bytes },
  };
}

/** Bytes of a file; fewer at its end. */
export function bytesOf(path: string, { start, end }: Span): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(end - start);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}
