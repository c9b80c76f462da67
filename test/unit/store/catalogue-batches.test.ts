import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { Batches } from "../../../src/store/catalogue-batches.ts";
import type { Answer, Operation } from "../../../src/store/catalogue-messages.ts";
import { openDatabase } from "../../../src/store/catalogue-schema.ts";
import { aRow, idOf, none } from "../../contract/support/catalogues.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** As node:sqlite throws it. */
const sqliteError = (errcode: number, message: string): Error =>
  Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });

const FULL = sqliteError(13, "database or disk is full");
const IO_WRITE = sqliteError(778, "disk I/O error");
const IO_FSYNC = sqliteError(1034, "disk I/O error");

/** Batches over a real database whose `exec` fails while `faults` has an error for what it is told, and what it was told. */
function stage(): { batches: Batches; faults: Map<string, Error>; told: string[]; folder: string } {
  const folder = tempFolder();
  const { database, rows } = openDatabase(folder);
  onTestFinished(() => database[Symbol.dispose]());
  const faults = new Map<string, Error>();
  const told: string[] = [];
  const faulty: Pick<DatabaseSync, "exec" | "close" | "isTransaction"> = {
    exec: (sql) => {
      told.push(sql);
      const fault = faults.get(sql.split(" ")[0] as string);
      if (fault !== undefined) throw fault;
      database.exec(sql);
    },
    close: () => database.close(),
    get isTransaction() {
      return database.isTransaction;
    },
  };
  return { batches: new Batches(folder, faulty, rows), faults, told, folder };
}

const put = (first: number): Operation => ({ method: "put", args: [aRow({ id: idOf(first) }), none()] });
const get = (first: number): Operation => ({ method: "get", args: [idOf(first)] });

/** What answers say, in a word each. */
const said = (answers: readonly Answer[]): string[] =>
  answers.map((answer) =>
    "error" in answer ? (answer.error.code ?? "bug") : answer.value === undefined ? "-" : "row",
  );

describe("a batch", () => {
  test("has its writes in one transaction, and answers all", () => {
    const { batches, told } = stage();
    expect(said(batches.run([get(1), put(1), get(1), put(2), get(2)]))).toEqual(["-", "-", "row", "-", "row"]);
    expect(told).toEqual(["BEGIN IMMEDIATE", "COMMIT"]);
  });

  test("of reads needs no transaction", () => {
    const { batches, told } = stage();
    expect(said(batches.run([get(1)]))).toEqual(["-"]);
    expect(told).toEqual([]);
  });

  test("rejects one write that is a mistake, and does the others", () => {
    const { batches } = stage();
    const wrong: Operation = { method: "put", args: [aRow({ id: idOf(2), kind: "film" as "video" }), none()] };
    const wronger: Operation = { method: "hold", args: [{ id: idOf(1), hold: [99] }] };
    const answers = batches.run([put(1), wrong, wronger, put(3)]);
    expect(said(answers)).toEqual(["-", "bug", "bug", "-"]);
    expect(said(batches.run([get(1), get(2), get(3)]))).toEqual(["row", "-", "row"]);
  });

  test("whose commit finds the disk full rejects all its writes, and a read between them sees none", () => {
    const { batches, faults } = stage();
    faults.set("COMMIT", FULL);
    expect(said(batches.run([put(1), get(1), put(2)]))).toEqual(["disk-full", "-", "disk-full"]);
    faults.clear();
    expect(said(batches.run([put(1), get(1), get(2)]))).toEqual(["-", "row", "-"]);
  });

  test.for([
    ["BEGIN", IO_WRITE],
    ["COMMIT", IO_FSYNC],
    ["COMMIT", sqliteError(11, "database disk image is malformed")],
  ] as const)("whose %s fails ends all writing, without another try", ([what, error]) => {
    const { batches, faults, told } = stage();
    batches.run([put(1)]);
    faults.set(what, error);
    expect(said(batches.run([put(2), get(1)]))).toEqual(["catalogue-failed", "row"]);
    faults.clear();
    told.length = 0;
    expect(said(batches.run([get(1), put(3), get(3), get(2)]))).toEqual(["row", "catalogue-failed", "-", "-"]);
    expect(told).toEqual([]);
  });

  test("says in one plain line what to do", () => {
    const { batches, faults } = stage();
    faults.set("COMMIT", IO_FSYNC);
    const [answer] = batches.run([put(1)]);
    expect(answer).toMatchObject({
      error: { exitCode: 5, message: expect.stringMatching(/^[^\n]*check the disk[^\n]*$/) },
    });
  });
});

describe("a checkpoint", () => {
  const many = Array.from({ length: 512 }, (_, at) => put(at & 255));

  test("comes after so many writes", () => {
    const { batches, told } = stage();
    batches.run(many.slice(1));
    batches.tidy();
    expect(told).not.toContain("PRAGMA wal_checkpoint(PASSIVE)");
    batches.run([put(1)]);
    batches.tidy();
    batches.tidy();
    expect(told.filter((sql) => sql.startsWith("PRAGMA"))).toEqual(["PRAGMA wal_checkpoint(PASSIVE)"]);
  });

  test("that finds the disk full harms nothing", () => {
    const { batches, faults } = stage();
    batches.run(many);
    faults.set("PRAGMA", FULL);
    batches.tidy();
    expect(said(batches.run([put(1), get(1)]))).toEqual(["-", "row"]);
  });

  test("that fails ends all writing", () => {
    const { batches, faults } = stage();
    batches.run(many);
    faults.set("PRAGMA", IO_FSYNC);
    batches.tidy();
    expect(said(batches.run([put(1), get(1)]))).toEqual(["catalogue-failed", "row"]);
  });

  test("at the end leaves no log", () => {
    const { batches, folder } = stage();
    batches.run([put(1)]);
    expect(existsSync(join(folder, "library.db-wal"))).toBe(true);
    batches.close();
    expect(readdirSync(folder)).toEqual(["library.db"]);
  });
});
