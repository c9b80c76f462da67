import type { Manifest } from "../core/content/manifest.ts";
import { sameHash } from "../core/content/merkle.ts";
import { STORE } from "../core/limits.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, NewVideoRow, VideoRow } from "./catalogue.ts";
import type { Disk } from "./disk.ts";
import { hexOf } from "./hex.ts";
import type { LibraryKey } from "./library-key.ts";
import { ownClaims } from "./own-claims.ts";
import { settlePlace } from "./settle-place.ts";
import { isSubtitle } from "./subtitle-names.ts";
import type { VideoFolders } from "./video-folders.ts";

/** What {@link reconcile} found. */
export interface Reconciled {
  /** Videos whose folders are there, which the catalogue had not known. */
  readonly adopted: readonly Uint8Array[];
  /** Videos that the catalogue knew, and whose folders are gone. */
  readonly dropped: readonly Uint8Array[];
  /** Folders without a sound manifest: left alone. */
  readonly unsound: readonly Uint8Array[];
}

/**
 * Reads the library's own bytes of a video that the catalogue has forgotten: only they can tell what is held.
 * @returns the row, and the bitmap
 */
export type ReadHeld = (
  row: NewVideoRow,
  number: number,
  count: number,
) => Promise<{ readonly row: NewVideoRow; readonly held: Uint8Array }>;

/** Where {@link reconcile} looks, and what it mends. */
export interface ReconcileParts {
  readonly disk: Disk;
  readonly folders: VideoFolders;
  readonly catalogue: Catalogue;
  readonly key: LibraryKey;
  readonly readHeld: ReadHeld;
}

/**
 * Makes the catalogue agree with the folders, which are the truth: after a crash between the two, and after the
 * catalogue was lost or replaced by an older one. A row is written when all that it says is known, and those of subtitle
 * files before those of the videos that name them: broken off at any point, the next opening goes on.
 */
export async function reconcile(parts: ReconcileParts): Promise<Reconciled> {
  const { catalogue, folders } = parts;
  const there = new Map((await folders.ids()).map((id) => [hexOf(id), id]));
  const all = [...(await catalogue.list()), ...(await catalogue.list({ kind: "subtitle" }))];
  const known = new Map(all.map((row) => [hexOf(row.id), row]));
  const dropped = all.map(({ id }) => id).filter((id) => !there.has(hexOf(id)));
  await Promise.all(dropped.map((id) => catalogue.remove(id)));
  const kept = all.filter(({ id }) => there.has(hexOf(id)));
  await adopt(parts, await settleAll(parts, kept));
  const unsound: Uint8Array[] = [];
  const rows: NewVideoRow[] = [];
  const subtitles: Uint8Array[] = [];
  for (const [name, id] of there) {
    if (known.has(name)) continue;
    const row = await rowFromFolder(parts, id, subtitles);
    if (row === undefined) unsound.push(id);
    else rows.push(row);
  }
  // Those that are known name some, too: they are asked only when there is something to be named.
  if (rows.some(({ fileName }) => isSubtitle(fileName)))
    for (const { id } of kept) subtitles.push(...subtitlesOf(await folders.manifest(id), parts.key));
  const named = new Set(subtitles.map(hexOf));
  const isNamed = ({ id }: NewVideoRow): boolean => named.has(hexOf(id));
  await adopt(
    parts,
    rows.filter(isNamed).map((row) => ({ ...row, kind: "subtitle" })),
  );
  await adopt(
    parts,
    rows.filter((row) => !isNamed(row)),
  );
  return { adopted: rows.map(({ id }) => id), dropped, unsound };
}

/** Looks at some videos at a time: at thousands at once, what waits for the disk would take more memory than all else. */
async function settleAll(parts: ReconcileParts, rows: readonly VideoRow[]): Promise<NewVideoRow[]> {
  const moved: NewVideoRow[] = [];
  for (let at = 0; at < rows.length; at += STORE.maxLooksAtOnce) {
    const some = await Promise.all(rows.slice(at, at + STORE.maxLooksAtOnce).map((row) => settle(parts, row)));
    moved.push(...some.filter((row) => row !== undefined));
  }
  return moved;
}

/**
 * Looks whether a known video's bytes are where the catalogue says. The library's own have a stamp from the moment that
 * there is a file for them: without one they could not be read when the catalogue was made again.
 * @returns the row as it has to be; `undefined` when it is right
 */
async function settle({ disk, folders }: ReconcileParts, row: VideoRow): Promise<NewVideoRow | undefined> {
  const place = await settlePlace(disk, folders, row.id, row);
  if (place !== undefined) return { ...row, source: place.source, stamp: place.stamp };
  return row.source === undefined && row.stamp === undefined ? row : undefined;
}

/** The subtitle files that a manifest names. A stranger's word does not count: it must not make a video vanish. */
function subtitlesOf(manifest: Manifest | undefined, key: LibraryKey): Uint8Array[] {
  const own = manifest === undefined ? undefined : ownClaims(manifest.claims, key)?.claims;
  return (own?.subtitles ?? []).map(({ id }) => id).filter((id) => own === undefined || !sameHash(id, own.video));
}

/** Writes rows: together those of files kept in place, and one after the other those whose bytes are read first. */
async function adopt({ catalogue, readHeld }: ReconcileParts, rows: readonly NewVideoRow[]): Promise<void> {
  const inPlace = rows.filter(({ source }) => source !== undefined);
  await Promise.all(inPlace.map((row) => catalogue.put(row, heldOf(row).bytes)));
  const unread = rows.filter(({ source }) => source === undefined);
  for (const [index, row] of unread.entries()) {
    const read = await readHeld(row, index + 1, unread.length);
    await catalogue.put(read.row, read.held);
  }
}

/** A file kept in place has all of its chunks as long as it is the one that was hashed. */
const heldOf = ({ chunks, stamp }: NewVideoRow): Bitmap =>
  stamp === undefined ? new Bitmap(chunks) : Bitmap.full(chunks);

/** The row of a video whose folder is all that is left. @param subtitles takes the subtitle files that it names */
async function rowFromFolder(
  { disk, folders, key }: ReconcileParts,
  id: Uint8Array,
  subtitles: Uint8Array[],
): Promise<NewVideoRow | undefined> {
  const manifest = await folders.manifest(id);
  if (manifest === undefined) return undefined;
  const own = ownClaims(manifest.claims, key)?.claims;
  subtitles.push(...subtitlesOf(manifest, key));
  const claims = own ?? manifest.claims[0]?.claims;
  const place = await settlePlace(disk, folders, id, undefined);
  const { bytes, chunkBytes, chunks } = manifest.geometry;
  return {
    id,
    kind: "video",
    title: claims?.title ?? hexOf(id),
    fileName: claims?.fileName ?? "",
    mediaType: claims?.mediaType ?? "",
    durationMs: claims?.durationMs ?? 0,
    bytes,
    chunkBytes,
    chunks,
    source: place?.source,
    stamp: place?.stamp,
    addedAtMs: own?.madeAtMs ?? 0,
    verifiedAtMs: 0,
  };
}
