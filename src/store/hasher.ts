import type { DiskFile } from "./disk.ts";
import type { Stamp } from "./stamp.ts";

/** The leaf hashes of a run of bytes. */
export interface HashedRun {
  /** One hash a leaf of 16 KiB, one behind the other; shorter than asked for when the file ended before. */
  readonly leafHashes: Uint8Array;
  /** One root a chunk of `leavesPerChunk` leaves, one behind the other; the last run's may be of fewer leaves. */
  readonly chunkRoots: Uint8Array;
}

/** What to read, and what it has to hash to. */
export interface VerifiedRead {
  readonly file: DiskFile;
  /** A multiple of 16 KiB. */
  readonly position: number;
  /** At most 1 MiB. */
  readonly bytes: number;
  /** The hash of every leaf in it, one behind the other. */
  readonly leafHashes: Uint8Array;
  /** Trust the bytes, without hashing them, if the file still has this stamp. */
  readonly trusted?: Stamp | undefined;
  /** Memory to read into, if it is enough: else new memory is made. */
  readonly into?: Loan | undefined;
}

/**
 * Memory that is lent to a thread: nothing is copied, where plain bytes are. Shared memory stays here, and must not change
 * meanwhile. Any other, which is all of an `ArrayBuffer` or its beginning, goes there: while the thread works, `bytes` is
 * empty, and afterwards it is here again, perhaps as another view.
 */
export interface Loan {
  bytes: Uint8Array;
}

/** The bytes, lent or not. */
export const bytesIn = (memory: Uint8Array | Loan): Uint8Array =>
  memory instanceof Uint8Array ? memory : memory.bytes;

/** One chunk that came, and where it is to be written. */
export interface KeepJob {
  readonly file: DiskFile;
  readonly position: number;
  readonly bytes: Uint8Array | Loan;
  /** The width of the chunk's padded tree, see `chunkWidth`. */
  readonly leavesPerChunk: number;
  /** What it has to hash to. */
  readonly chunkRoot: Uint8Array;
  /** Where its leaf hashes go. */
  readonly tree: DiskFile;
  readonly treePosition: number;
}

/** The bytes read, and the leaves (counted from the first of them) that were not what they have to be. */
export interface ReadRun {
  readonly bytes: Uint8Array;
  readonly wrongLeaves: readonly number[];
  /** Whether the bytes were hashed. */
  readonly hashed: boolean;
}

/**
 * Reads and hashes away from the caller's thread. Methods reject with the system's error when a file cannot be read,
 * and with a `CardumeError` `hasher-stopped` when the hasher was closed or its threads died.
 */
export interface Hasher {
  /** Jobs that it works on at one time. */
  readonly width: number;
  /** There is going to be work: what takes a moment to start is started. */
  prepare(): void;
  /**
   * Hashes `bytes` of a file from `position` (a multiple of a chunk) on, a few MiB at most, and writes what it reads to
   * the same place of `copyTo`.
   * @param leavesPerChunk the width of a chunk's padded tree, see `chunkWidth`
   */
  hashFile(job: {
    readonly file: DiskFile;
    readonly position: number;
    readonly bytes: number;
    readonly leavesPerChunk: number;
    readonly copyTo?: DiskFile | undefined;
  }): Promise<HashedRun>;
  /** Hashes bytes in memory: at most one chunk. They must not change meanwhile. */
  hashBytes(bytes: Uint8Array | Loan): Promise<Uint8Array>;
  /**
   * Hashes one chunk in memory and, only if it is what it has to be, writes it and its leaf hashes to their places. The bytes must not change
   * meanwhile.
   * @returns its leaf hashes; `undefined`: it is another chunk, and nothing was written
   */
  keep(job: KeepJob): Promise<Uint8Array | undefined>;
  /** Reads and checks a run of leaves. A file that ends too early gives wrong leaves. */
  read(job: VerifiedRead): Promise<ReadRun>;
  close(): Promise<void>;
}
