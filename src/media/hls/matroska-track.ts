import { inflateSync } from "node:zlib";
import { EncodedPacketSink, type InputAudioTrack, type InputVideoTrack } from "mediabunny";
import { HLS } from "../../core/limits.ts";
import { convertOf } from "./bunny-track.ts";
import { initSegmentOf } from "./init-segment.ts";
import type { Block } from "./matroska-blocks.ts";
import type { MatroskaTrack, Packing } from "./matroska-tracks.ts";
import type { OpenTrack } from "./media-file.ts";
import { leadOf, type MediaPacket, type TrackShape, timescaleOf } from "./media-packet.ts";

/** Ticks of a file, and where its presentation begins in them. */
export interface Ticks {
  readonly tickNs: number;
  readonly base: number;
}

/** Gives the blocks of a segment, of all tracks. */
export type BlocksOf = (segment: number) => AsyncIterable<Block>;

/** A track of a Matroska file: described by mediabunny, its frames read by us. */
export class MatroskaOpenTrack implements OpenTrack {
  readonly shape: TrackShape;
  readonly isPacked: boolean;
  readonly #said: InputVideoTrack | InputAudioTrack;
  readonly #track: MatroskaTrack;
  readonly #ticks: Ticks;
  readonly #blocksOf: BlocksOf;

  private constructor(
    said: InputVideoTrack | InputAudioTrack,
    track: MatroskaTrack,
    ticks: Ticks,
    blocksOf: BlocksOf,
    more: Pick<OpenTrack, "shape" | "isPacked">,
  ) {
    this.#said = said;
    this.#track = track;
    this.#ticks = ticks;
    this.#blocksOf = blocksOf;
    this.shape = more.shape;
    this.isPacked = more.isPacked;
  }

  /** @throws when mediabunny cannot make sense of it */
  static async open(
    said: InputVideoTrack | InputAudioTrack,
    track: MatroskaTrack,
    ticks: Ticks,
    blocksOf: BlocksOf,
  ): Promise<MatroskaOpenTrack> {
    const config = await said.getDecoderConfig();
    if (config === null) throw new Error("no decoder's configuration");
    const codec = await said.getCodec();
    const timescale = timescaleOf(1e9 / ticks.tickNs);
    const lead = Math.round(leadOf(codec) * timescale);
    const shape = { isVideo: track.kind === "video", timescale, lead, convert: convertOf(codec, config.description) };
    return new MatroskaOpenTrack(said, track, ticks, blocksOf, { shape, isPacked: codec === "mp3" });
  }

  async init(): Promise<Uint8Array> {
    const first = await new EncodedPacketSink(this.#said).getFirstKeyPacket();
    if (first === null) throw new Error("a track without a key frame");
    return initSegmentOf(this.#said, first, this.shape.timescale);
  }

  async *packets(segment: number): AsyncGenerator<MediaPacket> {
    for await (const block of this.#blocksOf(segment))
      if (block.track === this.#track.number) yield* this.#packetsOf(block);
  }

  async *#packetsOf(block: Block): AsyncGenerator<MediaPacket> {
    const frames = await block.frames();
    const at = this.#scaled(block.at - this.#ticks.base);
    const said = block.duration === undefined ? 0 : this.#scaled(block.duration) / Math.max(1, frames.length);
    const each = this.#track.frameNs > 0 ? (this.#track.frameNs * this.shape.timescale) / 1e9 : said;
    for (const [index, frame] of frames.entries()) {
      yield {
        at: at + Math.round(index * each),
        duration: Math.round(each),
        isKey: block.isKey,
        data: unpacked(frame, this.#track.packing),
      };
    }
  }

  #scaled(ticks: number): number {
    return Math.round((ticks * this.#ticks.tickNs * this.shape.timescale) / 1e9);
  }
}

/** The bytes of a frame as they were before they were packed. @throws for those that are hostile */
export function unpacked(frame: Uint8Array, packing: Packing): Uint8Array {
  if (packing.kind === "stripped") return Buffer.concat([packing.bytes, frame]);
  if (packing.kind === "zlib") return inflateSync(frame, { maxOutputLength: HLS.maxSubtitleTextBytes });
  return frame;
}
