import { createCipheriv, createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { chunkLeaves, geometryOf, LEAF_BYTES } from "../../src/core/content/geometry.ts";
import type { Manifest } from "../../src/core/content/manifest.ts";
import { chunkRootOf, idOf } from "../../src/core/content/merkle.ts";
import { leafHashesOf, sliceProof } from "../../src/core/content/proof.ts";
import { sha256 } from "../../src/runtime/crypto.ts";

/** A video that the workload plays with. */
export interface Material {
  readonly name: string;
  /** In hex. */
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly lastLeaf: { readonly bytes: Uint8Array; readonly proof: Uint8Array };
}

/** Of one chunk and of several, with whole and with ragged ends; in all small enough to be read after every cut. */
const SIZES = [
  300, 16_384, 61_000, 250_000, 900_001, 1_048_576, 1_048_577, 1_500_000, 2_097_152, 3_300_000, 4_194_305, 6_000_000,
];

/** The same videos for the same seed, as a library elsewhere would have them. */
export const makeMaterial = (seed: number): Material[] =>
  SIZES.map((size, index) => material(`filme-${index}.mp4`, noise(size, `${seed}/${index}`)));

function material(name: string, bytes: Uint8Array): Material {
  const geometry = geometryOf(bytes.length);
  const leafHashes = Array.from({ length: geometry.chunks }, (_, chunk) =>
    leafHashesOf(bytes.subarray(chunk * geometry.chunkBytes, (chunk + 1) * geometry.chunkBytes), sha256),
  );
  const chunkRoots = new Uint8Array(Buffer.concat(leafHashes.map((one) => chunkRootOf(one, geometry, sha256))));
  const id = new Uint8Array(idOf(chunkRoots, geometry, sha256));
  const manifest: Manifest = { id, geometry, chunkRoots, claims: [] };
  const lastChunk = geometry.chunks - 1;
  const slice = { chunk: lastChunk, firstLeaf: chunkLeaves(geometry, lastChunk) - 1, leaves: 1 };
  const proof = sliceProof(leafHashes[lastChunk] as Uint8Array, slice, geometry, sha256);
  const lastLeaf = { bytes: bytes.subarray((geometry.leaves - 1) * LEAF_BYTES), proof };
  return { name, id: Buffer.from(id).toString("hex"), bytes, manifest, lastLeaf };
}

/** Bytes that look like nothing: zeros, which a lost write leaves behind, are not among them for long. */
function noise(bytes: number, name: string): Uint8Array {
  const key = createHash("sha256").update(name).digest();
  return new Uint8Array(createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes)));
}

/** Puts the videos' files into a folder, and makes sure of them as a careful person's program did long ago. */
export function writeSources(folder: string, materials: readonly Material[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of materials) {
    const fd = openSync(join(folder, name), "w");
    writeSync(fd, bytes);
    fsyncSync(fd);
    closeSync(fd);
  }
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
