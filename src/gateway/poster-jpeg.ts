/** What the picture itself is behind. */
const SCAN = 0xda;

/** A picture's size in pixels. */
export interface JpegSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of a JPEG, when its bytes are one: FF D8, segments of `FF marker, length (2 bytes, big-endian, itself included)`
 * with a frame header (SOF: precision, height, width) among them, a scan (SOS), and FF D9 at the end. `undefined`: they
 * are none. What is in the scan is the browser's to look at.
 */
export function jpegSize(bytes: Uint8Array): JpegSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { byteLength } = view;
  if (byteLength < 4 || view.getUint16(0) !== 0xffd8 || view.getUint16(byteLength - 2) !== 0xffd9) return undefined;
  const frames: (JpegSize | undefined)[] = [];
  for (const { marker, at, segmentBytes } of segmentsOf(view)) {
    if (marker === SCAN) return frames.length === 1 ? frames[0] : undefined;
    if (isFrame(marker)) frames.push(frameSize(view, at, segmentBytes));
  }
  return undefined;
}

interface Segment {
  readonly marker: number;
  /** Where what it says begins. */
  readonly at: number;
  /** With the length itself. */
  readonly segmentBytes: number;
}

/** Up to the first that is none. */
function* segmentsOf(view: DataView): Generator<Segment> {
  for (let at = 2; at + 4 <= view.byteLength && view.getUint8(at) === 0xff; ) {
    const segmentBytes = view.getUint16(at + 2);
    if (segmentBytes < 2 || at + 2 + segmentBytes > view.byteLength) return;
    yield { marker: view.getUint8(at + 1), at: at + 4, segmentBytes };
    at += 2 + segmentBytes;
  }
}

/** The precision is before it. */
function frameSize(view: DataView, at: number, segmentBytes: number): JpegSize | undefined {
  if (segmentBytes < 8) return undefined;
  const size = { height: view.getUint16(at + 1), width: view.getUint16(at + 3) };
  return size.width === 0 || size.height === 0 ? undefined : size;
}

/** Frame headers are C0 to CF without the tables for Huffman and arithmetic coding among them (C4, C8, CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
