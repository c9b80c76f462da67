import { sameHash } from "../core/content/merkle.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, NewVideoRow } from "./catalogue.ts";
import type { Disk } from "./disk.ts";
import type { LibraryKey } from "./library-key.ts";
import { ownClaims } from "./own-claims.ts";
import { sameStamp } from "./stamp.ts";
import type { VideoFolders } from "./video-folders.ts";

/** What {@link reconcile} found. */
export interface Reconciled {
  /** Videos whose folders are there, which the catalogue had not known. */
  readonly adopted: readonly Uint8Array[];
  /** Of those, the ones whose own bytes have to be read to know what is held. */
  readonly unread: readonly Uint8Array[];
  /** Videos that the catalogue knew, and whose folders are gone. */
  readonly dropped: readonly Uint8Array[];
  /** Folders without a sound manifest: left alone. */
  readonly unsound: readonly Uint8Array[];
}

/**
 * Makes the catalogue agree with the folders, which are the truth: after a crash between the two, and after the
 * catalogue was lost or replaced by an older one.
 */
export async function reconcile(
  disk: Disk,
  folders: VideoFolders,
  catalogue: Catalogue,
  key: LibraryKey,
): Promise<Reconciled> {
  const hex = (id: Uint8Array): string => Buffer.from(id).toString("hex");
  const there = new Map((await folders.ids()).map((id) => [hex(id), id]));
  const known = new Map((await catalogue.ids()).map((id) => [hex(id), id]));
  const dropped = [...known].filter(([name]) => !there.has(name)).map(([, id]) => id);
  await Promise.all(dropped.map((id) => catalogue.remove(id)));
  const unread: Uint8Array[] = [];
  const unsound: Uint8Array[] = [];
  const adopted: Uint8Array[] = [];
  const subtitles: Uint8Array[] = [];
  for (const [name, id] of there) {
    if (known.has(name)) continue;
    const row = await rowFromFolder(disk, folders, id, key, subtitles);
    if (row === undefined) unsound.push(id);
    else {
      adopted.push(id);
      if (row.source === undefined) unread.push(id);
      await catalogue.put(row, heldOf(row).bytes);
    }
  }
  const named = new Set(subtitles.map(hex));
  const belonging = adopted.filter((id) => named.has(hex(id)));
  await Promise.all(belonging.map((id) => catalogue.hold({ id, change: { kind: "subtitle" } })));
  return { adopted, unread, dropped, unsound };
}

/** A file kept in place has all of its chunks as long as it is the one that was hashed. */
const heldOf = ({ chunks, stamp }: NewVideoRow): Bitmap =>
  stamp === undefined ? new Bitmap(chunks) : Bitmap.full(chunks);

/** The row of a video whose folder is all that is left. @param subtitles takes the subtitle files that it names */
async function rowFromFolder(
  disk: Disk,
  folders: VideoFolders,
  id: Uint8Array,
  key: LibraryKey,
  subtitles: Uint8Array[],
): Promise<NewVideoRow | undefined> {
  const manifest = await folders.manifest(id);
  if (manifest === undefined) return undefined;
  const own = ownClaims(manifest.claims, key)?.claims;
  // A stranger's word must not make a video vanish from the list.
  for (const subtitle of own?.subtitles ?? []) if (!sameHash(subtitle.id, id)) subtitles.push(subtitle.id);
  const claims = own ?? manifest.claims[0]?.claims;
  const source = await folders.source(id);
  const now = source === undefined ? undefined : await disk.stat(source.path);
  const isUnchanged = now !== undefined && source !== undefined && sameStamp(now, source.stamp);
  const { bytes, chunkBytes, chunks } = manifest.geometry;
  return {
    id,
    kind: "video",
    title: claims?.title ?? "",
    fileName: claims?.fileName ?? "",
    mediaType: claims?.mediaType ?? "",
    durationMs: claims?.durationMs ?? 0,
    bytes,
    chunkBytes,
    chunks,
    source: source?.path,
    stamp: isUnchanged ? source.stamp : undefined,
    addedAtMs: own?.madeAtMs ?? 0,
    verifiedAtMs: 0,
  };
}
