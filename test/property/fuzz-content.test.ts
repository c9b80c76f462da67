import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor, isCborError } from "../../src/core/content/cbor.ts";
import { encodeClaims, type VerifySignature } from "../../src/core/content/claims.ts";
import { parseLink } from "../../src/core/content/link.ts";
import { decodeManifest, encodeManifest, isManifestError } from "../../src/core/content/manifest.ts";
import { idOf, type Sha256, sameHash } from "../../src/core/content/merkle.ts";
import { makePublisher, someClaims, someManifest } from "../unit/support/video.ts";
import { type Episode, fuzz, type Start } from "./support/fuzz.ts";
import { fuzzCbor, fuzzLink, spoil } from "./support/fuzz-content.ts";
import { SEED } from "./support/seed.ts";

const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();
console.log(`content: SEED=${SEED}`);

test("300,000 inputs: CBOR is refused, or is the one encoding of what was read", () => {
  expect(fuzz(fuzzCbor(decodeCbor), { inputs: 300_000, inputsPerEpisode: 1000 })).toBe(300_000);
});

test("40,000 inputs: a link is refused with a reason, or can be written and read again", () => {
  expect(fuzz(fuzzLink(parseLink, sha256), { inputs: 40_000, inputsPerEpisode: 1000 })).toBe(40_000);
});

/** A signature in these tests is the message's hash twice: a real one would cost most of the time. */
const verify: VerifySignature = (_key, message, signature) =>
  Buffer.compare(Buffer.concat([sha256(message), sha256(message)]), signature) === 0;

const PLAIN = someManifest(3 * 2 ** 20 + 1);
const CLAIMS = encodeClaims(someClaims(PLAIN.id, makePublisher()));

/** Fuzzes the reader of manifests: what is proven is proven, whatever else was spoilt. */
const fuzzManifest =
  (decode: typeof decodeManifest): Start =>
  (random): Episode => {
    let bytes = new Uint8Array();
    let result: ReturnType<typeof decodeManifest> = { code: "manifest-invalid", problem: "" };
    return {
      prepare: () => {
        const encoded = random.oneIn(2) ? spoil(CLAIMS, random) : CLAIMS;
        const signature = Buffer.concat([verifyHash(encoded), verifyHash(encoded)]);
        const claims = [[encoded, new Uint8Array(signature)] as CborValue];
        const map = new Map(decodeCbor(encodeManifest(PLAIN)) as ReadonlyMap<string, CborValue>).set("s", claims);
        bytes = new Uint8Array(random.oneIn(2) ? spoil(encodeCbor(map), random) : encodeCbor(map));
      },
      run: () => {
        result = decode(bytes, PLAIN.id, { sha256, verify });
      },
      judge: () => {
        if (isManifestError(result)) return;
        const { chunkRoots, geometry, id, claims } = result;
        if (!sameHash(idOf(chunkRoots, geometry, sha256), id)) throw new Error("roots that do not lead to the id");
        for (const { claims: said } of claims)
          if (!sameHash(said.video, id)) throw new Error("claims of another video");
      },
    };
  };

/** What {@link verify} takes half of a signature to be. */
const verifyHash = (encoded: Uint8Array): Uint8Array =>
  sha256(Buffer.concat([Buffer.from("cardume claims 1\n"), encoded]));

test("30,000 inputs: a manifest is refused, or its roots lead to the id and its claims are of this video", () => {
  expect(fuzz(fuzzManifest(decodeManifest), { inputs: 30_000, inputsPerEpisode: 1000 })).toBe(30_000);
});

test("planted: a decoder that reads what stands before the rest, and one that throws, are found", () => {
  const careless = (bytes: Uint8Array): ReturnType<typeof decodeCbor> => {
    // Short ones only: a long one would be found for its slowness instead.
    for (let length = bytes.length < 200 ? bytes.length : 0; length > 0; length--) {
      const read = decodeCbor(bytes.subarray(0, length));
      if (!isCborError(read)) return read;
    }
    return decodeCbor(bytes);
  };
  const throwing = (bytes: Uint8Array): ReturnType<typeof decodeCbor> => {
    if (bytes[0] === 0x9f) throw new Error("indefinite");
    return decodeCbor(bytes);
  };
  const budget = { inputs: 20_000, inputsPerEpisode: 1000 };
  expect(() => fuzz(fuzzCbor(careless), budget)).toThrow(/nobody would write/);
  expect(() => fuzz(fuzzCbor(throwing), budget)).toThrow(/indefinite/);
});

test("planted: a reader of links that throws at a broken escape, and one that refuses good ones, are found", () => {
  const forgetful: typeof parseLink = (text, hash) =>
    text.includes("%zz") ? { id: decodeURIComponent(text) as unknown as Uint8Array, peers: [] } : parseLink(text, hash);
  expect(() => fuzz(fuzzLink(forgetful, sha256), { inputs: 20_000, inputsPerEpisode: 1000 })).toThrow(/URI/);
  const refusing: typeof parseLink = (text, hash) =>
    text.includes("by=") ? { code: "link-invalid", problem: "by" } : parseLink(text, hash);
  expect(() => fuzz(fuzzLink(refusing, sha256), { inputs: 20_000, inputsPerEpisode: 1000 })).toThrow(/refused: by/);
});

test("planted: a manifest that is believed without its roots' being looked at is found", () => {
  const believing: typeof decodeManifest = (bytes, id, checks) => {
    const result = decodeManifest(bytes, id, checks);
    return isManifestError(result) || bytes.length % 7 !== 0
      ? result
      : { ...result, chunkRoots: new Uint8Array(result.chunkRoots.length) };
  };
  expect(() => fuzz(fuzzManifest(believing), { inputs: 20_000, inputsPerEpisode: 1000 })).toThrow(/do not lead/);
});
