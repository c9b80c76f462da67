import type { SubtitleFile } from "../core/content/claims.ts";
import type { FilePath } from "../store/disk.ts";
import type { VideoInfo } from "../store/video-info.ts";

/** 64 hex digits of an id. */
export const hexOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");

/** A path for programs: as text, and its bytes too where they are no UTF-8. */
export const pathJson = (path: FilePath | undefined): { readonly path: string | null; readonly pathBase64?: string } =>
  path === undefined || typeof path === "string"
    ? { path: path ?? null }
    : { path: path.toString(), pathBase64: path.toString("base64") };

/** A moment for programs; `null` for never. */
export const momentJson = (msSince1970: number): string | null =>
  msSince1970 === 0 ? null : new Date(msSince1970).toISOString();

/** A video for programs, as `ls` and `show` have it. */
export const videoJson = (video: VideoInfo): object => ({
  id: hexOf(video.id),
  title: video.title,
  bytes: video.bytes,
  heldBytes: video.heldBytes,
  state: video.state,
  durationMs: video.durationMs,
  mediaType: video.mediaType,
  ...pathJson(video.source),
  addedAt: momentJson(video.addedAtMs),
});

/** Subtitle files for programs. */
export const subtitlesJson = (subtitles: readonly SubtitleFile[]): object[] =>
  subtitles.map(({ id, bytes, name, language }) => ({ id: hexOf(id), bytes, name, language }));
