import { chunkLeaves, geometryOf, LEAF_BYTES } from "../../../src/core/content/geometry.ts";
import type { Manifest } from "../../../src/core/content/manifest.ts";
import { chunkRootOf, idOf } from "../../../src/core/content/merkle.ts";
import { leafHashesOf, sliceProof } from "../../../src/core/content/proof.ts";
import { sha256 } from "../../../src/runtime/crypto.ts";
import { Random } from "../../property/support/random.ts";

/** A video somewhere else: its bytes, what it is, and what proves its size. */
export interface RemoteVideo {
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly lastLeaf: { readonly bytes: Uint8Array; readonly proof: Uint8Array };
}

/** Bytes that look like nothing, the same for the same seed. */
export function someBytes(seed: number, length: number): Uint8Array {
  const random = new Random(seed);
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = random.uint32();
  return new Uint8Array(words.buffer, 0, length);
}

/** The chunk of a video's bytes. */
export const chunkOf = ({ bytes, manifest }: RemoteVideo, chunk: number): Uint8Array => {
  const { chunkBytes } = manifest.geometry;
  return bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
};

/** What a peer would have to say of a file with these bytes. */
export function remoteVideo(bytes: Uint8Array, claimsOf?: (id: Uint8Array) => Manifest["claims"]): RemoteVideo {
  const geometry = geometryOf(bytes.length);
  const hashes = Array.from({ length: geometry.chunks }, (_, chunk) =>
    leafHashesOf(bytes.subarray(chunk * geometry.chunkBytes, (chunk + 1) * geometry.chunkBytes), sha256),
  );
  const roots = hashes.map((leaves) => chunkRootOf(leaves, geometry, sha256));
  const chunkRoots = new Uint8Array(Buffer.concat(roots));
  const id = new Uint8Array(idOf(chunkRoots, geometry, sha256));
  const last = geometry.chunks - 1;
  const slice = { chunk: last, firstLeaf: chunkLeaves(geometry, last) - 1, leaves: 1 };
  const proof = sliceProof(hashes[last] as Uint8Array, slice, geometry, sha256);
  const lastLeaf = { bytes: bytes.subarray((geometry.leaves - 1) * LEAF_BYTES), proof };
  return { bytes, manifest: { id, geometry, chunkRoots, claims: claimsOf?.(id) ?? [] }, lastLeaf };
}
