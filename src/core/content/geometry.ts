import { VIDEO } from "../limits.ts";

/** Bytes of a leaf, the unit of verification (BEP 52). The last one of a video may be shorter. */
export const LEAF_BYTES = 16_384;

/** The smallest chunk: 64 leaves. */
export const MIN_CHUNK_BYTES = 1_048_576;

/**
 * How a video of a given size is cut. A chunk is the unit of holding and of rarity; a slice, an aligned power-of-two
 * run of leaves inside a chunk, the unit of an urgent request.
 */
export interface Geometry {
  /** The video's size in bytes. */
  readonly bytes: number;
  /** Bytes of every chunk but the last: a power of two, at least 1 MiB. */
  readonly chunkBytes: number;
  readonly chunks: number;
  readonly leaves: number;
  readonly leavesPerChunk: number;
}

/** Why a file of this size cannot be a video, in words; `undefined` when it can. */
export function sizeProblem(bytes: number): string | undefined {
  if (!Number.isSafeInteger(bytes) || bytes < 0) return "its size is not a number of bytes";
  if (bytes === 0) return "it is empty: there is nothing to name by its content";
  // A leaf of 64 bytes could be an inner node, two hashes, of another video's tree.
  if (bytes === 64) return "it has exactly 64 bytes, which cannot be told from a part of another video's hash tree";
  if (bytes > VIDEO.maxBytes) return `it has more than ${VIDEO.maxBytes} bytes`;
  return undefined;
}

/**
 * How a video of `bytes` is cut: chunks of 1 MiB, and above 16 GiB of the smallest power of two that keeps it at or
 * under 16,384 chunks. The size has passed {@link sizeProblem}.
 */
export function geometryOf(bytes: number): Geometry {
  let chunkBytes = MIN_CHUNK_BYTES;
  while (Math.ceil(bytes / chunkBytes) > VIDEO.maxChunks) chunkBytes *= 2;
  return {
    bytes,
    chunkBytes,
    chunks: Math.ceil(bytes / chunkBytes),
    leaves: Math.ceil(bytes / LEAF_BYTES),
    leavesPerChunk: chunkBytes / LEAF_BYTES,
  };
}

/** Bytes of one chunk: `chunkBytes` but for the last. */
export const chunkLength = ({ bytes, chunkBytes }: Geometry, chunk: number): number =>
  Math.min(chunkBytes, bytes - chunk * chunkBytes);

/** Leaves of one chunk: `leavesPerChunk` but for the last. */
export const chunkLeaves = (geometry: Geometry, chunk: number): number =>
  Math.ceil(chunkLength(geometry, chunk) / LEAF_BYTES);

/** The smallest power of two that is not below `count`, which is at least 1. */
export function powerOfTwoFrom(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

/**
 * Leaves in the padded tree of one chunk: `leavesPerChunk`, but for a video of one chunk, whose tree is only as wide
 * as its own leaves need.
 */
export const chunkWidth = (geometry: Geometry): number =>
  geometry.chunks === 1 ? powerOfTwoFrom(geometry.leaves) : geometry.leavesPerChunk;
