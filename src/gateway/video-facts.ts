import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import type { MediaInfo, MediaTrack } from "../media/playable-types.ts";
import type { Library } from "../store/library.ts";
import { playlistPath, videoPath } from "./video-address.ts";
import type { OpenVideo } from "./video-open.ts";

/** `info.json`: what a player has to know of a video. Texts are claims, of publishers or of the file. */
export interface VideoFacts {
  /** Base32. */
  readonly id: string;
  /** Empty when nobody says one, as the two below. */
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** Proven. */
  readonly bytes: number;
  readonly chunks: number;
  /** Paths on this gateway: of the bytes, and of the HLS playlist. */
  readonly path: string;
  readonly playlist: string;
  /** `mp4`, `matroska` …; `null`: it is no media file that can be read. */
  readonly container: string | null;
  /** 0 when unknown. */
  readonly durationMs: number;
  /** Whether a browser that knows container and codecs plays the bytes themselves; else there is HLS. */
  readonly isDirect: boolean;
  /** Why there is no HLS, in words; `null`: there is. */
  readonly problem: string | null;
  readonly tracks: readonly TrackFacts[];
  /** What is on this machine. */
  readonly held: { readonly bytes: number; readonly chunks: number };
  /** Other peers that hold some of it, as far as they were asked: nobody is while all is here. */
  readonly peers: number;
}

/** A track as JSON: what is not known is `null`. */
export interface TrackFacts {
  readonly number: number;
  readonly kind: MediaTrack["kind"];
  readonly codec: string | null;
  /** For `MediaSource.isTypeSupported`. */
  readonly codecString: string | null;
  readonly language: string;
  readonly title: string;
  readonly isDefault: boolean;
  /** Why it is not in the HLS playlist, in words. */
  readonly problem: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly channels: number | null;
  readonly sampleRateHz: number | null;
}

/** Gathers them. @throws what opening the video's tracks throws, but not that it is no media file */
export async function videoFacts(video: OpenVideo, library: Pick<Library, "get">): Promise<VideoFacts> {
  const { id, geometry } = video.viewing.manifest;
  const { title = "", fileName = "", mediaType = "", durationMs = 0 } = video.claims ?? {};
  const media = await mediaOf(video);
  const { info, problem } = media;
  // Behind the index was read: some of it may have come for that.
  const row = await library.get(id);
  const holders = video.viewing.progress()?.holders ?? [];
  return {
    ...{ id: toBase32(id), title, fileName, mediaType, bytes: geometry.bytes, chunks: geometry.chunks },
    path: videoPath(id, fileName === "" ? title : fileName),
    playlist: playlistPath(id),
    container: info?.container ?? null,
    durationMs: info?.durationMs ?? durationMs,
    isDirect: info?.isDirect ?? false,
    problem,
    tracks: (info?.tracks ?? []).map(trackFacts),
    held: { bytes: row?.heldBytes ?? 0, chunks: row?.held ?? 0 },
    peers: holders.filter(({ state, heldChunks }) => state === "serving" && heldChunks > 0).length,
  };
}

async function mediaOf(video: OpenVideo): Promise<{ info: MediaInfo | undefined; problem: string | null }> {
  try {
    return { info: (await video.playable()).info, problem: null };
  } catch (error) {
    const isOfFile =
      error instanceof CardumeError && (error.code === "media-unsupported" || error.code === "media-failed");
    if (!isOfFile) throw error;
    return { info: undefined, problem: error.message };
  }
}

const trackFacts = (track: MediaTrack): TrackFacts => ({
  ...{ number: track.number, kind: track.kind, codec: track.codec ?? null, codecString: track.codecString ?? null },
  ...{ language: track.language, title: track.title, isDefault: track.isDefault, problem: track.problem ?? null },
  ...{ width: track.width ?? null, height: track.height ?? null },
  ...{ channels: track.channels ?? null, sampleRateHz: track.sampleRateHz ?? null },
});
