import type { VideoRow } from "./catalogue.ts";
import type { Disk } from "./disk.ts";
import { sameStamp } from "./stamp.ts";
import type { Part, VideoFolders } from "./video-folders.ts";

/** Where a video's bytes are: in the library's own `content`, or in the file that `source` names. */
export type Place = Pick<VideoRow, "source" | "stamp">;

/** The library's own bytes, and nobody knows which are there until they are read. */
const UNREAD: Place = { source: undefined, stamp: undefined };

/**
 * Makes a video's folder say in one way where its bytes are. It says both when going from one to the other was cut
 * short; and what it says is not what the catalogue knows when that is of an older day.
 * @param known what the catalogue knows
 * @returns what it is to know; `undefined` when it does
 */
export async function settlePlace(
  disk: Disk,
  folders: VideoFolders,
  id: Uint8Array,
  known: Place | undefined,
): Promise<Place | undefined> {
  const has = async (part: Part): Promise<boolean> => (await disk.stat(folders.part(id, part))) !== undefined;
  const [hasContent, hasSource] = await Promise.all([has("content"), has("source")]);
  const isOurs = known !== undefined && known.source === undefined;
  const isElsewhere = known !== undefined && !isOurs;
  if (!hasSource) return isOurs || (isElsewhere && !hasContent) ? undefined : UNREAD;
  if (isElsewhere && !hasContent) return undefined;
  if (!hasContent) return sourceOf(disk, folders, id);
  // The catalogue calls bytes the library's own only when they are on the disk.
  const place = isOurs ? UNREAD : await sourceOf(disk, folders, id);
  const isWhole = place.stamp !== undefined;
  await disk.remove(folders.part(id, isWhole ? "content" : "source"));
  await disk.syncFolder(folders.path(id));
  if (isOurs) return undefined;
  return isWhole ? place : UNREAD;
}

/** The file kept in place, with its stamp if it is as it was. */
async function sourceOf(disk: Disk, folders: VideoFolders, id: Uint8Array): Promise<Place> {
  const source = await folders.source(id);
  if (source === undefined) return UNREAD;
  const now = await disk.stat(source.path);
  const isUnchanged = now !== undefined && sameStamp(now, source.stamp) && source.isDamaged !== true;
  return { source: source.path, stamp: isUnchanged ? source.stamp : undefined };
}
