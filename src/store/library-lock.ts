import { accessSync, closeSync, constants, existsSync, openSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "../runtime/make-folder.ts";
import { folderRefused, libraryHeld, saysHeld } from "./catalogue-errors.ts";
import { CATALOGUE_FILE } from "./catalogue-schema.ts";
import { holderNote, holderOf } from "./library-holder.ts";

/** Two that start at one moment can refuse each other; waiting this long, one of them gets it. */
const BUSY_MS = 100;

const LOCK_FILE = "lock";
const HOLDER_FILE = "holder";

/** The system's words for a folder that is not to be written in. */
const REFUSED: readonly string[] = ["EACCES", "EPERM", "EROFS"];

/** The right to use a data folder, which one process has at a time. */
export interface LibraryLock {
  /** Gives it back. The system does it when the process ends, however it ends. */
  release(): Promise<void>;
}

/** What keeps them from the garbage collector, which would close, and so release, a lock that nobody looks at. */
const held = new Set<DatabaseSync>();

/**
 * Takes a data folder for this process, and makes the folder if need be. `what` tells others what it is taken for, such
 * as "cardume add". SQLite's own locks on the file `lock` know the connections of one process apart, which the system's
 * do not; so nothing else may ever open that file: closing it would drop the lock.
 * @throws CardumeError `library-held`, saying by whom; `data-folder-refused`
 */
export async function acquireLibraryLock(folder: string, what: string): Promise<LibraryLock> {
  const place = resolve(folder);
  await makeFolder(place).catch((cause: Error) => {
    throw folderRefused(folder, cause.message, cause);
  });
  const database = lockOf(folder);
  if (database === undefined) throw libraryHeld(folder, await holderOf(join(place, HOLDER_FILE)));
  held.add(database);
  const release = async (): Promise<void> => {
    // Once: later the note may be another holder's.
    if (!held.delete(database)) return;
    await rm(join(place, HOLDER_FILE), { force: true }).catch(() => {});
    database.close();
  };
  try {
    await noteHolder(place, what);
  } catch (cause) {
    await release();
    throw folderRefused(folder, (cause as Error).message, cause);
  }
  return { release };
}

/** @returns the connection that has the lock; `undefined`: another one has it */
function lockOf(folder: string): DatabaseSync | undefined {
  const file = join(resolve(folder), LOCK_FILE);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    // The change is never written. It is there because SQLite begins "exclusively" on a file it may only read, too.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1;");
    return database;
  } catch (cause) {
    database?.close();
    if (saysHeld(cause)) return undefined;
    const why = systemRefusal(file) ?? (cause as Error);
    throw folderRefused(folder, `${LOCK_FILE}: ${why.message}`, cause);
  }
}

/** What the system has against a file that SQLite could not open or write: SQLite does not say. */
function systemRefusal(file: string): Error | undefined {
  try {
    // One that is there is not opened, see above.
    if (existsSync(file)) accessSync(file, constants.W_OK);
    else closeSync(openSync(file, "wx"));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function noteHolder(folder: string, what: string): Promise<void> {
  const file = join(folder, HOLDER_FILE);
  try {
    await rm(file, { force: true });
    await writeFile(file, holderNote(what), { flag: "wx" });
  } catch (cause) {
    if (!isBearable((cause as NodeJS.ErrnoException).code ?? "", folder)) throw cause;
  }
}

/** The note is a courtesy: a library on a full disk must open all the same, or no room could be made by removing videos. */
const isBearable = (code: string, folder: string): boolean =>
  ["ENOSPC", "EDQUOT"].includes(code) ? existsSync(join(folder, CATALOGUE_FILE)) : !REFUSED.includes(code);
