import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkLeaves, chunkWidth, type Geometry, geometryOf, LEAF_BYTES } from "../../src/core/content/geometry.ts";
import { chunkRootOf, HASH_BYTES, hashAt, idOf, type Sha256 } from "../../src/core/content/merkle.ts";
import {
  chunkProof,
  leafHashesOf,
  provesSize,
  type Slice,
  sliceLength,
  sliceProblem,
  sliceProof,
  verifyChunkRoot,
  verifyLeafHashes,
  verifySlice,
} from "../../src/core/content/proof.ts";

const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();

/** A whole video in memory, with all its hashes. */
interface Whole {
  readonly geometry: Geometry;
  readonly content: Uint8Array;
  readonly leafHashes: readonly Uint8Array[];
  readonly roots: Uint8Array;
  readonly id: Uint8Array;
}

function whole(bytes: number, salt: number): Whole {
  const geometry = geometryOf(bytes);
  const content = Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 9) * salt + (at >> 20) * 101) & 255);
  const leafHashes = Array.from({ length: geometry.chunks }, (_, chunk) =>
    leafHashesOf(content.subarray(chunk * geometry.chunkBytes, (chunk + 1) * geometry.chunkBytes), sha256),
  );
  const roots = Buffer.concat(leafHashes.map((hashes) => chunkRootOf(hashes, geometry, sha256)));
  return { geometry, content, leafHashes, roots, id: idOf(roots, geometry, sha256) };
}

// Few videos, since each costs a few ms of hashing; the slices of each are many.
const VIDEOS = [1, 65, LEAF_BYTES, LEAF_BYTES + 1, 5 * LEAF_BYTES - 3, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 40_000].map(
  (bytes, index) => whole(bytes, index + 3),
);

const anySlice = fc.constantFrom(...VIDEOS).chain((video) =>
  fc.record({
    video: fc.constant(video),
    slice: fc
      .record({
        chunk: fc.nat(video.geometry.chunks - 1),
        power: fc.nat(Math.log2(chunkWidth(video.geometry))),
        at: fc.nat(),
      })
      .map(({ chunk, power, at }): Slice => {
        const leaves = 2 ** power;
        const starts = Math.ceil(chunkLeaves(video.geometry, chunk) / leaves);
        return { chunk, leaves, firstLeaf: (at % starts) * leaves };
      }),
  }),
);

function bytesOf({ geometry, content }: Whole, slice: Slice): Uint8Array {
  const start = slice.chunk * geometry.chunkBytes + slice.firstLeaf * LEAF_BYTES;
  return content.slice(start, start + sliceLength(slice, geometry));
}

test("every slice of every video is proven by its bytes and siblings, and by nothing else", () => {
  fc.assert(
    fc.property(anySlice, fc.nat(), fc.nat(7), ({ video, slice }, where, bit) => {
      const { geometry, leafHashes, roots } = video;
      const proof = sliceProof(leafHashes[slice.chunk] as Uint8Array, slice, geometry, sha256);
      const root = hashAt(roots, slice.chunk);
      const bytes = bytesOf(video, slice);
      const verify = (b: Uint8Array, p: Uint8Array): boolean => verifySlice(b, slice, p, root, geometry, sha256);
      expect(sliceProblem(slice, geometry)).toBeUndefined();
      expect(verify(bytes, proof)).toBe(true);
      const flipped = bytes.slice();
      flipped[where % bytes.length] = (flipped[where % bytes.length] as number) ^ (1 << bit);
      expect(verify(flipped, proof)).toBe(false);
      expect(verify(bytes.subarray(1), proof)).toBe(false);
      expect(verify(bytes, Buffer.concat([proof, proof.subarray(0, HASH_BYTES), sha256(proof)]))).toBe(false);
      if (proof.length === 0) return;
      const bent = proof.slice();
      bent[where % proof.length] = (bent[where % proof.length] as number) ^ (1 << bit);
      expect(verify(bytes, bent)).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test("every chunk root is proven against the id, at its own place only", () => {
  for (const { geometry, roots, id } of VIDEOS)
    for (let chunk = 0; chunk < geometry.chunks; chunk++) {
      const proof = chunkProof(roots, chunk, geometry, sha256);
      for (let place = 0; place < geometry.chunks; place++)
        expect(verifyChunkRoot(hashAt(roots, chunk), place, proof, id, geometry, sha256)).toBe(place === chunk);
      expect(verifyChunkRoot(hashAt(roots, chunk), geometry.chunks, proof, id, geometry, sha256)).toBe(false);
    }
});

test("leaf hashes are those of their chunk only, all of them", () => {
  for (const { geometry, roots, leafHashes } of VIDEOS)
    for (const [chunk, hashes] of leafHashes.entries()) {
      expect(verifyLeafHashes(hashes, chunk, hashAt(roots, chunk), geometry, sha256)).toBe(true);
      expect(verifyLeafHashes(hashes.subarray(HASH_BYTES), chunk, hashAt(roots, chunk), geometry, sha256)).toBe(false);
    }
});

test("the last leaf proves the size; an earlier one cannot be passed off as the last", () => {
  for (const video of VIDEOS) {
    const { geometry, roots, leafHashes } = video;
    const chunk = geometry.chunks - 1;
    const root = hashAt(roots, chunk);
    const last = chunkLeaves(geometry, chunk) - 1;
    const proven = (claimed: Geometry, leaf: number): boolean => {
      const slice = { chunk, firstLeaf: leaf, leaves: 1 };
      const proof = sliceProof(leafHashes[chunk] as Uint8Array, slice, geometry, sha256);
      return provesSize(bytesOf(video, slice), proof, root, claimed, sha256);
    };
    expect(proven(geometry, last)).toBe(true);
    for (let leaf = 0; leaf < last; leaf++) {
      const shorter = geometryOf(chunk * geometry.chunkBytes + (leaf + 1) * LEAF_BYTES);
      expect(proven(shorter, leaf)).toBe(false);
    }
  }
});

test.each<Slice>([
  { chunk: -1, firstLeaf: 0, leaves: 1 },
  { chunk: 4, firstLeaf: 0, leaves: 1 },
  { chunk: 0, firstLeaf: 1, leaves: 2 },
  { chunk: 0, firstLeaf: 0, leaves: 3 },
  { chunk: 0, firstLeaf: 0, leaves: 128 },
  { chunk: 0, firstLeaf: 0, leaves: 0 },
  { chunk: 3, firstLeaf: 4, leaves: 1 },
  { chunk: 0.5, firstLeaf: 0, leaves: 1 },
  { chunk: 0, firstLeaf: Number.NaN, leaves: 1 },
])("$chunk, $firstLeaf, $leaves is no slice", (slice) => {
  const { geometry, roots } = VIDEOS.at(-1) as Whole;
  expect(sliceProblem(slice, geometry)).toBeDefined();
  expect(verifySlice(new Uint8Array(LEAF_BYTES), slice, new Uint8Array(192), hashAt(roots, 0), geometry, sha256)).toBe(
    false,
  );
});
