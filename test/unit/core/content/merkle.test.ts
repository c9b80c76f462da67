import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { geometryOf, LEAF_BYTES } from "../../../../src/core/content/geometry.ts";
import { chunkRootOf, HASH_BYTES, idOf, type Sha256 } from "../../../../src/core/content/merkle.ts";
import { leafHashesOf } from "../../../../src/core/content/proof.ts";

interface Fixtures {
  readonly files: readonly { readonly bytes: number; readonly root: string; readonly layer: string }[];
}

const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const { files } = JSON.parse(readFileSync("test/fixtures/bep52.json", "utf8")) as Fixtures;

/** The same bytes as scripts/make-bep52-fixtures.py makes. */
const content = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16) * 101 + bytes) % 251);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("ids and chunk roots are those of an independent maker of v2 torrents", () => {
  test.each(files)("for $bytes bytes", ({ bytes, root, layer }) => {
    const geometry = geometryOf(bytes);
    const all = content(bytes);
    const roots = Buffer.concat(
      Array.from({ length: geometry.chunks }, (_, chunk) => {
        const part = all.subarray(chunk * geometry.chunkBytes, (chunk + 1) * geometry.chunkBytes);
        return chunkRootOf(leafHashesOf(part, sha256), geometry, sha256);
      }),
    );
    expect(hex(idOf(roots, geometry, sha256))).toBe(root);
    // A torrent of one piece has no piece layer: its root is the whole of it.
    expect(geometry.chunks === 1 ? "" : hex(roots)).toBe(layer);
  });
});

test("a one-leaf video's id is the hash of its bytes", () => {
  const bytes = content(100);
  expect(hex(idOf(chunkRootOf(leafHashesOf(bytes, sha256), geometryOf(100), sha256), geometryOf(100), sha256))).toBe(
    hex(sha256(bytes)),
  );
});

test("leaf hashes stand one behind the other, the last one of its real length", () => {
  const bytes = content(LEAF_BYTES + 5);
  const hashes = leafHashesOf(bytes, sha256);
  expect(hashes).toHaveLength(2 * HASH_BYTES);
  expect(hex(hashes.subarray(HASH_BYTES))).toBe(hex(sha256(bytes.subarray(LEAF_BYTES))));
});
