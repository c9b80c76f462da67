import { type EncodedPacket, EncodedPacketSink, type InputAudioTrack, type InputVideoTrack } from "mediabunny";
import { initSegmentOf } from "./init-segment.ts";
import type { OpenTrack } from "./media-file.ts";
import { leadOf, type MediaPacket, type TrackShape, timescaleOf } from "./media-packet.ts";
import { asTheyAre, lengthPrefixed, withoutAdts } from "./sample-bytes.ts";

/** Where a file's segments are cut, in mediabunny's own times: seconds, exactly those of the key frames. */
export interface Cuts {
  readonly startsS: readonly number[];
  /** The presentation's zero in those times. */
  readonly baseS: number;
}

/** The last packet of a segment is no further from its end: a few pictures, or a frame of sound. */
const END_S = 0.5;

/** A track that mediabunny reads. */
export class BunnyTrack implements OpenTrack {
  readonly shape: TrackShape;
  readonly isPacked: boolean;
  readonly #track: InputVideoTrack | InputAudioTrack;
  readonly #sink: EncodedPacketSink;
  readonly #cuts: Cuts;

  private constructor(track: InputVideoTrack | InputAudioTrack, cuts: Cuts, shape: TrackShape, isPacked: boolean) {
    this.#track = track;
    this.#sink = new EncodedPacketSink(track);
    this.#cuts = cuts;
    this.shape = shape;
    this.isPacked = isPacked;
  }

  /** @throws for a track that mediabunny cannot read */
  static async open(track: InputVideoTrack | InputAudioTrack, cuts: Cuts): Promise<BunnyTrack> {
    const timescale = timescaleOf(await track.getTimeResolution());
    const config = await track.getDecoderConfig();
    if (config === null) throw new Error("no decoder's configuration");
    const codec = await track.getCodec();
    const lead = Math.round(leadOf(codec) * timescale);
    const shape = { isVideo: track.isVideoTrack(), timescale, lead, convert: convertOf(codec, config.description) };
    return new BunnyTrack(track, cuts, shape, codec === "mp3");
  }

  async init(): Promise<Uint8Array> {
    const first = await this.#sink.getFirstKeyPacket();
    if (first === null) throw new Error("a track without a key frame");
    return initSegmentOf(this.#track, first, this.shape.timescale);
  }

  async *packets(segment: number): AsyncGenerator<MediaPacket> {
    const endS = this.#cuts.startsS[segment + 1] ?? Number.POSITIVE_INFINITY;
    const isBehind = ({ timestamp, type }: EncodedPacket): boolean =>
      timestamp >= endS && (type === "key" || !this.shape.isVideo);
    let packet = await this.#first(segment);
    while (packet !== null && !isBehind(packet)) {
      yield this.#ours(packet);
      packet = await this.#next(packet, endS, isBehind);
    }
  }

  /** Near the end of a segment it is asked what comes next before it is read: a key frame is large, and not wanted here. */
  async #next(
    packet: EncodedPacket,
    endS: number,
    isBehind: (packet: EncodedPacket) => boolean,
  ): Promise<EncodedPacket | null> {
    if (packet.timestamp >= endS - END_S) {
      const next = await this.#sink.getNextPacket(packet, { metadataOnly: true });
      if (next === null || isBehind(next)) return null;
    }
    return this.#sink.getNextPacket(packet);
  }

  /** The first packet of a segment: of pictures its key frame, of sound the first at its start or after it. */
  async #first(segment: number): Promise<EncodedPacket | null> {
    const startS = this.#cuts.startsS[segment] as number;
    if (segment === 0) return this.#sink.getFirstPacket();
    if (this.shape.isVideo) return this.#sink.getKeyPacket(startS);
    const before = await this.#sink.getPacket(startS);
    if (before === null) return this.#sink.getFirstPacket();
    return before.timestamp < startS ? this.#sink.getNextPacket(before) : before;
  }

  #ours(packet: EncodedPacket): MediaPacket {
    const { timescale } = this.shape;
    return {
      at: Math.round(packet.timestamp * timescale) - Math.round(this.#cuts.baseS * timescale),
      duration: Math.round(packet.duration * timescale),
      isKey: packet.type === "key",
      data: packet.data,
    };
  }
}

/** mediabunny says by the lack of a description that packets are as a transport stream has them. */
export function convertOf(codec: string | null, description: unknown): TrackShape["convert"] {
  if (description !== undefined) return asTheyAre;
  if (codec === "avc" || codec === "hevc") return lengthPrefixed;
  return codec === "aac" ? withoutAdts : asTheyAre;
}
