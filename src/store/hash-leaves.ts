import { hash } from "node:crypto";
import { LEAF_BYTES } from "../core/content/geometry.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { assert } from "../core/errors.ts";

/**
 * SHA-256 as a string with one character a byte: a third of the time that the platform takes for a pair of hashes when
 * it has to make a Buffer for the result.
 */
const sha256 = (bytes: Uint8Array): string => hash("sha256", bytes, "binary");

/** The leaf hashes of a run of bytes that comes in pieces, and the chunk roots over them. */
export class LeafHashes {
  readonly #hashes: Buffer;
  #count = 0;

  /** @param most leaves that will be added at most */
  constructor(most: number) {
    this.#hashes = Buffer.allocUnsafeSlow(most * HASH_BYTES);
  }

  /** Adds the leaves of the first `length` of these bytes: whole ones, but for the run's last. */
  add(bytes: Uint8Array, length: number): void {
    for (let from = 0; from < length; from += LEAF_BYTES) {
      const leaf = bytes.subarray(from, Math.min(from + LEAF_BYTES, length));
      put(this.#hashes, this.#count++, sha256(leaf));
    }
  }

  /** One hash a leaf, one behind the other, in memory of their own. */
  bytes(): Uint8Array {
    const length = this.#count * HASH_BYTES;
    // What is behind a run that ended early is old memory of this process: it does not go along.
    return length === this.#hashes.length ? this.#hashes : new Uint8Array(this.#hashes.subarray(0, length));
  }

  /** One root a chunk, as `chunkRootOf` has it, one behind the other. */
  roots(leavesPerChunk: number): Uint8Array {
    const roots = Buffer.allocUnsafeSlow(Math.ceil(this.#count / leavesPerChunk) * HASH_BYTES);
    // Each chunk's tree is worked out in here, layer over layer; one node more for padding.
    const nodes = Buffer.allocUnsafe((Math.min(leavesPerChunk, this.#count) + 1) * HASH_BYTES);
    for (let first = 0; first < this.#count; first += leavesPerChunk) {
      const count = Math.min(leavesPerChunk, this.#count - first);
      this.#hashes.copy(nodes, 0, first * HASH_BYTES, (first + count) * HASH_BYTES);
      put(roots, first / leavesPerChunk, rootIn(nodes, count, leavesPerChunk));
    }
    return roots;
  }
}

/**
 * The leaves, counted from the first, that are not what they have to be.
 * @param bytes what was read: where it is short of what was asked for, leaves are wrong
 * @param leafHashes one for each leaf asked for
 * @param hashing whether the leaves that are there are hashed, or trusted
 */
export function wrongLeavesOf(bytes: Uint8Array, asked: number, leafHashes: Uint8Array, hashing: boolean): number[] {
  assert(leafHashes.length === Math.ceil(asked / LEAF_BYTES) * HASH_BYTES, "there is one hash a leaf");
  const expected = Buffer.from(leafHashes.buffer, leafHashes.byteOffset, leafHashes.length);
  const wrong: number[] = [];
  for (let leaf = 0; leaf * LEAF_BYTES < asked; leaf++) {
    const end = Math.min((leaf + 1) * LEAF_BYTES, asked);
    const isThere = bytes.length >= end;
    const isRight = !hashing || sha256(bytes.subarray(leaf * LEAF_BYTES, end)) === hashIn(expected, leaf);
    if (!isThere || !isRight) wrong.push(leaf);
  }
  return wrong;
}

const hashIn = (hashes: Buffer, index: number): string =>
  hashes.toString("latin1", index * HASH_BYTES, (index + 1) * HASH_BYTES);

const put = (hashes: Buffer, index: number, node: string): number =>
  hashes.write(node, index * HASH_BYTES, HASH_BYTES, "latin1");

/** The root over the first `count` of these nodes, padded to `width`, a power of two. Uses `nodes` up. */
function rootIn(nodes: Buffer, count: number, width: number): string {
  let have = count;
  for (let layer = 0, left = width; left > 1; layer++, left /= 2) {
    if (have % 2 === 1) put(nodes, have, missing(layer));
    have = Math.ceil(have / 2);
    // A parent stands where its left child's left neighbour was: everything there was hashed before.
    for (let at = 0; at < have; at++) put(nodes, at, parentAt(nodes, at));
  }
  return hashIn(nodes, 0);
}

const parentAt = (nodes: Buffer, index: number): string =>
  sha256(nodes.subarray(index * 2 * HASH_BYTES, (index + 1) * 2 * HASH_BYTES));

const MISSING = ["\0".repeat(HASH_BYTES)];

/** The root of 2^`layer` leaves that are all missing: the hash of a missing leaf is zeros (BEP 52). */
function missing(layer: number): string {
  const known = MISSING[layer];
  if (known !== undefined) return known;
  const half = missing(layer - 1);
  const root = sha256(Buffer.from(half + half, "latin1"));
  MISSING[layer] = root;
  return root;
}
