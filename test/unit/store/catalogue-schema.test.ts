import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { type OpenedDatabase, openDatabase } from "../../../src/store/catalogue-schema.ts";
import { aRow, idOf, none } from "../../contract/support/catalogues.ts";
import { tempFolder } from "../support/temp-folder.ts";

function opened(folder: string): OpenedDatabase {
  const result = openDatabase(folder);
  onTestFinished(() => result.database[Symbol.dispose]());
  return result;
}

/** A folder with a catalogue of so many rows, closed. */
function madeFolder(rows = 1): string {
  const folder = tempFolder();
  const { database, rows: made } = opened(folder);
  for (let at = 0; at < rows; at++) made.put(aRow({ id: idOf(at >> 8, at & 255), title: `Aula ${at}` }), none());
  database.close();
  return folder;
}

/** Does something to the catalogue with SQLite's own hands. */
function alter(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "library.db"), { defensive: false });
  database.exec(sql);
  database.close();
}

const file = (folder: string): string => join(folder, "library.db");

const copies = (folder: string): string[] => readdirSync(folder).filter((name) => /damaged(?!.*-wal$)/.test(name));

describe("a catalogue", () => {
  test("is made where there is none, and opened where it is", () => {
    const folder = tempFolder();
    const first = opened(folder);
    expect(first.state).toBe("made");
    first.rows.put(aRow(), none());
    first.database.close();
    const second = opened(folder);
    expect(second.state).toBe("opened");
    expect(second.rows.get(idOf(1))).toBeDefined();
  });

  test("is made in an empty file, which is what a crash at the beginning leaves", () => {
    const folder = tempFolder();
    writeFileSync(file(folder), "");
    expect(opened(folder).state).toBe("made");
  });

  test("has its log, no shared memory, and waits for the disk", () => {
    const folder = tempFolder();
    const { database, rows } = opened(folder);
    rows.put(aRow(), none());
    expect(readdirSync(folder).sort()).toEqual(["library.db", "library.db-wal"]);
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(database.prepare("PRAGMA locking_mode").get()).toEqual({ locking_mode: "exclusive" });
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
  });

  test("still has what is only in its log", () => {
    const [crashed, folder] = [tempFolder(), tempFolder()];
    opened(crashed).rows.put(aRow(), none());
    for (const name of readdirSync(crashed)) copyFileSync(join(crashed, name), join(folder, name));
    const { rows, state } = opened(folder);
    expect(state).toBe("opened");
    expect(rows.get(idOf(1))).toBeDefined();
  });
});

describe("a catalogue that is there", () => {
  test("is refused to a second one, also of the same process", () => {
    const folder = tempFolder();
    opened(folder);
    expect(() => openDatabase(folder)).toThrow(expect.objectContaining({ code: "library-held", exitCode: 5 }));
    expect(copies(folder)).toEqual([]);
  });

  test("of a newer version is refused, and left as it is", () => {
    const folder = madeFolder();
    alter(folder, "PRAGMA user_version = 2");
    const before = readFileSync(file(folder));
    const error = expect.objectContaining({
      code: "library-too-new",
      exitCode: 5,
      message: expect.not.stringMatching(/\n/),
    });
    expect(() => openDatabase(folder)).toThrow(error);
    expect(readFileSync(file(folder))).toEqual(before);
  });

  test.for([
    ["that is not there", (folder: string): string => join(folder, "none")],
    ["that is a file", (folder: string): string => file(folder)],
    [
      "where its file is a folder",
      (folder: string): string => {
        mkdirSync(join(folder, "in", "library.db"), { recursive: true });
        return join(folder, "in");
      },
    ],
  ] as const)("is not made in a folder %s", ([, place]) => {
    const folder = place(madeFolder());
    expect(() => openDatabase(folder)).toThrow(expect.objectContaining({ code: "data-folder-refused", exitCode: 5 }));
  });

  test("reads no bitmap for a list", () => {
    const { database } = opened(madeFolder(10));
    const plan = database.prepare(
      "EXPLAIN QUERY PLAN SELECT title FROM video v WHERE kind = 'video' ORDER BY v.sort_key, v.title, v.id",
    );
    expect(JSON.stringify(plan.all())).not.toMatch(/TEMP B-TREE|holding/);
  });
});

describe("a damaged catalogue", () => {
  const damages: readonly (readonly [string, (folder: string) => void])[] = [
    ["is no database", (folder) => writeFileSync(file(folder), "rubbish ".repeat(1000))],
    ["is a few letters", (folder) => writeFileSync(file(folder), "hello")],
    ["was cut", (folder) => truncateSync(file(folder), 5 * 4096)],
    ["was cut in a page", (folder) => truncateSync(file(folder), 5 * 4096 + 100)],
    ["has a page of zeros", (folder) => overwrite(folder, 4, new Uint8Array(4096))],
    ["has a page of noise", (folder) => overwrite(folder, 2, new Uint8Array(4096).fill(0x5a))],
    ["lacks a table", (folder) => alter(folder, "DROP TABLE holding")],
    ["lacks a column", (folder) => alter(folder, "ALTER TABLE video DROP COLUMN media_type")],
    ["is somebody else's", (folder) => alter(folder, "PRAGMA user_version = 0")],
    ["has a version that was none", (folder) => alter(folder, "PRAGMA user_version = -1")],
  ];

  test.for(damages)("that %s is moved aside, and an empty one made", ([, damage]) => {
    const folder = madeFolder(200);
    damage(folder);
    const damaged = readFileSync(file(folder));
    const { database, rows, state, movedTo } = opened(folder);
    expect(state).toBe("damaged");
    expect(rows.list()).toEqual([]);
    expect(copies(folder)).toEqual([expect.stringMatching(/^library\.db\.damaged-\d{4}-\d\d-\d\dT\d{6}$/)]);
    expect(movedTo).toBe(join(folder, copies(folder)[0] as string));
    expect(readFileSync(movedTo as string).subarray(0, 16)).toEqual(damaged.subarray(0, 16));
    database.close();
    expect(opened(folder).state).toBe("opened");
  });

  test("takes its log along", () => {
    const folder = madeFolder();
    writeFileSync(file(folder), "rubbish ".repeat(1000));
    writeFileSync(`${file(folder)}-wal`, "log");
    const { movedTo } = opened(folder);
    expect(readFileSync(`${movedTo}-wal`, "utf8")).toBe("log");
  });

  test("replaces the one before: one is kept", () => {
    const folder = madeFolder();
    for (const name of ["library.db.damaged-2020-01-01T000000", "library.db.damaged-2020-01-01T000000-wal"])
      writeFileSync(join(folder, name), "old");
    mkdirSync(join(folder, "library.db.damaged-folder"));
    writeFileSync(file(folder), "rubbish ".repeat(1000));
    opened(folder);
    expect(copies(folder)).toHaveLength(2);
    expect(existsSync(join(folder, "library.db.damaged-2020-01-01T000000"))).toBe(false);
    expect(existsSync(join(folder, "library.db.damaged-folder"))).toBe(true);
  });
});

function overwrite(folder: string, page: number, bytes: Uint8Array): void {
  const all = readFileSync(file(folder));
  all.set(bytes, page * 4096);
  writeFileSync(file(folder), all);
}
