import type { KeyObject } from "node:crypto";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { assert } from "../core/errors.ts";

/** The library's Ed25519 key as libp2p has it: 32 bytes of seed and 32 of the public key. */
export function engineKey(key: KeyObject): Ed25519PrivateKey {
  const { d, x } = key.export({ format: "jwk" });
  assert(key.asymmetricKeyType === "ed25519" && d !== undefined && x !== undefined, "a library's key is Ed25519");
  const made = privateKeyFromRaw(Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]));
  assert(made.type === "Ed25519", "64 bytes are an Ed25519 key");
  return made;
}

/** The peer id that belongs to a library's key, in text: what people compare. */
export const peerIdOf = (key: KeyObject): string => peerIdFromPublicKey(engineKey(key).publicKey).toString();
