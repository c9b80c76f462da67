import type { Manifest } from "../core/content/manifest.ts";
import { sameHash } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Disk } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import { hexOf } from "./hex.ts";
import type { OpenVideos } from "./open-videos.ts";
import { sameStamp } from "./stamp.ts";
import type { VideoFolders } from "./video-folders.ts";
import { lookAt, type VideoInfo } from "./video-info.ts";

/** What is removed from. */
export interface RemoverParts {
  readonly disk: Disk;
  readonly catalogue: Catalogue;
  readonly folders: VideoFolders;
  readonly videos: OpenVideos;
}

/** Takes videos out of a library, and the subtitle files that nobody names any more. Its caller gives it its turns. */
export class Remover {
  readonly #parts: RemoverParts;

  constructor(parts: RemoverParts) {
    this.#parts = parts;
  }

  /** See `Library.remove`. */
  async remove(id: Uint8Array, files: boolean): Promise<boolean> {
    const { catalogue, disk, folders, videos } = this.#parts;
    const row = await catalogue.get(id);
    if (row === undefined) throw unknownVideo();
    return videos.replace(id, async () => {
      const video = await lookAt(disk, row);
      const subtitles = await onDisk("cannot read the library", async () =>
        this.#unnamed(namedBy(await folders.manifest(id)), id),
      );
      // Before what names them: nobody would ever find them again.
      for (const subtitle of subtitles) await this.remove(subtitle, files);
      const isFileRemoved = files && (await this.#removeSource(video));
      await onDisk("cannot remove the video", () => folders.remove(id));
      await catalogue.remove(id);
      return isFileRemoved;
    });
  }

  /** Removes those of these subtitle files that no video names. */
  async removeUnnamed(subtitles: readonly Uint8Array[]): Promise<void> {
    for (const id of await this.#unnamed(subtitles, undefined)) await this.remove(id, false);
  }

  /** Only the very file that was added: one that has changed, even if parts of it were verified since, stays. */
  #removeSource({ source, state, stamp }: VideoInfo): Promise<boolean> {
    if (source === undefined || stamp === undefined || state !== "complete") return Promise.resolve(false);
    const { disk } = this.#parts;
    return onDisk("cannot remove the file", async () => {
      const now = await disk.stat(source);
      if (now?.kind !== "file" || !sameStamp(now, stamp)) return false;
      await disk.removeFile(source);
      return true;
    });
  }

  /** Those of some subtitle files that no video but `except` names. */
  async #unnamed(subtitles: readonly Uint8Array[], except: Uint8Array | undefined): Promise<Uint8Array[]> {
    const { catalogue, folders } = this.#parts;
    const unnamed = new Map<string, Uint8Array>();
    for (const id of subtitles) if ((await catalogue.get(id))?.kind === "subtitle") unnamed.set(hexOf(id), id);
    if (unnamed.size === 0) return [];
    for (const { id } of await catalogue.list()) {
      if (except !== undefined && sameHash(id, except)) continue;
      for (const subtitle of namedBy(await folders.manifest(id))) unnamed.delete(hexOf(subtitle));
    }
    return [...unnamed.values()];
  }
}

const namedBy = (manifest: Manifest | undefined): Uint8Array[] =>
  (manifest?.claims ?? []).flatMap(({ claims }) => claims.subtitles.map(({ id }) => id));

/** There is no such video. */
export const unknownVideo = (): CardumeError =>
  new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
