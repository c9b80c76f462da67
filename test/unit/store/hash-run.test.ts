import * as fs from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { LEAF_BYTES } from "../../../src/core/content/geometry.ts";
import { HASH_BYTES, missingRoot, rootOf } from "../../../src/core/content/merkle.ts";
import { leafHashesOf } from "../../../src/core/content/proof.ts";
import { sha256 } from "../../../src/runtime/crypto.ts";
import { LeafHashes } from "../../../src/store/hash-leaves.ts";
import { HashRun } from "../../../src/store/hash-run.ts";
import { tempFolder } from "../support/temp-folder.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What `rootOf` says of every chunk of these leaf hashes. */
function rootsOf(leafHashes: Uint8Array, leavesPerChunk: number): Uint8Array {
  const roots: Uint8Array[] = [];
  for (let at = 0; at < leafHashes.length; at += leavesPerChunk * HASH_BYTES) {
    const leaves = leafHashes.subarray(at, at + leavesPerChunk * HASH_BYTES);
    roots.push(rootOf(leaves, leavesPerChunk, missingRoot(1, sha256), sha256));
  }
  return Buffer.concat(roots);
}

/** Short leaves that differ: only the last of a run may be short, but a tree does not know. */
function leavesOf(count: number): LeafHashes {
  const leaves = new LeafHashes(count);
  for (let leaf = 0; leaf < count; leaf++) leaves.add(Uint8Array.of(leaf, leaf >> 8, leaf >> 16), 3);
  return leaves;
}

test("chunk roots are those of the content functions, for any number of leaves and any width", () => {
  const widths = fc.nat({ max: 9 }).map((power) => 2 ** power);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), widths, (count, width) => {
      const leaves = leavesOf(count);
      expect(hex(leaves.roots(width))).toBe(hex(rootsOf(leaves.bytes(), width)));
    }),
  );
});

test("the largest chunk there is, of 1 GiB, with three leaves", () => {
  const leaves = leavesOf(3);
  expect(hex(leaves.roots(65_536))).toBe(hex(rootsOf(leaves.bytes(), 65_536)));
});

test("a run read in many pieces is the same as one read at once", () => {
  const bytes = Uint8Array.from({ length: 7 * LEAF_BYTES + 99 }, (_, at) => at * 7 + (at >> 9));
  const folder = tempFolder();
  fs.writeFileSync(join(folder, "file"), bytes);
  const fd = fs.openSync(join(folder, "file"), "r");
  const copyToFd = fs.openSync(join(folder, "copy"), "w+");
  onTestFinished(() => [fd, copyToFd].forEach(fs.closeSync));
  const job = { kind: "file", fd, position: 0, bytes: bytes.length, leavesPerChunk: 4, copyToFd } as const;
  for (const leavesAtOnce of [1, 3, 64]) {
    const { leafHashes, chunkRoots } = new HashRun(leavesAtOnce * LEAF_BYTES).hashFile(job);
    expect(hex(leafHashes)).toBe(hex(leafHashesOf(bytes, sha256)));
    expect(hex(chunkRoots)).toBe(hex(rootsOf(leafHashes, 4)));
    expect(fs.readFileSync(join(folder, "copy")).equals(bytes)).toBe(true);
    fs.ftruncateSync(copyToFd);
  }
});

test("what a run returns has memory of its own, and no more of it than it needs", () => {
  const path = join(tempFolder(), "file");
  fs.writeFileSync(path, new Uint8Array(LEAF_BYTES + 1));
  const fd = fs.openSync(path, "r");
  onTestFinished(() => fs.closeSync(fd));
  const run = new HashRun();
  const { leafHashes, chunkRoots } = run.hashFile({
    kind: "file",
    fd,
    position: 0,
    bytes: 64 * LEAF_BYTES,
    leavesPerChunk: 64,
    copyToFd: undefined,
  });
  expect(leafHashes.buffer.byteLength).toBe(2 * HASH_BYTES);
  expect(chunkRoots.buffer.byteLength).toBe(HASH_BYTES);
});
