import { CardumeError } from "../core/errors.ts";
import { printable } from "./disk-errors.ts";

/** The low byte of SQLite's result codes: https://sqlite.org/rescode.html. The upper ones say more of the same. */
const SQLITE = { error: 1, busy: 5, readonly: 8, corrupt: 11, full: 13, cantOpen: 14, constraint: 19, notDatabase: 26 };

const PLACE_REFUSED = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"];

/** What the system or SQLite threw. */
interface Thrown {
  readonly code?: string;
  /** SQLite's extended result code. */
  readonly errcode?: number;
  readonly message: string;
}

/** SQLite's result code of an error; `undefined` when it is not SQLite's. */
function resultCode(cause: unknown): number | undefined {
  const { code, errcode } = cause as Thrown;
  return code === "ERR_SQLITE_ERROR" && errcode !== undefined ? errcode & 0xff : undefined;
}

/** Whether an error says that somebody else has the file. */
export const saysHeld = (cause: unknown): boolean => resultCode(cause) === SQLITE.busy;

/** Whether an error says that the file is no good database. */
export const saysDamaged = (cause: unknown): boolean =>
  cause instanceof Damage || [SQLITE.corrupt, SQLITE.notDatabase].includes(resultCode(cause) ?? 0);

/** Whether an error says that what was asked makes no sense to SQLite: an unknown table, a wrong word. */
export const saysMeaningless = (cause: unknown): boolean => resultCode(cause) === SQLITE.error;

/** Whether an error is about one operation, and leaves the transaction as it was before it: a programmer's mistake. */
export const isMistake = (cause: unknown): boolean => {
  const code = resultCode(cause);
  return code === undefined || code === SQLITE.constraint;
};

/** A database that SQLite reads, and that is not what it has to be. */
export class Damage extends Error {}

/** After this, every write is refused. */
export function catalogueFailed(why: string, cause?: unknown): CardumeError {
  const message = `the library's catalogue has failed (${why}): nothing more is written to it; check the disk, then start again`;
  return new CardumeError("catalogue-failed", message, { exitCode: 5, cause });
}

/** What was asked too late. */
export const catalogueClosed = (): CardumeError =>
  new CardumeError("catalogue-failed", "the library's catalogue is closed", { exitCode: 5 });

/** The disk is full. */
export const diskFull = (folder: string, cause?: unknown): CardumeError =>
  new CardumeError("disk-full", `the disk that holds ${printable(folder)} is full: make room on it, then try again`, {
    exitCode: 5,
    cause,
  });

/** The folder of the library cannot be used. */
export const folderRefused = (folder: string, why: string, cause?: unknown): CardumeError =>
  new CardumeError(
    "data-folder-refused",
    `cannot keep the library in ${printable(folder)}: ${why}; mend that, or choose another with --data`,
    { exitCode: 5, cause },
  );

/** Somebody else has the library; `by` says who, in brackets or not. */
export const libraryHeld = (folder: string, by: string): CardumeError =>
  new CardumeError(
    "library-held",
    `the library in ${printable(folder)} is in use by ${by}: wait for it, stop it, or choose another with --data`,
    { exitCode: 5 },
  );

/** What a person is told of an error while the catalogue is in use. */
export const runningError = (folder: string, cause: unknown): CardumeError => {
  if (resultCode(cause) === SQLITE.full || (cause as Thrown).code === "ENOSPC") return diskFull(folder, cause);
  const why = saysDamaged(cause) ? "it is damaged" : (cause as Thrown).message;
  return catalogueFailed(why, cause);
};

/** What a person is told of an error while the library is being opened. */
export function openingError(folder: string, cause: unknown): CardumeError {
  if (cause instanceof CardumeError) return cause;
  const { code = "", message } = cause as Thrown;
  if (saysHeld(cause)) return libraryHeld(folder, "another process");
  if ([SQLITE.readonly, SQLITE.cantOpen].includes(resultCode(cause) ?? 0) || PLACE_REFUSED.includes(code))
    return folderRefused(folder, message, cause);
  return runningError(folder, cause);
}

/** An error on its way between threads, which takes away what class it has. */
export interface SentError {
  readonly message: string;
  readonly code?: string;
  readonly exitCode?: number;
}

/** An error for another thread. */
export const sentError = (error: unknown): SentError => {
  const { message } = error as Error;
  return error instanceof CardumeError ? { message, code: error.code, exitCode: error.exitCode } : { message };
};

/** An error from another thread. */
export const receivedError = ({ message, code, exitCode = 5 }: SentError): Error =>
  code === undefined ? new Error(message) : new CardumeError(code, message, { exitCode });
