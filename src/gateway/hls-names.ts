import type { MediaTrack } from "../media/playable-types.ts";

/** What of a video as HLS an address names. */
export type HlsName =
  | { readonly kind: "master" }
  | { readonly kind: "playlist" | "init"; readonly track: number }
  | { readonly kind: "segment"; readonly track: number; readonly segment: number; readonly ending: SegmentEnding };

/** What segments end with, by what is in them. */
export type SegmentEnding = "m4s" | "vtt" | "mp3";

const PLAYLIST = /^t([1-9]\d{0,3})\.m3u8$/;
const INIT = /^t([1-9]\d{0,3})\/init\.mp4$/;
const SEGMENT = /^t([1-9]\d{0,3})\/(0|[1-9]\d{0,6})\.(m4s|vtt|mp3)$/;

/** Reads what stands behind `hls/`; `undefined`: no such name is given to anything. One thing has one name. */
export function hlsName(text: string): HlsName | undefined {
  if (text === "master.m3u8") return { kind: "master" };
  const playlist = PLAYLIST.exec(text);
  if (playlist !== null) return { kind: "playlist", track: Number(playlist[1]) };
  const init = INIT.exec(text);
  if (init !== null) return { kind: "init", track: Number(init[1]) };
  const segment = SEGMENT.exec(text);
  if (segment === null) return undefined;
  const [, track, number, ending] = segment;
  return { kind: "segment", track: Number(track), segment: Number(number), ending: ending as SegmentEnding };
}

/** What the segments of a track end with. */
export function endingOf({ kind, codec }: Pick<MediaTrack, "kind" | "codec">): SegmentEnding {
  if (kind === "subtitle") return "vtt";
  return codec === "mp3" ? "mp3" : "m4s";
}

/** The type of playlists (RFC 8216, 4). */
export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";

/** The type of a track's segments and of its initialisation segment. */
export function segmentType({ kind }: Pick<MediaTrack, "kind">, ending: SegmentEnding): string {
  if (ending === "vtt") return "text/vtt; charset=utf-8";
  if (ending === "mp3") return "audio/mpeg";
  return kind === "audio" ? "audio/mp4" : "video/mp4";
}
