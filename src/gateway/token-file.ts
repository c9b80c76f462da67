import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { GATEWAY } from "../core/limits.ts";
import { syncFolder } from "../runtime/sync-folder.ts";
import { printable } from "../store/disk-errors.ts";

/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Where a data folder's token is: the key to everything that changes state over TCP. */
export const tokenPath = (folder: string): string => join(folder, "token");

/**
 * Reads the token of a data folder, or makes one that nobody else may read. One that others could read is replaced.
 * Taking the file away, and starting the node anew, makes all that was logged in with it worthless.
 * @throws CardumeError `token-invalid` (exit code 5) when the file is none
 */
export async function readToken(folder: string): Promise<string> {
  const path = tokenPath(folder);
  const file = await opened(path);
  if (file === undefined) return makeToken(folder, path);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > GATEWAY.maxTokenFileBytes) throw invalid(path);
    const token = (await file.readFile("utf8")).trim();
    if (!TOKEN.test(token)) throw invalid(path);
    // A disk that knows no modes gives them all; then a new one at each start is the best that can be done.
    return (stat.mode & OTHERS) === 0 || process.platform === "win32" ? token : await makeToken(folder, path);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw invalid(path, error);
  }
}

async function makeToken(folder: string, path: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const fresh = `${path}.new`;
  try {
    await rm(fresh, { force: true });
    const file = await open(fresh, "wx", OWNER_ONLY);
    try {
      await file.writeFile(`${token}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncFolder(folder);
  } catch (cause) {
    throw new CardumeError("token-unwritable", `cannot write ${printable(path)}: ${(cause as Error).message}`, {
      exitCode: 5,
      cause,
    });
  }
  return token;
}

const invalid = (path: string, cause?: unknown): CardumeError =>
  new CardumeError("token-invalid", `${printable(path)} is not a node's token: take it away to get a new one`, {
    exitCode: 5,
    cause,
  });
