import { realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { printable } from "../store/disk-errors.ts";
import { safeFileName } from "../store/export-name.ts";
import type { VideoInfo } from "../store/video-info.ts";

/** What an exported file's place depends on. */
export type Placed = Pick<VideoInfo, "fileName" | "title" | "source">;

/**
 * Where a video goes when a person names this. What a symbolic link names is written, and the link stays.
 * @throws CardumeError `export-unusable`
 */
export async function placeFor(file: string, video: Placed): Promise<string> {
  const named = (await kindOf(file)) === "folder" ? join(file, safeFileName(video.fileName || video.title)) : file;
  const kind = await kindOf(named);
  if (kind === "nothing" && (named.endsWith("/") || (await kindOf(dirname(named))) !== "folder"))
    throw new CardumeError("export-unusable", `cannot write to ${printable(named)}: no such folder`);
  if (kind === "folder" || kind === "other")
    throw new CardumeError("export-unusable", `cannot write to ${printable(named)}: it is not a regular file`);
  const path = kind === "file" ? await realpath(named) : resolve(named);
  if (path === video.source)
    throw new CardumeError("export-unusable", `${printable(named)} is the very file that the library keeps in place`);
  return path;
}

/**
 * Finds out before a long fetch what would be found out behind it: whether a file can be written at all.
 * @throws CardumeError `export-unusable`, `file-exists`
 */
export async function checkPlace(file: string, force: boolean): Promise<void> {
  const kind = await kindOf(file);
  if (kind === "folder") return;
  await placeFor(file, { fileName: "", title: "", source: undefined });
  if (kind === "file" && !force)
    throw new CardumeError("file-exists", `${printable(file)} is there already: choose another name, or add --force`);
}

type Kind = "nothing" | "file" | "folder" | "other";

const kindOf = (path: string): Promise<Kind> =>
  stat(path).then(
    (stats) => (stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other"),
    () => "nothing",
  );
