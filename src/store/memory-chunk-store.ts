import { chunkLength, type Geometry } from "../core/content/geometry.ts";
import type { Manifest } from "../core/content/manifest.ts";
import { hashAt } from "../core/content/merkle.ts";
import { leafHashesOf, type Slice, verifyLeafHashes, verifySlice } from "../core/content/proof.ts";
import { assert } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sha256 } from "../runtime/crypto.ts";
import { Bitmap } from "./bitmap.ts";
import { type ChunkCheck, type ChunkStore, type HeldListener, isReadProblem, type ReadProblem } from "./chunk-store.ts";
import { bytesIn, type Loan } from "./hasher.ts";

/** A video's chunks in memory: for simulations, and for what is not worth a disk. */
export class MemoryChunkStore implements ChunkStore {
  readonly manifest: Manifest;
  readonly held: Bitmap;
  readonly #geometry: Geometry;
  readonly #chunks: Map<number, Uint8Array>;
  readonly #listeners = new Set<HeldListener>();

  /** @param chunks what there is; those that are not what they have to be are not held */
  constructor(manifest: Manifest, chunks: Map<number, Uint8Array> = new Map()) {
    this.manifest = manifest;
    this.#geometry = manifest.geometry;
    this.#chunks = chunks;
    this.held = new Bitmap(manifest.geometry.chunks);
    for (const chunk of chunks.keys()) if (this.#goodLeafHashes(chunk) !== undefined) this.held.add(chunk);
  }

  read(position: number, bytes: number): Promise<Uint8Array | ReadProblem> {
    const end = position + bytes;
    assert(bytes > 0 && bytes <= STORE.maxReadBytes, "at most 1 MiB is read at once");
    assert(position >= 0 && end <= this.#geometry.bytes, "what is read is inside the video");
    const result = new Uint8Array(bytes);
    const { chunkBytes } = this.#geometry;
    for (let chunk = Math.floor(position / chunkBytes); chunk * chunkBytes < end; chunk++) {
      const hashes = this.#leafHashes(chunk);
      if ("problem" in hashes) return Promise.resolve(hashes);
      const start = chunk * chunkBytes;
      const part = (this.#chunks.get(chunk) as Uint8Array).subarray(Math.max(0, position - start), end - start);
      result.set(part, Math.max(0, start - position));
    }
    return Promise.resolve(result);
  }

  leafHashes(chunk: number): Promise<Uint8Array | ReadProblem> {
    return Promise.resolve(this.#leafHashes(chunk));
  }

  async readInto(position: number, into: Uint8Array): Promise<ReadProblem | undefined> {
    const read = await this.read(position, into.length);
    if (isReadProblem(read)) return read;
    into.set(read);
    return undefined;
  }

  write(chunk: number, bytes: Uint8Array | Loan, onWritten?: () => void): Promise<"held" | "wrong-bytes"> {
    const written = this.#write(chunk, bytesIn(bytes));
    if (written === "held") onWritten?.();
    return Promise.resolve(written);
  }

  isSlice(slice: Slice, bytes: Uint8Array | Loan, proof: Uint8Array): Promise<boolean> {
    const root = hashAt(this.manifest.chunkRoots, slice.chunk);
    return Promise.resolve(verifySlice(bytesIn(bytes), slice, proof, root, this.#geometry, sha256));
  }

  check(chunk: number): Promise<ChunkCheck> {
    return Promise.resolve(this.#check(chunk));
  }

  onHeld(listener: HeldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #leafHashes(chunk: number): Uint8Array | ReadProblem {
    if (!this.held.has(chunk)) return { problem: "not-held", chunk };
    const hashes = this.#goodLeafHashes(chunk);
    if (hashes !== undefined) return hashes;
    this.#tell(chunk, false);
    return { problem: "damaged", chunk };
  }

  #write(chunk: number, bytes: Uint8Array): "held" | "wrong-bytes" {
    if (this.held.has(chunk)) return "held";
    if (bytes.length !== chunkLength(this.#geometry, chunk)) return "wrong-bytes";
    const before = this.#chunks.get(chunk);
    this.#chunks.set(chunk, bytes.slice());
    if (this.#goodLeafHashes(chunk) === undefined) {
      if (before === undefined) this.#chunks.delete(chunk);
      else this.#chunks.set(chunk, before);
      return "wrong-bytes";
    }
    this.#tell(chunk, true);
    return "held";
  }

  #check(chunk: number): ChunkCheck {
    const wasHeld = this.held.has(chunk);
    const isGood = this.#goodLeafHashes(chunk) !== undefined;
    if (wasHeld !== isGood) this.#tell(chunk, isGood);
    if (isGood) return wasHeld ? "good" : "recovered";
    return wasHeld ? "lost" : "absent";
  }

  #goodLeafHashes(chunk: number): Uint8Array | undefined {
    const bytes = this.#chunks.get(chunk);
    if (bytes === undefined || bytes.length !== chunkLength(this.#geometry, chunk)) return undefined;
    const hashes = leafHashesOf(bytes, sha256);
    const root = hashAt(this.manifest.chunkRoots, chunk);
    return verifyLeafHashes(hashes, chunk, root, this.#geometry, sha256) ? hashes : undefined;
  }

  #tell(chunk: number, isHeld: boolean): void {
    if (isHeld) this.held.add(chunk);
    else this.held.delete(chunk);
    for (const listener of this.#listeners) listener(chunk, isHeld);
  }
}
