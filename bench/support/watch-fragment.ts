// What of a fragmented MP4 has to be here before its first frame can be shown (ISO/IEC 14496-12).

const DATA_OFFSET = 0x1;
const FIRST_FLAGS = 0x4;
const SAMPLE_DURATION = 0x100;
const SAMPLE_SIZE = 0x200;
const TFHD_DEFAULT_SIZE = 0x10;
/** Fields of a `tfhd` before its default size, by their flags, and their bytes. */
const TFHD_BEFORE = [
  [0x1, 8],
  [0x2, 4],
  [0x8, 4],
] as const;

interface Box {
  readonly type: string;
  readonly at: number;
  readonly bodyAt: number;
  readonly end: number;
}

/** The boxes from `at` on whose heads are here. */
function* boxes(bytes: Buffer, at: number, end: number): Generator<Box> {
  while (at + 8 <= end) {
    const size = bytes.readUInt32BE(at);
    if (size < 8) throw new Error(`a box of ${size} bytes at ${at}`);
    yield { type: bytes.toString("latin1", at + 4, at + 8), at, bodyAt: at + 8, end: at + size };
    at += size;
  }
}

/** Where the first frame of a segment ends, in bytes from the segment's start; `undefined`: more must come to tell. */
export function firstFrameEnd(segment: Buffer): number | undefined {
  for (const box of boxes(segment, 0, segment.length)) {
    if (box.end > segment.length) return undefined;
    if (box.type === "moof") return frameEndOf(segment, box);
  }
  return undefined;
}

function frameEndOf(segment: Buffer, moof: Box): number {
  for (const traf of boxes(segment, moof.bodyAt, moof.end)) {
    if (traf.type !== "traf") continue;
    let defaultBytes = 0;
    for (const box of boxes(segment, traf.bodyAt, traf.end)) {
      if (box.type === "tfhd") defaultBytes = defaultSizeOf(segment, box);
      if (box.type === "trun") return moof.at + sampleEndOf(segment, box, defaultBytes);
    }
  }
  throw new Error("a fragment without samples");
}

function defaultSizeOf(segment: Buffer, { bodyAt }: Box): number {
  const flags = segment.readUIntBE(bodyAt + 1, 3);
  if ((flags & TFHD_DEFAULT_SIZE) === 0) return 0;
  const before = TFHD_BEFORE.reduce((sum, [flag, bytes]) => sum + (flags & flag ? bytes : 0), 0);
  return segment.readUInt32BE(bodyAt + 8 + before);
}

/** Where a run's first sample ends, in bytes from its `moof`. */
function sampleEndOf(segment: Buffer, { bodyAt }: Box, defaultBytes: number): number {
  const flags = segment.readUIntBE(bodyAt + 1, 3);
  if ((flags & DATA_OFFSET) === 0) throw new Error("a run that does not say where its samples are");
  const dataAt = segment.readInt32BE(bodyAt + 8);
  const sampleAt = bodyAt + 12 + (flags & FIRST_FLAGS ? 4 : 0) + (flags & SAMPLE_DURATION ? 4 : 0);
  return dataAt + (flags & SAMPLE_SIZE ? segment.readUInt32BE(sampleAt) : defaultBytes);
}
