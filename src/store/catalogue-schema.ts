import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CardumeError } from "../core/errors.ts";
import { Damage, openingError, saysDamaged, saysMeaningless } from "./catalogue-errors.ts";
import { SqliteRows } from "./catalogue-queries.ts";
import { printable } from "./disk-errors.ts";

/** The catalogue's file in the data folder. */
export const CATALOGUE_FILE = "library.db";

const VERSION = 1;

/** How long another process that only looks at the file is waited for. */
const BUSY_MS = 100;

// The exclusive lock comes first: with it SQLite keeps the index of its log in memory instead of a shared file, which
// network disks do not have. A checkpoint by itself would hide that it failed. The cache (8 MB) has room for some 10,000
// videos, so that checking them has them ready for the first list.
const BEFORE_READING = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA cache_size = -8000;
  PRAGMA journal_size_limit = 4194304;`;

// Bitmaps apart, because a list must not read them; words without their text, which the row has.
const SCHEMA = `
  BEGIN IMMEDIATE;
  CREATE TABLE video (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('video', 'subtitle')),
    title TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    chunk_bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    held INTEGER NOT NULL,
    held_bytes INTEGER NOT NULL,
    source ANY,
    stamp_bytes INTEGER,
    stamp_mtime_ns TEXT,
    stamp_inode TEXT,
    added_at_ms INTEGER NOT NULL,
    verified_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX video_in_order ON video (kind, sort_key, title, id);
  CREATE INDEX video_by_title ON video (title);
  CREATE INDEX video_by_source ON video (source) WHERE source IS NOT NULL;
  CREATE TABLE holding (number INTEGER PRIMARY KEY REFERENCES video ON DELETE CASCADE, bitmap BLOB NOT NULL) STRICT;
  CREATE VIRTUAL TABLE words USING fts5 (
    title, file_name,
    content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
  );
  PRAGMA user_version = ${VERSION};
  COMMIT;`;

/** How the catalogue was found: there, none yet (or an empty file), or damaged, and so made anew. */
export type CatalogueState = "opened" | "made" | "damaged";

interface Sound {
  readonly database: DatabaseSync;
  readonly rows: SqliteRows;
  readonly state: CatalogueState;
}

/** An open database that is sound, and what was found. */
export interface OpenedDatabase extends Sound {
  /** Where the damaged one is now. */
  readonly movedTo?: string;
}

/**
 * Opens the catalogue of a data folder, or makes it. A damaged one is moved aside first; of those, the last is kept.
 * @throws CardumeError `library-too-new`, `library-held`, `data-folder-refused`, `disk-full`, `catalogue-failed`
 */
export function openDatabase(folder: string): OpenedDatabase {
  // Absolute: SQLite takes what begins with "file:" for a URI.
  const file = join(resolve(folder), CATALOGUE_FILE);
  try {
    const found = openOrMoveAside(file);
    if (!("movedTo" in found)) return found;
    const anew = openOrMoveAside(file);
    if ("movedTo" in anew) throw new Damage("a new one was damaged at once");
    return { ...anew, state: "damaged", movedTo: found.movedTo };
  } catch (cause) {
    throw openingError(folder, cause);
  }
}

function openOrMoveAside(file: string): Sound | { readonly movedTo: string } {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    return prepare(file, database);
  } catch (cause) {
    try {
      if (!saysDamaged(cause)) throw cause;
      // SQLite throws the log away when it closes a damaged one, but for one that has moved. Windows moves nothing open.
      if (process.platform === "win32") database.close();
      return { movedTo: moveAside(file) };
    } finally {
      database[Symbol.dispose]();
    }
  }
}

function prepare(file: string, database: DatabaseSync): Sound {
  database.exec(BEFORE_READING);
  const version = number(database, "PRAGMA user_version");
  if (version > VERSION) throw tooNew(file);
  if (version < 0) throw new Damage(`version ${version}`);
  database.exec("PRAGMA journal_mode = WAL");
  if (version === 0) make(database);
  else check(database);
  // On a disk that is only for reading everything goes well up to here.
  database.exec("BEGIN IMMEDIATE; COMMIT");
  return { database, rows: prepared(database), state: version === 0 ? "made" : "opened" };
}

const number = (database: DatabaseSync, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() ?? {})[0]);

const tooNew = (file: string): CardumeError =>
  new CardumeError(
    "library-too-new",
    `${printable(file)} was made by a newer cardume: update this one, or choose --data`,
    {
      exitCode: 5,
    },
  );

function make(database: DatabaseSync): void {
  // The tables and the version come in one transaction: tables without it are somebody else's.
  if (number(database, "SELECT count(*) FROM sqlite_schema") > 0) throw new Damage("it is not a catalogue");
  database.exec(SCHEMA);
}

function check(database: DatabaseSync): void {
  const found = sensible(() => Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0]);
  if (found !== "ok") throw new Damage(String(found));
}

const prepared = (database: DatabaseSync): SqliteRows => sensible(() => new SqliteRows(database));

/** What makes no sense to SQLite in a database of our version is damage. */
function sensible<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    throw saysMeaningless(cause) ? new Damage((cause as Error).message) : cause;
  }
}

function moveAside(file: string): string {
  const folder = resolve(file, "..");
  const copies = `${CATALOGUE_FILE}.damaged-`;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile() && entry.name.startsWith(copies)) rmSync(join(folder, entry.name));
  const movedTo = join(folder, `${copies}${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`);
  // The database first: its log alone is thrown away at the next opening, it without its log would look sound.
  renameSync(file, movedTo);
  for (const suffix of ["-wal", "-journal"])
    if (statSync(file + suffix, { throwIfNoEntry: false }) !== undefined) renameSync(file + suffix, movedTo + suffix);
  rmSync(`${file}-shm`, { force: true });
  return movedTo;
}
