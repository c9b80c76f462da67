import { MEDIA } from "../core/limits.ts";
import { child, childrenOf, elementHead, MAX_HEAD_BYTES, number, wholeOf } from "./ebml.ts";
import type { MediaInput } from "./playable-types.ts";

/** What a file begins with: its first boxes, or all that a Matroska file says before its pictures. */
const HEAD_BYTES = 65_536;
/** The pictures are asked for when so much of the index is still to come: the line is not idle for a round trip. */
const OVERLAP_BYTES = 262_144;
/** Of an MP4 box, with a long size. */
const BOX_HEAD_BYTES = 16;
/** What an MP4 or MOV file has at its top level. Anything else is another kind of file. */
const BOXES = new Set(["ftyp", "moov", "mdat", "free", "skip", "wide", "uuid", "pnot", "styp", "sidx"]);

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const SEEK = 0x4dbb;
const SEEK_ID = 0x53ab;
const SEEK_POSITION = 0x53ac;
const CUES = 0x1c53bb6b;

/**
 * Reads the index of an MP4, MOV or Matroska file, wherever it is in it, then the first pictures, so that both are here
 * when they are asked for: what makes HLS takes some tenths of a second to start, and the network need not wait for it.
 * Of other files it reads the beginning only. What it finds is nobody's truth; whoever reads the file looks again.
 * Rejects when bytes cannot be had.
 */
export async function readIndexAhead(input: MediaInput): Promise<void> {
  const head = await input.read(0, Math.min(HEAD_BYTES, input.bytes));
  const found = elementHead(head, 0)?.id === EBML ? await cuesIn(input, head) : await movieIn(input);
  if (found === undefined) return;
  const { start, end, mediaAt } = found;
  const until = Math.min(end, start + MEDIA.maxIndexAheadBytes);
  const tail = Math.max(start, until - OVERLAP_BYTES);
  await input.read(start, tail);
  await Promise.all([
    input.read(tail, until),
    input.read(mediaAt, Math.min(input.bytes, mediaAt + MEDIA.firstPicturesBytes)),
  ]);
}

/** An index, from `start` to before `end`, and where the first pictures are. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly mediaAt: number;
}

/** The box `moov`; pictures are in `mdat`, before it or right behind it. */
async function movieIn(input: MediaInput): Promise<Found | undefined> {
  let at = 0;
  let mediaAt: number | undefined;
  for (let box = 0; box < MEDIA.maxBoxes && at + BOX_HEAD_BYTES <= input.bytes; box++) {
    // What little is behind the pictures is nearly always the index: all of it is asked for, and not its head first.
    if (mediaAt !== undefined && input.bytes - at <= MEDIA.maxIndexAheadBytes)
      input.read(at, input.bytes).catch(() => {});
    const { type, end } = boxAt(at, await input.read(at, at + BOX_HEAD_BYTES), input.bytes);
    if (!BOXES.has(type) || end < at + 8 || end > input.bytes) return undefined;
    if (type === "moov") return { start: at, end, mediaAt: mediaAt ?? end };
    if (type === "mdat") mediaAt ??= at;
    at = end;
  }
  return undefined;
}

/** A box that begins at `at` with these bytes, in a file of so many. */
function boxAt(at: number, bytes: Uint8Array, fileBytes: number): { readonly type: string; readonly end: number } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = head.readUInt32BE(0);
  const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
  return { type: head.toString("latin1", 4, 8), end: short === 0 ? fileBytes : at + size };
}

/** The element Cues, where the SeekHead in these first bytes says that it is. */
async function cuesIn(input: MediaInput, head: Uint8Array): Promise<Found | undefined> {
  const segment = child(head, SEGMENT);
  const inSegment = cuesPosition(child(segment, SEEK_HEAD));
  const start = segment.byteOffset - head.byteOffset + (inSegment ?? Number.POSITIVE_INFINITY);
  if (start + MAX_HEAD_BYTES > input.bytes) return undefined;
  const cues = elementHead(await input.read(start, start + MAX_HEAD_BYTES), 0);
  if (cues?.id !== CUES) return undefined;
  return { start, end: Math.min(input.bytes, start + cues.headBytes + cues.size), mediaAt: 0 };
}

function cuesPosition(seekHead: Uint8Array): number | undefined {
  for (const { id, data } of childrenOf(seekHead)) {
    if (id !== SEEK || wholeOf(child(data, SEEK_ID), 0) !== CUES) continue;
    const position = number(data, SEEK_POSITION, -1);
    return position < 0 ? undefined : position;
  }
  return undefined;
}
