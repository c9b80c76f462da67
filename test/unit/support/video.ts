import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import type { Claims, SignedClaims, VerifySignature } from "../../../src/core/content/claims.ts";
import { encodeClaims, signedMessage } from "../../../src/core/content/claims.ts";
import { geometryOf } from "../../../src/core/content/geometry.ts";
import type { Manifest } from "../../../src/core/content/manifest.ts";
import { chunkRootOf, idOf, type Sha256 } from "../../../src/core/content/merkle.ts";
import { leafHashesOf } from "../../../src/core/content/proof.ts";

/** The platform's SHA-256. */
export const sha256: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** The 12 bytes before an Ed25519 public key in its SPKI form. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** The platform's Ed25519. */
export const verifySignature: VerifySignature = (publicKey, message, signature) =>
  verify(null, message, { key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" }, signature);

/** A publisher with a fresh key. */
export interface Publisher {
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** Makes a publisher. */
export function makePublisher(): Publisher {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(12)), privateKey };
}

/** Plain claims of a publisher about a video. */
export const someClaims = (video: Uint8Array, { publicKey }: Publisher, more: Partial<Claims> = {}): Claims => ({
  video,
  publisher: publicKey,
  madeAtMs: 1_750_000_000_000,
  title: "Férias no mar",
  fileName: "ferias.mp4",
  mediaType: "video/mp4",
  durationMs: 61_500,
  tracks: [
    { kind: "video", codec: "avc1.640028", language: "", name: "", width: 1920, height: 1080 },
    { kind: "audio", codec: "mp4a.40.2", language: "pt", name: "Português", width: 0, height: 0 },
  ],
  subtitles: [{ id: sha256(Uint8Array.of(7)), bytes: 4000, name: "ferias.pt.vtt", language: "pt" }],
  ...more,
});

/** Claims with their signature. */
export function signClaims(claims: Claims, { privateKey }: Publisher): SignedClaims {
  const encoded = encodeClaims(claims);
  return { claims, encoded, signature: new Uint8Array(sign(null, signedMessage(encoded), privateKey)) };
}

/** The manifest of a video of so many bytes, made up. */
export function someManifest(bytes: number, claims: readonly SignedClaims[] = []): Manifest {
  const geometry = geometryOf(bytes);
  const content = Uint8Array.from({ length: bytes }, (_, at) => (at * 13 + (at >> 8) * 7 + (at >> 20) * 31) & 255);
  const roots = Array.from({ length: geometry.chunks }, (_, chunk) => {
    const part = content.subarray(chunk * geometry.chunkBytes, (chunk + 1) * geometry.chunkBytes);
    return chunkRootOf(leafHashesOf(part, sha256), geometry, sha256);
  });
  const chunkRoots = new Uint8Array(Buffer.concat(roots));
  return { id: new Uint8Array(idOf(chunkRoots, geometry, sha256)), geometry, chunkRoots, claims };
}
