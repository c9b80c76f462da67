import { constants } from "node:os";
import { CardumeError } from "../core/errors.ts";
import type { FilePath } from "./disk.ts";

const CODES: Readonly<Record<string, { readonly code: string; readonly words: string }>> = {
  ENOSPC: { code: "disk-full", words: "the disk is full: make room and try again" },
  EDQUOT: { code: "disk-full", words: "your quota of the disk is used up: make room and try again" },
  EACCES: { code: "disk-refused", words: "permission denied" },
  EPERM: { code: "disk-refused", words: "permission denied" },
  EROFS: { code: "disk-refused", words: "the disk is read-only" },
  ENOENT: { code: "file-missing", words: "it is not there" },
  ENOTDIR: { code: "file-missing", words: "it is not there" },
  EMFILE: { code: "disk-refused", words: "too many files are open: raise the limit with ulimit -n" },
  EIO: { code: "disk-failed", words: "the disk could not do it (EIO): look after the disk" },
};

/** What the system refused, as an error for people: `disk-full`, `disk-refused`, `file-missing` or `disk-failed`. */
export function diskError(error: unknown, doing: string): CardumeError {
  if (error instanceof CardumeError) return error;
  const { code = "", errno, message } = error as NodeJS.ErrnoException;
  // Node has no name for this one.
  const known = CODES[errno === -constants.errno.EDQUOT ? "EDQUOT" : code];
  return new CardumeError(known?.code ?? "disk-failed", `${doing}: ${known?.words ?? message}`, {
    exitCode: 5,
    cause: error,
  });
}

/**
 * Why a person's own file could not be read. `file-unreadable` where {@link diskError} would see the disk fail: it is
 * that file's trouble, and no reason to give up the next one.
 */
export function sourceError(error: unknown, path: FilePath): CardumeError {
  const refused = diskError(error, `cannot read ${printable(path)}`);
  if (error instanceof CardumeError || !refused.code.startsWith("disk-") || refused.code === "disk-refused")
    return refused;
  return new CardumeError("file-unreadable", refused.message, { exitCode: 1, cause: error });
}

/** A path for people: on one line, whatever is in it. */
export const printable = (path: FilePath): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  path.toString().replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");

/** Does something with the disk. @throws CardumeError as {@link diskError} has it, for what the system refused */
export async function onDisk<Result>(doing: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw isSystems(error) ? diskError(error, doing) : error;
  }
}

/** Reads a person's own file. @throws CardumeError as {@link sourceError} has it, for what the system refused */
export async function onSource<Result>(path: FilePath, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw isSystems(error) ? sourceError(error, path) : error;
  }
}

const isSystems = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException).syscall === "string";
