import { describe, expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../../../src/core/content/cbor.ts";
import {
  decodeManifest,
  encodeManifest,
  isManifestError,
  type Manifest,
} from "../../../../src/core/content/manifest.ts";
import { VIDEO } from "../../../../src/core/limits.ts";
import { makePublisher, sha256, signClaims, someClaims, someManifest, verifySignature } from "../../support/video.ts";

const CHECKS = { sha256, verify: verifySignature };
const PUBLISHER = makePublisher();
const PLAIN = someManifest(2 * 2 ** 20 + 5);
const SIGNED: Manifest = { ...PLAIN, claims: [signClaims(someClaims(PLAIN.id, PUBLISHER), PUBLISHER)] };

const read = (bytes: Uint8Array, id: Uint8Array = PLAIN.id): Manifest => {
  const result = decodeManifest(bytes, id, CHECKS);
  if (isManifestError(result)) throw new Error(result.problem);
  return result;
};

/** The same manifest with some fields replaced. */
function changed(fields: Readonly<Record<string, CborValue | undefined>>): Uint8Array {
  const map = new Map(decodeCbor(encodeManifest(SIGNED)) as ReadonlyMap<string, CborValue>);
  for (const [key, value] of Object.entries(fields))
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  return encodeCbor(map);
}

test("a manifest comes back as it was, and is written to the same bytes", () => {
  for (const manifest of [PLAIN, SIGNED, someManifest(1), someManifest(65)]) {
    const bytes = encodeManifest(manifest);
    expect(read(bytes, manifest.id)).toEqual(manifest);
    expect(encodeManifest(read(bytes, manifest.id))).toEqual(bytes);
  }
});

test("every single flipped bit of a manifest is refused, or costs the claims it is in", () => {
  const bytes = encodeManifest(SIGNED);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const result = decodeManifest(flipped, SIGNED.id, CHECKS);
    if (isManifestError(result)) continue;
    expect(result.chunkRoots).toEqual(SIGNED.chunkRoots);
    // The size is a claim until the last leaf proves it: another one of as many chunks can stand here.
    if (result.geometry.bytes === SIGNED.geometry.bytes) expect(result.claims, `bit ${bit}`).toEqual([]);
  }
});

describe("refused", () => {
  test.each<[string, Uint8Array]>([
    ["another version", changed({ v: 2 })],
    ["a field more", changed({ x: 1 })],
    ["a field less", changed({ s: undefined })],
    ["an empty video", changed({ b: 0 })],
    ["a video of 64 bytes", changed({ b: 64 })],
    ["a size beyond all", changed({ b: VIDEO.maxBytes + 1 })],
    ["a size of more chunks", changed({ b: 3 * 2 ** 20 + 1 })],
    ["other chunks than its size has", changed({ c: 2 ** 21 })],
    ["roots that are cut", changed({ r: SIGNED.chunkRoots.slice(1) })],
    ["other roots", changed({ r: new Uint8Array(SIGNED.chunkRoots.length) })],
    ["an id that is cut", changed({ i: SIGNED.id.slice(1) })],
    ["another id", changed({ i: sha256(SIGNED.id) })],
    ["claims that are no list", changed({ s: 1 })],
    ["claims without a signature", changed({ s: [[new Uint8Array(1)]] })],
    ["nine claim sets", changed({ s: Array.from({ length: 9 }, () => [new Uint8Array(1), new Uint8Array(64)]) })],
    ["a list", encodeCbor([1])],
    ["nothing", new Uint8Array()],
    ["more bytes than a manifest has", new Uint8Array(VIDEO.maxManifestBytes + 1)],
  ])("%s", (_what, bytes) => {
    expect(isManifestError(decodeManifest(bytes, PLAIN.id, CHECKS))).toBe(true);
  });

  test("the manifest of another video, however good", () => {
    expect(decodeManifest(encodeManifest(someManifest(100)), PLAIN.id, CHECKS)).toMatchObject({
      code: "manifest-of-another-video",
    });
  });
});

test("claims of another video, or signed by another than they name, are left out", () => {
  const other = makePublisher();
  const forged = signClaims(someClaims(PLAIN.id, PUBLISHER), other);
  const misplaced = signClaims(someClaims(sha256(PLAIN.id), PUBLISHER), PUBLISHER);
  const good = signClaims(someClaims(PLAIN.id, other), other);
  expect(read(encodeManifest({ ...PLAIN, claims: [forged, misplaced, good] })).claims).toEqual([good]);
});

test("the largest manifest there can be fits its cap", () => {
  const long = "𝕏".repeat(300);
  const track = { kind: "other", codec: long, language: long, name: long, width: 2 ** 40, height: 2 ** 40 } as const;
  const subtitle = { id: PLAIN.id, bytes: VIDEO.maxBytes, name: long, language: long };
  const claims = Array.from({ length: VIDEO.maxClaimSets }, () => {
    const publisher = makePublisher();
    const most = { title: long, fileName: long, mediaType: long, durationMs: Number.MAX_SAFE_INTEGER };
    const tracks = Array.from({ length: 99 }, () => track);
    const subtitles = Array.from({ length: 99 }, () => subtitle);
    return signClaims(someClaims(PLAIN.id, publisher, { ...most, tracks, subtitles }), publisher);
  });
  const bytes = encodeManifest({ ...PLAIN, claims });
  expect(read(bytes).claims).toHaveLength(VIDEO.maxClaimSets);
  expect(bytes.length + VIDEO.maxChunks * 32).toBeLessThanOrEqual(VIDEO.maxManifestBytes);
});
