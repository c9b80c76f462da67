import { chunkLeaves, chunkWidth, type Geometry, LEAF_BYTES, powerOfTwoFrom } from "./geometry.ts";
import { chunkRootOf, HASH_BYTES, hashAt, missingRoot, parentOf, rootOf, type Sha256, sameHash } from "./merkle.ts";

/** An aligned power-of-two run of leaves inside one chunk. */
export interface Slice {
  readonly chunk: number;
  /** The first leaf, counted from the chunk's first: a multiple of `leaves`. */
  readonly firstLeaf: number;
  /** A power of two, at most the chunk's width. */
  readonly leaves: number;
}

/** The last leaf of a video as a slice: with its proof it proves the size. */
export function lastLeafOf(geometry: Geometry): Slice {
  const chunk = geometry.chunks - 1;
  return { chunk, firstLeaf: chunkLeaves(geometry, chunk) - 1, leaves: 1 };
}

/** Why a slice is none of this video's, in words; `undefined` when it is one. */
export function sliceProblem({ chunk, firstLeaf, leaves }: Slice, geometry: Geometry): string | undefined {
  const whole = [chunk, firstLeaf, leaves].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || chunk >= geometry.chunks) return "no such chunk";
  if (leaves === 0 || powerOfTwoFrom(leaves) !== leaves || leaves > chunkWidth(geometry))
    return "its length is not a power of two of leaves inside a chunk";
  if (firstLeaf % leaves !== 0) return "it is not aligned to its own length";
  return firstLeaf < chunkLeaves(geometry, chunk) ? undefined : "it is behind the end of its chunk";
}

/** The hashes of `bytes` cut into leaves, one behind the other; the last leaf is hashed at its real length. */
export function leafHashesOf(bytes: Uint8Array, sha256: Sha256): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(bytes.length / LEAF_BYTES) * HASH_BYTES);
  for (let leaf = 0; leaf * LEAF_BYTES < bytes.length; leaf++)
    hashes.set(sha256(bytes.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)), leaf * HASH_BYTES);
  return hashes;
}

/**
 * The sibling hashes that lead from the node over `nodes[first … first + count)` to the root of a tree of `width`
 * nodes, missing ones being `padding`: lowest first, log2(width / count) of them, one behind the other.
 */
function siblings(
  nodes: Uint8Array,
  first: number,
  count: number,
  width: number,
  padding: Uint8Array,
  sha256: Sha256,
): Uint8Array {
  const proof = new Uint8Array(Math.log2(width / count) * HASH_BYTES);
  const have = nodes.length / HASH_BYTES;
  let at = 0;
  for (let span = count; span < width; span *= 2) {
    const start = (Math.floor(first / span) ^ 1) * span;
    const present = nodes.subarray(start * HASH_BYTES, Math.min(start + span, have) * HASH_BYTES);
    proof.set(
      present.length === 0 ? padded(padding, span, sha256) : rootOf(present, span, padding, sha256),
      at++ * HASH_BYTES,
    );
  }
  return proof;
}

/** The root of `width` nodes that are all `padding`. */
function padded(padding: Uint8Array, width: number, sha256: Sha256): Uint8Array {
  let node = padding;
  for (let left = width; left > 1; left /= 2) node = parentOf(node, node, sha256);
  return node;
}

/** Climbs from a node at `index` of its layer to the root, along a proof; the number of hashes is the height. */
function climb(node: Uint8Array, index: number, proof: Uint8Array, sha256: Sha256): Uint8Array {
  let hash = node;
  for (let level = 0; level * HASH_BYTES < proof.length; level++) {
    const sibling = hashAt(proof, level);
    const isRight = Math.floor(index / 2 ** level) % 2 === 1;
    hash = isRight ? parentOf(sibling, hash, sha256) : parentOf(hash, sibling, sha256);
  }
  return hash;
}

/** The sibling hashes that prove a slice against its chunk's root, from all leaf hashes of that chunk. */
export const sliceProof = (chunkLeafHashes: Uint8Array, slice: Slice, geometry: Geometry, sha256: Sha256): Uint8Array =>
  siblings(chunkLeafHashes, slice.firstLeaf, slice.leaves, chunkWidth(geometry), missingRoot(1, sha256), sha256);

