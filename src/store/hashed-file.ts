import { type Geometry, geometryOf, sizeProblem } from "../core/content/geometry.ts";
import { CardumeError } from "../core/errors.ts";
import type { Disk, DiskFile, FilePath } from "./disk.ts";
import { onDisk, onSource, printable } from "./disk-errors.ts";
import { hashWholeFile } from "./hash-file.ts";
import type { Hasher } from "./hasher.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import type { Draft } from "./video-folders.ts";

/** A file that was hashed into a draft: its `tree` is there, and its `content` if it was copied. */
export interface HashedFile {
  readonly id: Uint8Array;
  readonly geometry: Geometry;
  readonly chunkRoots: Uint8Array;
  /** Of the file that was hashed. */
  readonly stamp: Stamp;
}

/** What to hash, and how to tell of it. */
export interface HashOrder {
  readonly path: FilePath;
  /** Whether its bytes are to be copied into the draft. */
  readonly copy: boolean;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why a file of this size cannot be stored. @throws CardumeError `not-storable` */
export function checkSize(path: FilePath, bytes: number): void {
  const problem = sizeProblem(bytes);
  if (problem !== undefined) throw new CardumeError("not-storable", `${printable(path)}: ${problem}`);
}

/**
 * Hashes a file into a draft. What it makes is on the disk when this returns.
 * @throws CardumeError `not-storable`, `file-changed`, `file-missing`, `file-unreadable`, `disk-…`; the abort signal's reason
 */
export function hashInto(draft: Draft, disk: Disk, hasher: Hasher, order: HashOrder): Promise<HashedFile> {
  const name = printable(order.path);
  return onDisk(`cannot add ${name}`, async () => {
    const file = await onSource(order.path, () => disk.open(order.path, "read"));
    try {
      const before = await onSource(order.path, () => file.stat());
      if (before.kind !== "file") throw new CardumeError("not-storable", `${name}: it is not a regular file`);
      checkSize(order.path, before.bytes);
      const geometry = geometryOf(before.bytes);
      const hashed = await hashOpen(draft, hasher, file, geometry, order).catch((error: unknown) => {
        throw error instanceof CardumeError && error.code === "file-changed" ? changed(name) : error;
      });
      if (!sameStamp(before, await onSource(order.path, () => file.stat()))) throw changed(name);
      const { bytes, mtimeNs, inode } = before;
      return { ...hashed, geometry, stamp: { bytes, mtimeNs, inode } };
    } finally {
      await onSource(order.path, () => file.close());
    }
  });
}

const changed = (name: string): CardumeError =>
  new CardumeError("file-changed", `${name}: it changed while it was being added: add it again when it is complete`, {
    exitCode: 1,
  });

async function hashOpen(
  draft: Draft,
  hasher: Hasher,
  file: DiskFile,
  geometry: Geometry,
  { path, copy, onBytes, signal }: HashOrder,
): Promise<{ id: Uint8Array; chunkRoots: Uint8Array }> {
  const tree = await draft.create("tree");
  let copyTo: DiskFile | undefined;
  try {
    if (copy) copyTo = await draft.create("content");
    const hashed = await hashWholeFile(hasher, { path, file, geometry, tree, copyTo, onBytes, signal });
    await Promise.all([tree.sync(), copyTo?.sync()]);
    return hashed;
  } finally {
    await Promise.all([tree.close(), copyTo?.close()]);
  }
}
