import { HLS } from "../../core/limits.ts";
import { box, u32 } from "./boxes.ts";
import type { MediaPacket, TrackShape } from "./media-packet.ts";

/** What a segment is, beside its packets. */
export interface SegmentPlace {
  /** From 0. */
  readonly segment: number;
  /** Where it begins, in the timescale. */
  readonly start: number;
  /** Where the next one begins, in the timescale; `undefined`: not known, or nothing comes. */
  readonly end: number | undefined;
}

interface Sample extends MediaPacket {
  decodeAt: number;
}

const KEY_FLAGS = 0x0200_0000;
const DELTA_FLAGS = 0x0101_0000;
const SAMPLE_BYTES = 16;
// A segment of more fragments than this would repeat numbers, which nobody minds.
const FRAGMENTS_PER_SEGMENT = 4096;

/**
 * A CMAF segment (ISO/IEC 23000-19) in fragments, each given as soon as its packets are there: `styp`, then `moof` and
 * `mdat` for some pictures each. Same packets, same bytes.
 *
 * Times of decoding are not in all files, so that all get new ones: the n-th picture in the file's order the n-th time at
 * which one is shown, less the lead; known as soon as `HLS.reorderPictures` more are there. The first has no lead, and
 * the next follow it closely: so every segment begins exactly when it says, and no picture is shown before it is decoded.
 * MP4 could say that too, but ffmpeg, and all players made of it, then shift pictures against sound; with edit lists, or
 * a presentation that begins later than its zero, hls.js finds holes between segments.
 */
export async function* fragmentsOf(
  packets: AsyncIterable<MediaPacket>,
  shape: TrackShape,
  place: SegmentPlace,
): AsyncGenerator<Uint8Array> {
  const writer = new FragmentWriter(shape, place);
  for await (const packet of packets) {
    writer.add(packet);
    for (let next = writer.take(false); next !== undefined; next = writer.take(false)) yield next;
  }
  for (let next = writer.take(true); next !== undefined; next = writer.take(true)) yield next;
  if (writer.isEmpty)
    yield Buffer.concat([SEGMENT_TYPE, fragment([], place.start, place.segment * FRAGMENTS_PER_SEGMENT)]);
}

class FragmentWriter {
  readonly #shape: TrackShape;
  readonly #place: SegmentPlace;
  readonly #waiting: MediaPacket[] = [];
  /** When those that wait are shown, rising. */
  readonly #times: number[] = [];
  #written = 0;
  #lastDecodeAt = -1;
  /** The time at which one is shown from which that was made. */
  #lastTime = 0;
  /** Between the last two: what a last one that does not say how long it is is taken to last. */
  #lastStep = 1;

  constructor(shape: TrackShape, place: SegmentPlace) {
    this.#shape = shape;
    this.#place = place;
  }

  /** Of a track that is shorter than another: players want a segment even so. */
  get isEmpty(): boolean {
    return this.#written === 0;
  }

