import { chunkLeaves, chunkLength, chunkWidth, type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import type { Manifest } from "../core/content/manifest.ts";
import { HASH_BYTES, hashAt, sameHash } from "../core/content/merkle.ts";
import { type Slice, sliceLength, sliceProblem, verifyLeafHashes, verifySliceHashes } from "../core/content/proof.ts";
import { assert, CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sha256 } from "../runtime/crypto.ts";
import type { Bitmap } from "./bitmap.ts";
import type { Catalogue } from "./catalogue.ts";
import { type ChunkCheck, type ChunkStore, type HeldListener, isReadProblem, type ReadProblem } from "./chunk-store.ts";
import { Committer } from "./committer.ts";
import type { DiskFile } from "./disk.ts";
import { bytesIn, type Hasher, type Loan, type VerifiedRead } from "./hasher.ts";
import type { LeafCache } from "./leaf-cache.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import { UnderWay } from "./under-way.ts";

/** What a video's store works on. */
export interface FileChunkStoreParts {
  readonly manifest: Manifest;
  readonly held: Bitmap;
  /** Of the file with the bytes, when they were last known to be good. */
  readonly stamp: Stamp | undefined;
  /** Whether the file is the library's own to write, or one kept in place. */
  readonly isOurs: boolean;
  /** The file with the bytes; `undefined` when it is gone. */
  readonly data: DiskFile | undefined;
  /** The leaf hashes. */
  readonly tree: DiskFile;
  readonly hasher: Hasher;
  readonly catalogue: Catalogue;
  readonly leafCache: LeafCache;
  /** A catalogue is made anew from files that were made sure of long ago: nothing is written. */
  readonly isRebuilding?: boolean | undefined;
  /** Room on the disk for what is missing. */
  readonly room: { reserve(): Promise<void>; release(): void };
}

/** Takes a chunk out of its turn; nobody is told of it. */
const WRONG_BYTES = new CardumeError("wrong-bytes", "the bytes are another chunk's", { exitCode: 1 });

/** A video's chunks in files: the library's own sparse `content`, or a file kept in place. */
export class FileChunkStore implements ChunkStore {
  readonly manifest: Manifest;
  readonly held: Bitmap;
  readonly #parts: FileChunkStoreParts;
  readonly #geometry: Geometry;
  readonly #name: string;
  readonly #committer: Committer;
  readonly #listeners = new Set<HeldListener>();
  readonly #underWay = new UnderWay();
  /** In the file and right, but not made sure of: read by whoever is told, and checked as all reads are. */
  readonly #written = new Set<number>();
  #stamp: Stamp | undefined;

  constructor(parts: FileChunkStoreParts) {
    this.manifest = parts.manifest;
    this.held = parts.held;
    this.#parts = parts;
    this.#geometry = parts.manifest.geometry;
    this.#name = Buffer.from(parts.manifest.id).toString("hex");
    this.#stamp = parts.stamp;
    this.#committer = new Committer({
      sync: () => (parts.isOurs ? this.#data().sync() : Promise.resolve()),
      mark: (chunks) => this.#mark(chunks),
    });
  }

  read(
    position: number,
    bytes: number,
    how: "verified" | "trusted" = "verified",
    into?: Loan,
  ): Promise<Uint8Array | ReadProblem> {
    return this.#underWay.run(() => this.#read(position, bytes, how, into));
  }

  leafHashes(chunk: number): Promise<Uint8Array | ReadProblem> {
    return this.#underWay.run(() => this.#leafHashes(chunk));
  }

  readInto(position: number, into: Uint8Array): Promise<ReadProblem | undefined> {
    return this.#underWay.run(() => this.#readInto(position, into));
  }

  write(chunk: number, bytes: Uint8Array | Loan, onWritten?: () => void): Promise<"held" | "wrong-bytes"> {
    return this.#underWay.run(() => this.#write(chunk, bytes, onWritten));
  }

  isSlice(slice: Slice, bytes: Uint8Array | Loan, proof: Uint8Array): Promise<boolean> {
    return this.#underWay.run(async () => {
      const geometry = this.#geometry;
      if (sliceProblem(slice, geometry) !== undefined || bytesIn(bytes).length !== sliceLength(slice, geometry))
        return false;
      const hashes = await this.#parts.hasher.hashBytes(bytes);
      const root = hashAt(this.manifest.chunkRoots, slice.chunk);
      return verifySliceHashes(hashes, slice, proof, root, geometry, sha256);
    });
  }

  check(chunk: number): Promise<ChunkCheck> {
    return this.#underWay.run(() => this.#check(chunk));
  }

  onHeld(listener: HeldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#underWay.end();
    await this.#committer.idle();
    this.#parts.room.release();
    // What is held was made sure of before: a close that fails takes nothing back.
    await Promise.allSettled([this.#parts.data?.close(), this.#parts.tree.close()]);
  }

  /** Whether the file was not there when the video was opened. */
  get isMissing(): boolean {
    return this.#parts.data === undefined;
  }

  /** The stamp of the file as it is now; `undefined` when it is gone. */
  currentStamp(): Promise<Stamp | undefined> {
    return this.#underWay.run(() => this.#currentStamp());
  }

  /** Takes note that all of the file was read and found good while it had this stamp. */
  trust(stamp: Stamp): void {
    this.#stamp = stamp;
  }

  async #read(
    position: number,
    bytes: number,
    how: "verified" | "trusted",
    into?: Loan,
  ): Promise<Uint8Array | ReadProblem> {
    const end = position + bytes;
    assert(bytes > 0 && bytes <= STORE.maxReadBytes, "at most 1 MiB is read at once");
    assert(position >= 0 && end <= this.#geometry.bytes, "what is read is inside the video");
    const start = position - (position % LEAF_BYTES);
    const length = Math.min(Math.ceil(end / LEAF_BYTES) * LEAF_BYTES, this.#geometry.bytes) - start;
    const leafHashes = await this.#leafHashesOfRun(start / LEAF_BYTES, Math.ceil((start + length) / LEAF_BYTES));
    if (isReadProblem(leafHashes)) return leafHashes;
    const read = await this.#readRun({ position: start, bytes: length, leafHashes, into }, how);
    return isReadProblem(read) ? read : read.subarray(position - start, end - start);
  }

  async #leafHashes(chunk: number): Promise<Uint8Array | ReadProblem> {
    const isHeld = this.held.has(chunk);
    if (!isHeld && !this.#written.has(chunk)) return { problem: "not-held", chunk };
    const cached = this.#parts.leafCache.get(this.#name, chunk);
    if (cached !== undefined) return cached;
    const stored = await this.#storedLeafHashes(chunk);
    if (stored !== undefined && this.#isChunk(stored, chunk)) {
      this.#parts.leafCache.set(this.#name, chunk, stored);
      return stored;
    }
    if (!isHeld) return { problem: "not-held", chunk };
    if (this.#parts.data === undefined) return { problem: "missing", chunk };
    // The tree is a cache: a bad one is made again from the bytes, and they are lost only if they do not fit either.
    const check = await this.#check(chunk);
    const made = this.#parts.leafCache.get(this.#name, chunk);
    return check !== "lost" && made !== undefined ? made : this.#problemOf(chunk);
  }

  async #readInto(position: number, into: Uint8Array): Promise<ReadProblem | undefined> {
    const { chunkBytes, bytes } = this.#geometry;
    const end = position + into.length;
    assert(into.length > 0 && position >= 0 && end <= bytes, "what is read is inside the video");
    const first = Math.floor(position / chunkBytes);
    for (let chunk = first; chunk * chunkBytes < end; chunk++)
      if (!this.held.has(chunk)) return { problem: "not-held", chunk };
    if (await this.#readUnchanged(position, into)) return undefined;
    for (let from = 0; from < into.length; from += STORE.maxReadBytes) {
      const read = await this.#read(position + from, Math.min(STORE.maxReadBytes, into.length - from), "verified");
      if (isReadProblem(read)) return read;
      into.set(read, from);
    }
    return undefined;
  }

  /** Whether all of it was read from a file that is as it was when its bytes were last known to be good. */
  async #readUnchanged(position: number, into: Uint8Array): Promise<boolean> {
    const { data } = this.#parts;
    if (data === undefined || this.#stamp === undefined) return false;
    try {
      if ((await data.read(into, position)) < into.length) return false;
      // Only after reading: a stamp from before says nothing about a write in between. Each time, since whoever sends wrong
      // bytes is taken for a liar.
      return (await this.#unchangedStamp()) !== undefined;
    } catch {
      return false;
    }
  }

  async #write(chunk: number, bytes: Uint8Array | Loan, onWritten?: () => void): Promise<"held" | "wrong-bytes"> {
    if (!this.#parts.isOurs)
      throw new CardumeError("video-in-place", "this video is kept in place, in a file that is not the library's own");
    if (this.#parts.data === undefined)
      throw new CardumeError("file-missing", "something else is in the place of the video's file in the library", {
        exitCode: 5,
      });
    if (this.held.has(chunk)) return "held";
    if (bytesIn(bytes).length !== chunkLength(this.#geometry, chunk)) return "wrong-bytes";
    if (this.#committer.failed !== undefined) throw this.#committer.failed;
    await this.#parts.room.reserve();
    let isRight = true;
    try {
      await this.#committer.commit(chunk, async () => {
        isRight = await this.#put(chunk, bytes);
        if (!isRight) throw WRONG_BYTES;
        this.#written.add(chunk);
        onWritten?.();
      });
    } catch (error) {
      if (!isRight) return "wrong-bytes";
      // Somebody else has filled the disk: the next chunk asks for room first.
      this.#parts.room.release();
      throw error;
    } finally {
      this.#written.delete(chunk);
    }
    return "held";
  }

  /** Puts a chunk's bytes and leaf hashes in their places, if they are that chunk's. */
  async #put(chunk: number, bytes: Uint8Array | Loan): Promise<boolean> {
    const leafHashes = await this.#parts.hasher.keep({
      file: this.#data(),
      position: chunk * this.#geometry.chunkBytes,
      bytes,
      leavesPerChunk: chunkWidth(this.#geometry),
      // A copy: a view would take all roots along to the thread.
      chunkRoot: hashAt(this.manifest.chunkRoots, chunk).slice(),
      tree: this.#parts.tree,
      treePosition: chunk * this.#geometry.leavesPerChunk * HASH_BYTES,
    });
    if (leafHashes === undefined) return false;
    this.#parts.leafCache.set(this.#name, chunk, leafHashes);
    return true;
  }

  async #check(chunk: number): Promise<ChunkCheck> {
    const wasHeld = this.held.has(chunk);
    let leafHashes = await this.#hashChunk(chunk);
    // Once more before anything is given up: it may have been read while it was being written.
    if (leafHashes === undefined && wasHeld) leafHashes = await this.#hashChunk(chunk);
    if (leafHashes === undefined) {
      if (wasHeld) await this.#lose([chunk]);
      return wasHeld ? "lost" : "absent";
    }
    const stored = await this.#storedLeafHashes(chunk);
    if (stored === undefined || Buffer.compare(stored, leafHashes) !== 0)
      await this.#storeLeafHashes(chunk, leafHashes).catch(() => {});
    this.#parts.leafCache.set(this.#name, chunk, leafHashes);
    if (this.held.has(chunk)) return "good";
    await this.#committer.commit(chunk, this.#parts.isOurs ? () => this.#rewrite(chunk) : undefined);
    return "recovered";
  }

  /** The stamp of the file as it is, when it has not changed since its bytes were known to be good. */
  async #unchangedStamp(): Promise<Stamp | undefined> {
    const now = await this.#currentStamp();
    return now !== undefined && this.#stamp !== undefined && sameStamp(now, this.#stamp) ? this.#stamp : undefined;
  }

  #currentStamp(): Promise<Stamp | undefined> {
    return this.#parts.data?.stat() ?? Promise.resolve(undefined);
  }

  /**
   * Writes a chunk that was found over itself: after a sync that failed the system keeps its pages and calls them clean,
   * whether they have reached the disk or not, and would sync nothing.
   */
  async #rewrite(chunk: number): Promise<void> {
    if (this.#parts.isRebuilding === true) return;
    const start = chunk * this.#geometry.chunkBytes;
    const end = start + chunkLength(this.#geometry, chunk);
    const buffer = new Uint8Array(Math.min(end - start, STORE.maxReadBytes));
    for (let position = start; position < end; position += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, end - position));
      await this.#data().read(part, position);
      await this.#data().write(part, position);
    }
  }

  #data(): DiskFile {
    assert(this.#parts.data !== undefined, "the library's own file is open");
    return this.#parts.data;
  }

  #isChunk(leafHashes: Uint8Array, chunk: number): boolean {
    return verifyLeafHashes(leafHashes, chunk, hashAt(this.manifest.chunkRoots, chunk), this.#geometry, sha256);
  }

  async #leafHashesOfRun(first: number, end: number): Promise<Uint8Array | ReadProblem> {
    const { leavesPerChunk } = this.#geometry;
    const firstChunk = Math.floor(first / leavesPerChunk);
    const lastChunk = Math.floor((end - 1) / leavesPerChunk);
    const parts: Uint8Array[] = [];
    for (let chunk = firstChunk; chunk <= lastChunk; chunk++) {
      const hashes = await this.#leafHashes(chunk);
      if (isReadProblem(hashes)) return hashes;
      const from = Math.max(0, first - chunk * leavesPerChunk);
      parts.push(hashes.subarray(from * HASH_BYTES, (end - chunk * leavesPerChunk) * HASH_BYTES));
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  }

  async #readRun(
    what: Omit<VerifiedRead, "file" | "trusted">,
    how: "verified" | "trusted",
  ): Promise<Uint8Array | ReadProblem> {
    const { position } = what;
    const { data: file, hasher } = this.#parts;
    const chunkAt = (leaf: number): number => Math.floor((position + leaf * LEAF_BYTES) / this.#geometry.chunkBytes);
    if (file === undefined) return { problem: "missing", chunk: chunkAt(0) };
    const trusted = how === "trusted" ? this.#stamp : undefined;
    try {
      const run = await hasher.read({ ...what, file, trusted });
      if (run.wrongLeaves.length === 0) return run.bytes;
      const again = await hasher.read({ ...what, file });
      if (again.wrongLeaves.length === 0) return again.bytes;
      const lost = [...new Set(again.wrongLeaves.map(chunkAt))];
      const unheld = lost.find((chunk) => !this.held.has(chunk));
      if (unheld !== undefined) return { problem: "not-held", chunk: unheld };
      await this.#lose(lost);
      return this.#problemOf(lost[0] as number);
    } catch (error) {
      if (error instanceof CardumeError) throw error;
      return { problem: "unreadable", chunk: chunkAt(0) };
    }
  }

  /** What is wrong with a chunk that was held and is no longer. */
  async #problemOf(chunk: number): Promise<ReadProblem> {
    if (this.#parts.data === undefined) return { problem: "missing", chunk };
    const isChanged = !this.#parts.isOurs && (await this.#unchangedStamp().catch(() => undefined)) === undefined;
    return { problem: isChanged ? "changed" : "damaged", chunk };
  }

  /** The leaf hashes of a chunk's bytes as they are; `undefined` when they are not the chunk's, or cannot be read. */
  async #hashChunk(chunk: number, isAgain = false): Promise<Uint8Array | undefined> {
    const { data: file, hasher } = this.#parts;
    if (file === undefined) return undefined;
    const position = chunk * this.#geometry.chunkBytes;
    const bytes = chunkLength(this.#geometry, chunk);
    try {
      const leavesPerChunk = chunkWidth(this.#geometry);
      const { leafHashes, chunkRoots } = await hasher.hashFile({ file, position, bytes, leavesPerChunk });
      const isWhole = leafHashes.length === chunkLeaves(this.#geometry, chunk) * HASH_BYTES;
      return isWhole && sameHash(chunkRoots, hashAt(this.manifest.chunkRoots, chunk)) ? leafHashes : undefined;
    } catch (error) {
      if (error instanceof CardumeError) throw error;
      // What is known of a catalogue that was lost hangs on this one reading.
      return isAgain ? undefined : this.#hashChunk(chunk, true);
    }
  }

  async #storedLeafHashes(chunk: number): Promise<Uint8Array | undefined> {
    const hashes = new Uint8Array(chunkLeaves(this.#geometry, chunk) * HASH_BYTES);
    const position = chunk * this.#geometry.leavesPerChunk * HASH_BYTES;
    const read = await this.#parts.tree.read(hashes, position).catch(() => 0);
    return read === hashes.length ? hashes : undefined;
  }

  #storeLeafHashes(chunk: number, leafHashes: Uint8Array): Promise<void> {
    return this.#parts.tree.write(leafHashes, chunk * this.#geometry.leavesPerChunk * HASH_BYTES);
  }

  async #mark(chunks: readonly number[]): Promise<void> {
    const { isOurs, catalogue } = this.#parts;
    // A file without a stamp has not been read since its catalogue was lost, and has to be, all of it.
    const stamp = isOurs && this.#stamp !== undefined ? await this.#data().stat() : undefined;
    const change = stamp === undefined ? {} : { change: { stamp } };
    await catalogue.hold({ id: this.manifest.id, hold: chunks, ...change });
    if (stamp !== undefined) this.#stamp = stamp;
    for (const chunk of chunks) {
      this.held.add(chunk);
      for (const listener of this.#listeners) listener(chunk, true);
    }
  }

  async #lose(chunks: readonly number[]): Promise<void> {
    for (const chunk of chunks) {
      this.held.delete(chunk);
      this.#parts.leafCache.delete(this.#name, chunk);
      for (const listener of this.#listeners) listener(chunk, false);
    }
    // A catalogue that cannot be written goes on saying "held": the next read finds out again.
    await this.#parts.catalogue.hold({ id: this.manifest.id, drop: chunks }).catch(() => {});
  }
}
