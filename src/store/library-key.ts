import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { rawPublicKey } from "../runtime/crypto.ts";
import type { Disk } from "./disk.ts";

/** The library's Ed25519 key: what its claims are signed with, and its node's identity. */
export interface LibraryKey {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

/**
 * Reads the key of a data folder (`key`, PKCS #8 in PEM), or makes one that nobody else may read.
 * @throws CardumeError `key-invalid` when the file is no such key, or the system's error
 */
export async function libraryKey(disk: Disk, folder: string): Promise<LibraryKey> {
  const path = join(folder, "key");
  const stat = await disk.stat(path);
  if (stat === undefined) return makeKey(disk, folder, path);
  if (stat.kind !== "file" || stat.bytes > STORE.maxKeyFileBytes) throw notAKey(path);
  const file = await disk.open(path, "read");
  try {
    const pem = Buffer.alloc(stat.bytes);
    await file.read(pem, 0);
    return keyOf(pem, path);
  } finally {
    await file.close();
  }
}

function keyOf(pem: Buffer, path: string): LibraryKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === "ed25519") return withPublicKey(privateKey, false);
  } catch {
    // Said below, in our words.
  }
  throw notAKey(path);
}

const withPublicKey = (privateKey: KeyObject, isNew: boolean): LibraryKey => ({
  isNew,
  privateKey,
  publicKey: rawPublicKey(createPublicKey(privateKey)),
});

const notAKey = (path: string): CardumeError =>
  new CardumeError(
    "key-invalid",
    `${path} is not a library's key: put the right one back, or move it away to get a new one (and another identity)`,
    { exitCode: 5 },
  );

async function makeKey(disk: Disk, folder: string, path: string): Promise<LibraryKey> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const fresh = `${path}.new`;
  await disk.remove(fresh);
  const file = await disk.open(fresh, "create-private");
  try {
    await file.write(Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(fresh, path);
  await disk.syncFolder(folder);
  return withPublicKey(privateKey, true);
}
