/** One picture, or one frame of sound. */
export interface MediaPacket {
  /** When it is shown, in the track's timescale, from the beginning of the presentation. */
  readonly at: number;
  /** In the track's timescale; 0 when not known. */
  readonly duration: number;
  readonly isKey: boolean;
  readonly data: Uint8Array;
}

/** How a track's samples are written. */
export interface TrackShape {
  readonly isVideo: boolean;
  /** Units of time in a second. */
  readonly timescale: number;
  /** In the timescale: see {@link leadOf}. */
  readonly lead: number;
  /** What is to be done with each packet's bytes, so that they are as MP4 wants them. */
  readonly convert: (data: Uint8Array) => Uint8Array;
}

/**
 * How long before it is shown a picture is decoded at most, in seconds, when its codec has pictures in another order than
 * they are shown in: three of 24 a second, which few encoders exceed.
 */
export const leadOf = (codec: string | null): number => (codec === "avc" || codec === "hevc" ? 0.125 : 0);

/**
 * A timescale of which a track's own times are whole multiples, and fine enough for what is computed: Matroska's
 * thousandths become ten-thousandths, others stay as they are. @param resolution units of time in a second
 */
export function timescaleOf(resolution: number): number {
  if (!Number.isInteger(resolution) || resolution < 1 || resolution > 0x7fff_ffff) return 90_000;
  return resolution * Math.ceil(10_000 / resolution);
}
