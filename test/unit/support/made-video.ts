import { chunkLeaves, geometryOf, LEAF_BYTES } from "../../../src/core/content/geometry.ts";
import type { Manifest } from "../../../src/core/content/manifest.ts";
import { chunkRootOf, HASH_BYTES, idOf } from "../../../src/core/content/merkle.ts";
import { leafHashesOf, sliceProof } from "../../../src/core/content/proof.ts";
import { sha256 } from "./video.ts";

/** A video made up for a test, as a library elsewhere would have it: its bytes and everything that follows from them. */
export interface MadeVideo {
  readonly content: Uint8Array;
  readonly manifest: Manifest;
  /** One chunk's bytes, a copy of its own. */
  chunk(index: number): Uint8Array;
  /** What proves its size. */
  readonly lastLeaf: { readonly bytes: Uint8Array; readonly proof: Uint8Array };
}

/** A video of so many bytes; another `seed` makes another. */
export const madeVideo = (bytes: number, seed = 1): MadeVideo => videoOf(someBytes(bytes, seed));

/** What a peer would have to say of a file with these bytes. @param claimsOf what is said beside what the id proves */
export function videoOf(content: Uint8Array, claimsOf?: (id: Uint8Array) => Manifest["claims"]): MadeVideo {
  const geometry = geometryOf(content.length);
  const chunk = (index: number): Uint8Array =>
    content.slice(index * geometry.chunkBytes, (index + 1) * geometry.chunkBytes);
  const indexes = Array.from({ length: geometry.chunks }, (_, index) => index);
  const leafHashes = indexes.map((index) => leafHashesOf(chunk(index), sha256));
  const chunkRoots = new Uint8Array(Buffer.concat(leafHashes.map((one) => chunkRootOf(one, geometry, sha256))));
  const id = new Uint8Array(idOf(chunkRoots, geometry, sha256));
  const last = geometry.chunks - 1;
  const firstLeaf = chunkLeaves(geometry, last) - 1;
  const hashes = leafHashes[last] as Uint8Array;
  const proof = sliceProof(
    hashes.subarray(0, (firstLeaf + 1) * HASH_BYTES),
    { chunk: last, firstLeaf, leaves: 1 },
    geometry,
    sha256,
  );
  const lastLeaf = { bytes: content.slice((geometry.leaves - 1) * LEAF_BYTES), proof };
  return { content, manifest: { id, geometry, chunkRoots, claims: claimsOf?.(id) ?? [] }, chunk, lastLeaf };
}

/** Bytes that follow from a number, and look like nothing: xorshift32, four at a time. */
export function someBytes(count: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 4));
  let state = Math.imul(seed, 2_654_435_761) >>> 0 || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, count);
}
