import { MEDIA } from "../core/limits.ts";
/** Reads bytes of a file. @throws when there are not so many, or they may not be read */
export type ReadAt = (start: number, end: number) => Uint8Array;

/** Of a box's contents: from `start` to `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The duration that an MP4 or MOV file's movie header states, in ms; `undefined` when it states none, as in fragmented
 * files. Reads some hundred bytes, where mediabunny builds a list of all the pictures: 1 s for a long film.
 */
export function movieDurationMs(read: ReadAt, fileBytes: number): number | undefined {
  const movie = findBox(read, { start: 0, end: fileBytes }, "moov");
  const header = movie && findBox(read, movie, "mvhd");
  if (header === undefined) return undefined;
  const isLong = view(read, header.start, 4).getUint8(0) === 1;
  const fields = view(read, header.start + (isLong ? 20 : 12), isLong ? 12 : 8);
  const timescale = fields.getUint32(0);
  const duration = isLong ? Number(fields.getBigUint64(4)) : fields.getUint32(4);
  // All ones: not known.
  const isStated = timescale > 0 && duration > 0 && duration < (isLong ? Number.MAX_SAFE_INTEGER : 0xffff_ffff);
  return isStated ? (duration / timescale) * 1000 : undefined;
}

function findBox(read: ReadAt, inside: Span, wanted: string): Span | undefined {
  let at = inside.start;
  for (let box = 0; box < MEDIA.maxBoxes && at + 8 <= inside.end; box++) {
    const head = view(read, at, 8);
    const type = String.fromCharCode(...new Uint8Array(head.buffer, head.byteOffset + 4, 4));
    const short = head.getUint32(0);
    const headBytes = short === 1 ? 16 : 8;
    const long = short === 1 ? Number(view(read, at + 8, 8).getBigUint64(0)) : short;
    const end = short === 0 ? inside.end : at + long;
    if (end < at + headBytes || end > inside.end) return undefined;
    if (type === wanted) return { start: at + headBytes, end };
    at = end;
  }
  return undefined;
}

function view(read: ReadAt, start: number, bytes: number): DataView {
  const block = read(start, start + bytes);
  return new DataView(block.buffer, block.byteOffset, block.byteLength);
}