/** Bytes that a slice has in this video: the last one may be shorter. */
export function sliceLength({ chunk, firstLeaf, leaves }: Slice, geometry: Geometry): number {
  const start = chunk * geometry.chunkBytes + firstLeaf * LEAF_BYTES;
  const chunkEnd = Math.min(geometry.bytes, (chunk + 1) * geometry.chunkBytes);
  return Math.max(0, Math.min(leaves * LEAF_BYTES, chunkEnd - start));
}

/** Whether these are a slice's bytes: its length, its leaves and its proof lead to the chunk's root. */
export function verifySlice(
  bytes: Uint8Array,
  slice: Slice,
  proof: Uint8Array,
  chunkRoot: Uint8Array,
  geometry: Geometry,
  sha256: Sha256,
): boolean {
  if (sliceProblem(slice, geometry) !== undefined || bytes.length !== sliceLength(slice, geometry)) return false;
  return verifySliceHashes(leafHashesOf(bytes, sha256), slice, proof, chunkRoot, geometry, sha256);
}

/** Whether these are the leaf hashes of a slice: with its proof they lead to the chunk's root. */
export function verifySliceHashes(
  leafHashes: Uint8Array,
  slice: Slice,
  proof: Uint8Array,
  chunkRoot: Uint8Array,
  geometry: Geometry,
  sha256: Sha256,
): boolean {
  if (leafHashes.length !== Math.ceil(sliceLength(slice, geometry) / LEAF_BYTES) * HASH_BYTES) return false;
  if (proof.length !== sliceProofHashes(slice, geometry) * HASH_BYTES) return false;
  const node = rootOf(leafHashes, slice.leaves, missingRoot(1, sha256), sha256);
  return sameHash(climb(node, slice.firstLeaf / slice.leaves, proof, sha256), chunkRoot);
}

/** Sibling hashes that prove a slice: none for one that is its whole chunk. */
export const sliceProofHashes = ({ leaves }: Slice, geometry: Geometry): number =>
  Math.log2(chunkWidth(geometry) / leaves);

/**
 * Whether the last leaf proves the video's size: it hashes, at its real length, into the last chunk's root, and nothing
 * stands behind it. Until then the size is a claim. The chunk roots have been checked against the id: fewer than there
 * are do not lead to it, and a missing one at the end has no leaf that hashes to zeros.
 */
export function provesSize(
  lastLeaf: Uint8Array,
  proof: Uint8Array,
  lastChunkRoot: Uint8Array,
  geometry: Geometry,
  sha256: Sha256,
): boolean {
  const slice = lastLeafOf(geometry);
  if (!verifySlice(lastLeaf, slice, proof, lastChunkRoot, geometry, sha256)) return false;
  for (let level = 0; level * HASH_BYTES < proof.length; level++) {
    const isLeft = Math.floor(slice.firstLeaf / 2 ** level) % 2 === 0;
    if (isLeft && !sameHash(hashAt(proof, level), missingRoot(2 ** level, sha256))) return false;
  }
  return true;
}

/** Whether these leaf hashes are those of a chunk with this root. */
export const verifyLeafHashes = (
  leafHashes: Uint8Array,
  chunk: number,
  chunkRoot: Uint8Array,
  geometry: Geometry,
  sha256: Sha256,
): boolean =>
  leafHashes.length === chunkLeaves(geometry, chunk) * HASH_BYTES &&
  sameHash(chunkRootOf(leafHashes, geometry, sha256), chunkRoot);

/** The sibling hashes that prove a chunk's root against the video's id, from all chunk roots. */
export const chunkProof = (chunkRoots: Uint8Array, chunk: number, geometry: Geometry, sha256: Sha256): Uint8Array =>
  siblings(chunkRoots, chunk, 1, powerOfTwoFrom(geometry.chunks), missingRoot(chunkWidth(geometry), sha256), sha256);

/** Whether a chunk's root and its proof lead to the video's id. */
export function verifyChunkRoot(
  chunkRoot: Uint8Array,
  chunk: number,
  proof: Uint8Array,
  id: Uint8Array,
  geometry: Geometry,
  sha256: Sha256,
): boolean {
  if (!Number.isSafeInteger(chunk) || chunk < 0 || chunk >= geometry.chunks) return false;
  if (proof.length !== Math.log2(powerOfTwoFrom(geometry.chunks)) * HASH_BYTES) return false;
  return sameHash(climb(chunkRoot, chunk, proof, sha256), id);
}
