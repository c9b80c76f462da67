import { hash, type KeyObject, sign, verify } from "node:crypto";
import type { VerifySignature } from "../core/content/claims.ts";
import type { Sha256 } from "../core/content/merkle.ts";

/** The platform's SHA-256: 32 bytes. */
export const sha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer");

/** The bytes before an Ed25519 public key in its SPKI form (RFC 8410). */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** The platform's Ed25519 (RFC 8032), over a public key of 32 bytes. */
export const verifyEd25519: VerifySignature = (publicKey, message, signature) =>
  verify(null, message, { key: Buffer.concat([SPKI_HEAD, publicKey]), format: "der", type: "spki" }, signature);

/** Signs with an Ed25519 private key: 64 bytes. */
export const signEd25519 = (message: Uint8Array, key: KeyObject): Uint8Array => sign(null, message, key);

/** The 32 bytes of an Ed25519 public key. */
export const rawPublicKey = (key: KeyObject): Uint8Array =>
  new Uint8Array(key.export({ format: "der", type: "spki" }).subarray(SPKI_HEAD.length));
