import { HASH_BYTES, missingRoot, rootOf, sameHash } from "../core/content/merkle.ts";
import { leafHashesOf } from "../core/content/proof.ts";
import { CardumeError } from "../core/errors.ts";
import { sha256 } from "../runtime/crypto.ts";
import type { DiskFile } from "./disk.ts";
import { wrongLeavesOf } from "./hash-leaves.ts";
import {
  bytesIn,
  type HashedRun,
  type Hasher,
  type KeepJob,
  type Loan,
  type ReadRun,
  type VerifiedRead,
} from "./hasher.ts";
import { sameStamp } from "./stamp.ts";

/** Hashes on the caller's own thread, through files that need no descriptor: in memory, or of a simulated disk. */
export class InlineHasher implements Hasher {
  readonly width = 1;
  #closed = false;

  prepare(): void {
    // Nothing has to be started.
  }

  async hashFile(job: Parameters<Hasher["hashFile"]>[0]): Promise<HashedRun> {
    this.#assertOpen();
    const bytes = await readUpTo(job.file, job.bytes, job.position);
    await job.copyTo?.write(bytes, job.position);
    const leafHashes = leafHashesOf(bytes, sha256);
    return { leafHashes, chunkRoots: chunkRootsOf(leafHashes, job.leavesPerChunk) };
  }

  hashBytes(bytes: Uint8Array | Loan): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#assertOpen();
      resolve(leafHashesOf(bytesIn(bytes), sha256));
    });
  }

  async keep(job: KeepJob): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    const { file, position, leavesPerChunk, chunkRoot, tree, treePosition } = job;
    const bytes = bytesIn(job.bytes);
    const leafHashes = leafHashesOf(bytes, sha256);
    if (!sameHash(chunkRootsOf(leafHashes, leavesPerChunk), chunkRoot)) return undefined;
    await file.write(bytes, position);
    await tree.write(leafHashes, treePosition);
    return leafHashes;
  }

  async read({ file, position, bytes: asked, leafHashes, trusted }: VerifiedRead): Promise<ReadRun> {
    this.#assertOpen();
    const bytes = await readUpTo(file, asked, position);
    // Only after reading: a stamp from before says nothing about a write in between.
    const hashed = trusted === undefined || !sameStamp(await file.stat(), trusted);
    return { bytes, wrongLeaves: wrongLeavesOf(bytes, asked, leafHashes, hashed), hashed };
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #assertOpen(): void {
    if (this.#closed) throw new CardumeError("hasher-stopped", "the hasher was closed", { exitCode: 5 });
  }
}

async function readUpTo(file: DiskFile, bytes: number, position: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(bytes);
  const got = await file.read(buffer, position);
  return got === bytes ? buffer : buffer.slice(0, got);
}

function chunkRootsOf(leafHashes: Uint8Array, leavesPerChunk: number): Uint8Array {
  const chunkHashBytes = leavesPerChunk * HASH_BYTES;
  const missing = missingRoot(1, sha256);
  const roots = new Uint8Array(Math.ceil(leafHashes.length / chunkHashBytes) * HASH_BYTES);
  for (let chunk = 0; chunk * HASH_BYTES < roots.length; chunk++) {
    const leaves = leafHashes.subarray(chunk * chunkHashBytes, (chunk + 1) * chunkHashBytes);
    roots.set(rootOf(leaves, leavesPerChunk, missing, sha256), chunk * HASH_BYTES);
  }
  return roots;
}
