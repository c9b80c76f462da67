import { chunkWidth, type Geometry, powerOfTwoFrom } from "./geometry.ts";

/** SHA-256, handed in so that this room stays free of any platform: 32 bytes from any. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Bytes of a hash. */
export const HASH_BYTES = 32;

const EMPTY = new Uint8Array(HASH_BYTES);

/** Whether two hashes are the same. Not for secrets: it stops at the first difference. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== HASH_BYTES || other.length !== HASH_BYTES) return false;
  for (let at = 0; at < HASH_BYTES; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** The `index`-th of hashes that stand one behind the other. A view, not a copy. */
export const hashAt = (hashes: Uint8Array, index: number): Uint8Array =>
  hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);

/** The parent of two nodes. */
export function parentOf(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  const pair = new Uint8Array(2 * HASH_BYTES);
  pair.set(left);
  pair.set(right, HASH_BYTES);
  return sha256(pair);
}

/** The layer above: the parents of `nodes`, an odd last one being paired with `padding`. */
function layerAbove(nodes: Uint8Array, padding: Uint8Array, sha256: Sha256): Uint8Array {
  const count = nodes.length / HASH_BYTES;
  const above = new Uint8Array(Math.ceil(count / 2) * HASH_BYTES);
  for (let index = 0; index < count; index += 2) {
    const right = index + 1 < count ? hashAt(nodes, index + 1) : padding;
    above.set(parentOf(hashAt(nodes, index), right, sha256), (index / 2) * HASH_BYTES);
  }
  return above;
}

/**
 * The root over `nodes` (hashes one behind the other, at least one), padded with `padding` to `width`, a power of two.
 * Costs no more hashes than there are nodes plus one a layer: padding is hashed once a layer.
 */
export function rootOf(nodes: Uint8Array, width: number, padding: Uint8Array, sha256: Sha256): Uint8Array {
  let layer = nodes;
  let pad = padding;
  for (let left = width; left > 1; left /= 2) {
    layer = layerAbove(layer, pad, sha256);
    pad = parentOf(pad, pad, sha256);
  }
  return layer.slice(0, HASH_BYTES);
}

/** The root of a subtree of `width` leaves that are all missing: missing leaf hashes are zeros (BEP 52). */
export function missingRoot(width: number, sha256: Sha256): Uint8Array {
  let node: Uint8Array = EMPTY;
  for (let left = width; left > 1; left /= 2) node = parentOf(node, node, sha256);
  return node;
}

/** The root of one chunk from its leaf hashes, which stand one behind the other. */
export const chunkRootOf = (leafHashes: Uint8Array, geometry: Geometry, sha256: Sha256): Uint8Array =>
  rootOf(leafHashes, chunkWidth(geometry), EMPTY, sha256);

/**
 * A video's id from its chunk roots: the `pieces root` of BitTorrent v2 (BEP 52), whose piece layer the chunk roots are.
 */
export const idOf = (chunkRoots: Uint8Array, geometry: Geometry, sha256: Sha256): Uint8Array =>
  rootOf(chunkRoots, powerOfTwoFrom(geometry.chunks), missingRoot(chunkWidth(geometry), sha256), sha256);