  add(packet: MediaPacket): void {
    const time = packet.at;
    this.#waiting.push(packet);
    let at = this.#times.length;
    while (at > 0 && (this.#times[at - 1] as number) > time) at--;
    this.#times.splice(at, 0, time);
  }

  /** The next fragment, if there is enough for one; with `isEnd` what is left of the segment. */
  take(isEnd: boolean): Uint8Array | undefined {
    const count = this.#ready(isEnd);
    if (count === 0) return undefined;
    const samples: Sample[] = [];
    for (const packet of this.#waiting.splice(0, count)) {
      const time = this.#times.shift() as number;
      const decodeAt = this.#decodeAt(time, packet.at);
      this.#lastTime = time;
      if (this.#lastDecodeAt >= 0) this.#lastStep = decodeAt - this.#lastDecodeAt;
      this.#lastDecodeAt = decodeAt;
      samples.push({ ...packet, decodeAt, data: this.#shape.convert(packet.data) });
    }
    const last = samples.at(-1) as Sample;
    const bytes = fragment(samples, this.#endAfter(last), this.#place.segment * FRAGMENTS_PER_SEGMENT + this.#written);
    const isFirst = this.#written++ === 0;
    return isFirst ? Buffer.concat([SEGMENT_TYPE, bytes]) : bytes;
  }

  /** How many packets make the next fragment. */
  #ready(isEnd: boolean): number {
    const ahead = isEnd ? 0 : this.#shape.isVideo ? HLS.reorderPictures + 1 : 1;
    const most = this.#waiting.length - ahead;
    const span = (this.#shape.timescale * HLS.fragmentMs * (this.#shape.isVideo ? 1 : 4)) / 1000;
    let bytes = 0;
    for (let count = 1; count <= most; count++) {
      bytes += (this.#waiting[count - 1] as MediaPacket).data.length;
      const isLong = (this.#times[count] ?? 0) - (this.#times[0] as number) >= span;
      if (isLong || bytes >= HLS.maxFragmentBytes) return count;
    }
    return isEnd ? this.#waiting.length : 0;
  }

  /** Times that run backwards, as only a broken file has them, still become rising ones. */
  #decodeAt(time: number, shownAt: number): number {
    // Where pictures are shown before the key frame that they come after (an open group), it is decoded ahead of them.
    if (this.#lastDecodeAt < 0) return Math.max(0, time < shownAt ? time - this.#shape.lead : time);
    // A quarter of the time to the one before: even where four follow closely, they are in time.
    const step = Math.max(1, Math.floor((time - this.#lastTime) / 4));
    return Math.max(this.#lastDecodeAt + step, time - this.#shape.lead);
  }

  #endAfter(last: Sample): number {
    const next = this.#times[0];
    if (next !== undefined) return this.#decodeAt(next, next);
    const { end } = this.#place;
    if (this.#shape.isVideo && end !== undefined && end > last.decodeAt) return end;
    return last.decodeAt + Math.max(1, last.duration || this.#lastStep);
  }
}

const SEGMENT_TYPE = box("styp", new TextEncoder().encode("msdh\0\0\0\0msdhmsixcmfs"));

/** `moof` and `mdat` of these samples. The last one lasts until `end`. */
function fragment(samples: readonly Sample[], end: number, sequence: number): Uint8Array {
  const dataBytes = samples.reduce((sum, { data }) => sum + data.length, 0);
  const table = new DataView(new ArrayBuffer(samples.length * SAMPLE_BYTES));
  for (const [index, sample] of samples.entries()) {
    const at = index * SAMPLE_BYTES;
    const nextAt = samples[index + 1]?.decodeAt ?? end;
    table.setUint32(at, Math.min(nextAt - sample.decodeAt, 0xffff_ffff));
    table.setUint32(at + 4, sample.data.length);
    table.setUint32(at + 8, sample.isKey ? KEY_FLAGS : DELTA_FLAGS);
    table.setInt32(at + 12, Math.max(-0x8000_0000, Math.min(0x7fff_ffff, sample.at - sample.decodeAt)));
  }
  const decodeTime = new Uint8Array(8);
  new DataView(decodeTime.buffer).setBigUint64(0, BigInt(samples[0]?.decodeAt ?? end));
  const moofBytes = 8 + 16 + 8 + 16 + 20 + 20 + table.byteLength;
  const moof = box(
    "moof",
    box("mfhd", u32(0), u32(sequence)),
    box(
      "traf",
      // Offsets count from the moof; the one track is number 1.
      box("tfhd", u32(0x02_0000), u32(1)),
      box("tfdt", u32(0x0100_0000), decodeTime),
      // Signed composition offsets; each sample with its duration, size, flags and offset.
      box("trun", u32(0x0100_0f01), u32(samples.length), u32(moofBytes + 8), new Uint8Array(table.buffer)),
    ),
  );
  return Buffer.concat([moof, u32(dataBytes + 8), MDAT, ...samples.map(({ data }) => data)]);
}

const MDAT = new TextEncoder().encode("mdat");
