import { chunkWidth, type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import { HASH_BYTES, idOf } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sha256 } from "../runtime/crypto.ts";
import type { DiskFile, FilePath } from "./disk.ts";
import { sourceError } from "./disk-errors.ts";
import type { Hasher } from "./hasher.ts";

/** A whole file to be hashed. */
export interface WholeFile {
  /** Where it is, for people. */
  readonly path: FilePath;
  readonly file: DiskFile;
  readonly geometry: Geometry;
  /** Takes the leaf hashes of all chunks: too many to keep in memory. */
  readonly tree: DiskFile;
  /** Takes what was hashed, at the same places. */
  readonly copyTo?: DiskFile | undefined;
  /** Called with the bytes of each part that is done. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Hashes a file from end to end, as many parts at a time as the hasher has threads for and one more.
 * @returns its chunk roots and its id
 * @throws CardumeError `file-changed` when it ends too early, `file-unreadable` and such; the abort signal's reason; the
 * system's error when what was hashed cannot be written
 */
export async function hashWholeFile(
  hasher: Hasher,
  whole: WholeFile,
): Promise<{ id: Uint8Array; chunkRoots: Uint8Array }> {
  const { geometry } = whole;
  const jobBytes = Math.max(STORE.hashJobBytes, geometry.chunkBytes);
  const chunkRoots = new Uint8Array(geometry.chunks * HASH_BYTES);
  let position = 0;
  const work = async (): Promise<void> => {
    while (position < geometry.bytes) {
      const start = position;
      position += jobBytes;
      whole.signal?.throwIfAborted();
      chunkRoots.set(await hashPart(hasher, whole, start, jobBytes), (start / geometry.chunkBytes) * HASH_BYTES);
    }
  };
  const stop = (error: unknown): never => {
    position = geometry.bytes;
    throw error;
  };
  // All have ended when this returns: the files are the caller's to close.
  const workers = await Promise.allSettled(Array.from({ length: hasher.width + 1 }, () => work().catch(stop)));
  for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
  return { id: idOf(chunkRoots, geometry, sha256), chunkRoots };
}

async function hashPart(hasher: Hasher, whole: WholeFile, start: number, jobBytes: number): Promise<Uint8Array> {
  const { path, file, geometry, tree, copyTo, onBytes } = whole;
  const bytes = Math.min(jobBytes, geometry.bytes - start);
  const job = { file, position: start, bytes, leavesPerChunk: chunkWidth(geometry), copyTo };
  const { leafHashes, chunkRoots } = await hasher.hashFile(job).catch((error: unknown) => {
    // The same job writes the copy, which is the library's own.
    throw (error as NodeJS.ErrnoException).syscall === "read" ? sourceError(error, path) : error;
  });
  if (leafHashes.length !== Math.ceil(bytes / LEAF_BYTES) * HASH_BYTES)
    throw new CardumeError("file-changed", "it became shorter while it was being read", { exitCode: 1 });
  await tree.write(leafHashes, (start / LEAF_BYTES) * HASH_BYTES);
  onBytes?.(bytes);
  return chunkRoots;
}
