import type { MediaTrack } from "../playable-types.ts";
import type { MediaPacket, TrackShape } from "./media-packet.ts";
import type { SegmentPlan } from "./segment-plan.ts";
import type { Cue } from "./subtitle-cues.ts";

/** A track of pictures or sound that is open. */
export interface OpenTrack {
  readonly shape: TrackShape;
  /** Frames of MP3 go out as they are: browsers do not take them in MP4. */
  readonly isPacked: boolean;
  init(): Promise<Uint8Array>;
  /** The packets of a segment, in the file's order. */
  packets(segment: number): AsyncIterable<MediaPacket>;
}

/** What the reader of a container gives: times are in seconds from the beginning of the presentation. */
export interface OpenFile {
  readonly container: string;
  readonly tracks: readonly MediaTrack[];
  /** Whether a browser finds its way in it by ranges. */
  readonly isSeekable: boolean;
  readonly plan: SegmentPlan;
  /** When the file's own zero is, in the presentation, for subtitles that come from elsewhere. */
  readonly zeroS: number;
  /** A track that has no problem, by its number. */
  open(track: number): OpenTrack | undefined;
  /** The cues of a subtitle track inside the file, of those shown in one segment, or beginning in it. */
  cues(track: number, segment: number): Promise<readonly Cue[]>;
  close(): void;
}
