import { describe, expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../../../src/core/content/cbor.ts";
import { decodeClaims, encodeClaims, keepClaims, type SignedClaims } from "../../../../src/core/content/claims.ts";
import { VIDEO } from "../../../../src/core/limits.ts";
import { makePublisher, type Publisher, sha256, signClaims, someClaims } from "../../support/video.ts";

const VIDEO_ID = sha256(Uint8Array.of(1));
const PUBLISHER = makePublisher();
const CLAIMS = someClaims(VIDEO_ID, PUBLISHER);

test("claims come back as they were", () => {
  expect(decodeClaims(encodeClaims(CLAIMS))).toEqual(CLAIMS);
});

test("names become labels when they are written, and nothing else is read", () => {
  const dirty = { ...CLAIMS, title: "a\nb", fileName: "\u202Egpj.exe" };
  expect(decodeClaims(encodeClaims(dirty))).toMatchObject({ title: "a b", fileName: "gpj.exe" });
  expect(decodeClaims(changed({ t: "a\nb" }))).toBeUndefined();
});

/** The encoding of claims with some fields replaced. */
function changed(fields: Readonly<Record<string, CborValue>>): Uint8Array {
  const map = new Map(decodeCbor(encodeClaims(CLAIMS)) as ReadonlyMap<string, CborValue>);
  for (const [key, value] of Object.entries(fields)) map.set(key, value);
  return encodeCbor(map);
}

describe("not read", () => {
  test.each<[string, Uint8Array]>([
    ["a field more", changed({ x: 1 })],
    ["a title that is a number", changed({ t: 1 })],
    ["a publisher that is no key", changed({ p: new Uint8Array(31) })],
    ["tracks that are no list", changed({ k: "video" })],
    ["a track that is no map", changed({ k: [1] })],
    [
      "a track of an unknown kind",
      changed({
        k: [
          new Map<string, CborValue>([
            ["c", ""],
            ["h", 0],
            ["k", 9],
            ["l", ""],
            ["n", ""],
            ["w", 0],
          ]),
        ],
      }),
    ],
    [
      "a track with a field more",
      changed({
        k: [
          new Map<string, CborValue>([
            ["c", ""],
            ["h", 0],
            ["k", 0],
            ["l", ""],
            ["n", ""],
            ["w", 0],
            ["x", 0],
          ]),
        ],
      }),
    ],
    ["too many tracks", changed({ k: Array.from({ length: VIDEO.maxTracks + 1 }, () => new Map()) })],
    ["too many bytes", new Uint8Array(VIDEO.maxClaimsBytes + 1)],
  ])("%s", (_what, bytes) => {
    expect(decodeClaims(bytes)).toBeUndefined();
  });
});

describe("of many claims are kept", () => {
  const by = (publisher: Publisher, madeAtMs = 1): SignedClaims =>
    signClaims(someClaims(VIDEO_ID, publisher, { madeAtMs }), publisher);
  const crowd = Array.from({ length: 20 }, makePublisher);

  test("eight, those known longest, so that a crowd of new publishers pushes nobody out", () => {
    const all = crowd.map((publisher) => by(publisher));
    const kept = all.reduce<SignedClaims[]>((known, added) => keepClaims(known, added, undefined), []);
    expect(kept).toEqual(all.slice(0, VIDEO.maxClaimSets));
  });

  test("the preferred publisher's first, however late they come", () => {
    const all = crowd.map((publisher) => by(publisher));
    const last = crowd.at(-1)?.publicKey;
    const kept = all.reduce<SignedClaims[]>((known, added) => keepClaims(known, added, last), []);
    expect(kept).toHaveLength(VIDEO.maxClaimSets);
    expect(kept[0]).toBe(all.at(-1));
  });

  test("the latest of each publisher", () => {
    const [one, two] = crowd as [Publisher, Publisher];
    const known = keepClaims(keepClaims([], by(one, 5), undefined), by(two, 5), undefined);
    const later = by(one, 6);
    expect(keepClaims(known, later, undefined)).toEqual([later, known[1]]);
    expect(keepClaims(known, by(one, 4), undefined)).toEqual(known);
  });
});
