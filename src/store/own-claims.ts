import { type Claims, encodeClaims, type SignedClaims, signedMessage } from "../core/content/claims.ts";
import { sameHash } from "../core/content/merkle.ts";
import { signEd25519 } from "../runtime/crypto.ts";
import type { LibraryKey } from "./library-key.ts";

/** What a library says of a video: its claims, but for whose and when. */
export type Description = Omit<Claims, "publisher" | "madeAtMs">;

/** Signs what the library says of a video. */
export function signDescription(description: Description, madeAtMs: number, key: LibraryKey): SignedClaims {
  const claims: Claims = { ...description, publisher: key.publicKey, madeAtMs };
  const encoded = encodeClaims(claims);
  return { claims, encoded, signature: signEd25519(signedMessage(encoded), key.privateKey) };
}

/** The library's own claims among a video's. */
export const ownClaims = (claims: readonly SignedClaims[], key: LibraryKey): SignedClaims | undefined =>
  claims.find(({ claims: { publisher } }) => sameHash(publisher, key.publicKey));

/** Whether a description says nothing that is not in claims already. */
export function saysTheSame(description: Description, signed: SignedClaims): boolean {
  const { publisher, madeAtMs } = signed.claims;
  return Buffer.compare(encodeClaims({ ...description, publisher, madeAtMs }), signed.encoded) === 0;
}
