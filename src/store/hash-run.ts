import { fstatSync, readSync, writeSync } from "node:fs";
import { LEAF_BYTES } from "../core/content/geometry.ts";
import { sameHash } from "../core/content/merkle.ts";
import { LeafHashes, wrongLeavesOf } from "./hash-leaves.ts";
import type { HashedRun, ReadRun } from "./hasher.ts";
import { type Stamp, sameStamp } from "./stamp.ts";

/** What a hash worker is asked to do. Files are descriptors, which all threads of a process share. */
export type HashJob =
  | {
      readonly kind: "file";
      readonly fd: number;
      readonly position: number;
      readonly bytes: number;
      readonly leavesPerChunk: number;
      readonly copyToFd: number | undefined;
    }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | {
      readonly kind: "keep";
      readonly fd: number;
      readonly position: number;
      readonly bytes: Uint8Array;
      readonly leavesPerChunk: number;
      readonly chunkRoot: Uint8Array;
      readonly treeFd: number;
      readonly treePosition: number;
    }
  | {
      readonly kind: "read";
      readonly fd: number;
      readonly position: number;
      readonly bytes: number;
      readonly leafHashes: Uint8Array;
      readonly trusted: Stamp | undefined;
      readonly into: Uint8Array | undefined;
    };

/** One kind of {@link HashJob}. */
export type HashJobOf<Kind extends HashJob["kind"]> = Extract<HashJob, { kind: Kind }>;

/** Bytes read and hashed at one time: smaller reads, which stay nearer to the core, cost more in calls than they save. */
const READ_BYTES = 1_048_576;

/** Written at one time. Where the kernel has to find fresh memory for the file, larger pieces took up to three times as long. */
const WRITE_BYTES = 32_768;

/** The work of a hash worker, done at once on the thread that calls: reads block it. */
export class HashRun {
  readonly #buffer: Buffer;

  /** @param readBytes bytes read at one time, a multiple of a leaf */
  constructor(readBytes: number = READ_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(readBytes);
  }

  /** Hashes a run of a file, and copies it. @throws the system's error */
  hashFile({ fd, position, bytes, leavesPerChunk, copyToFd }: HashJobOf<"file">): HashedRun {
    const hashes = new LeafHashes(Math.ceil(bytes / LEAF_BYTES));
    for (let done = 0; done < bytes; done += this.#buffer.length) {
      const asked = Math.min(this.#buffer.length, bytes - done);
      const got = readFully(fd, this.#buffer, asked, position + done);
      if (copyToFd !== undefined) writeFully(copyToFd, this.#buffer, got, position + done);
      hashes.add(this.#buffer, got);
      if (got < asked) break;
    }
    return { leafHashes: hashes.bytes(), chunkRoots: hashes.roots(leavesPerChunk) };
  }

  /** Hashes bytes in memory: their leaf hashes. */
  hashBytes({ bytes }: HashJobOf<"bytes">): Uint8Array {
    const hashes = new LeafHashes(Math.ceil(bytes.length / LEAF_BYTES));
    hashes.add(bytes, bytes.length);
    return hashes.bytes();
  }

  /** Hashes one chunk, and writes it if it is the right one. @throws the system's error */
  keep(job: HashJobOf<"keep">): Uint8Array | undefined {
    const { fd, position, bytes, leavesPerChunk, chunkRoot, treeFd, treePosition } = job;
    const hashes = new LeafHashes(Math.ceil(bytes.length / LEAF_BYTES));
    hashes.add(bytes, bytes.length);
    if (!sameHash(hashes.roots(leavesPerChunk), chunkRoot)) return undefined;
    for (let from = 0; from < bytes.length; from += WRITE_BYTES) {
      const piece = bytes.subarray(from, from + WRITE_BYTES);
      writeFully(fd, piece, piece.length, position + from);
    }
    const leafHashes = hashes.bytes();
    writeFully(treeFd, leafHashes, leafHashes.length, treePosition);
    return leafHashes;
  }

  /** Reads and checks a run of leaves, into memory of its own. @throws the system's error */
  read({ fd, position, bytes: asked, leafHashes, trusted, into }: HashJobOf<"read">): ReadRun {
    // Every byte of it is read into, or cut off: to clear it first costs a third of the read.
    const isEnough = into !== undefined && into.length >= asked;
    const buffer = isEnough ? into.subarray(0, asked) : Buffer.allocUnsafeSlow(asked);
    const got = readFully(fd, buffer, asked, position);
    const part = buffer.subarray(0, got);
    // A copy: what is behind it in memory of its own was never written.
    const bytes = got === asked || isEnough ? part : new Uint8Array(part);
    // Only after reading: a stamp from before says nothing about a write in between.
    const hashed = trusted === undefined || !sameStamp(stampOf(fd), trusted);
    return { bytes, wrongLeaves: wrongLeavesOf(bytes, asked, leafHashes, hashed), hashed };
  }
}

function stampOf(fd: number): Stamp {
  const { size, mtimeNs, ino } = fstatSync(fd, { bigint: true });
  return { bytes: Number(size), mtimeNs, inode: ino };
}

/** Bytes read, fewer than asked for only at the file's end: one call may give less before it. */
function readFully(fd: number, buffer: Uint8Array, asked: number, position: number): number {
  let done = 0;
  while (done < asked) {
    const got = readSync(fd, buffer, done, asked - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

function writeFully(fd: number, buffer: Uint8Array, bytes: number, position: number): void {
  for (let done = 0; done < bytes; ) done += writeSync(fd, buffer, done, bytes - done, position + done);
}
