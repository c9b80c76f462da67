import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { Bitmap } from "./bitmap.ts";
import type { Holding, NewVideoRow, VideoQuery, VideoRow } from "./catalogue.ts";
import {
  applyHolding,
  COLUMNS,
  changedColumns,
  heldOf,
  idRange,
  limitOf,
  newColumns,
  plainPath,
  type RawRow,
} from "./catalogue-rows.ts";
import { matchOf, searchOf, sortKeyOf } from "./catalogue-words.ts";
import type { FilePath } from "./disk.ts";

/** What a change of holdings has to know of a row. */
type Counted = Pick<VideoRow, "bytes" | "chunkBytes" | "chunks"> & { readonly number: number };

const IN_ORDER = "v.sort_key, v.title, v.id";

const SELECTS = {
  get: `SELECT ${COLUMNS} FROM video v WHERE id = ?`,
  list: `SELECT ${COLUMNS} FROM video v WHERE kind = ? ORDER BY ${IN_ORDER} LIMIT ?`,
  // A word of the title says more of a video than one of its file name.
  match: `SELECT ${COLUMNS} FROM words JOIN video v ON v.number = words.rowid
    WHERE words MATCH ? AND v.kind = ? ORDER BY bm25(words, 4.0, 1.0), ${IN_ORDER} LIMIT ?`,
  contain: `SELECT ${COLUMNS} FROM video v WHERE kind = ?
    AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE NOT instr(v.title, value) AND NOT instr(v.file_name, value))
    ORDER BY ${IN_ORDER} LIMIT ?`,
  byPrefix: `SELECT ${COLUMNS} FROM video v WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?`,
  byTitle: `SELECT ${COLUMNS} FROM video v WHERE title = ? AND kind = 'video' ORDER BY added_at_ms DESC, id LIMIT ?`,
  bySource: `SELECT ${COLUMNS} FROM video v WHERE source = ? ORDER BY added_at_ms DESC, number DESC LIMIT 1`,
} as const;

const STATEMENTS = {
  ids: "SELECT coalesce(group_concat(hex(id), ''), '') AS ids FROM video",
  held: "SELECT bitmap FROM holding JOIN video USING (number) WHERE id = ?",
  counted: `SELECT number, bytes, chunk_bytes AS chunkBytes, chunks FROM video WHERE id = ?`,
  setHeld: "UPDATE video SET held = ?, held_bytes = ? WHERE number = ?",
  setBitmap: "INSERT OR REPLACE INTO holding (number, bitmap) VALUES (?, ?)",
  remove: "DELETE FROM video WHERE number = ?",
  unword: "DELETE FROM words WHERE rowid = ?",
  word: "INSERT INTO words (rowid, title, file_name) SELECT number, title, file_name FROM video WHERE number = ?",
} as const;

type Prepared<Texts> = { readonly [Name in keyof Texts]: StatementSync };

/** The catalogue's operations on an open database. The caller makes the transactions. Rows come as they are kept. */
export class SqliteRows {
  readonly #database: DatabaseSync;
  readonly #selects: Prepared<typeof SELECTS>;
  readonly #statements: Prepared<typeof STATEMENTS>;
  /** Statements whose text depends on what is changed, by their text: a handful. */
  readonly #changing = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = <Texts extends object>(texts: Texts, returnArrays: boolean): Prepared<Texts> =>
      Object.fromEntries(
        Object.entries(texts).map(([name, sql]) => [name, database.prepare(sql, { returnArrays })]),
      ) as Prepared<Texts>;
    this.#selects = prepare(SELECTS, true);
    this.#statements = prepare(STATEMENTS, false);
  }

  // What can be refused for what is in a row comes first in each write, so that a refused one has changed nothing.

  put(row: NewVideoRow, bitmapBytes: Uint8Array): void {
    const bitmap = new Bitmap(row.chunks, bitmapBytes);
    const { held, heldBytes } = heldOf(row, bitmap);
    const columns = { ...newColumns(row), sort_key: sortKeyOf(row.title), held, held_bytes: heldBytes };
    const names = Object.keys(columns);
    const text = `INSERT INTO video (${names.join()}) VALUES (${names.map(() => "?").join()})
      ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join()} RETURNING number`;
    const { number } = this.#changed(text).get(...Object.values(columns)) as { number: number };
    this.#statements.setBitmap.run(number, bitmap.bytes);
    this.#setWords(number);
  }

  hold(holding: Holding): void {
    const row = this.#statements.counted.get(holding.id) as Counted | undefined;
    if (row === undefined) return;
    const { hold = [], drop = [], change = {} } = holding;
    const bitmap = new Bitmap(row.chunks, this.held(holding.id));
    applyHolding(bitmap, row.chunks, holding);
    this.#change(row.number, changedColumns(change));
    if (hold.length + drop.length === 0) return;
    const { held, heldBytes } = heldOf(row, bitmap);
    this.#statements.setHeld.run(held, heldBytes, row.number);
    this.#statements.setBitmap.run(row.number, bitmap.bytes);
  }

  remove(id: Uint8Array): void {
    const row = this.#statements.counted.get(id) as Counted | undefined;
    if (row === undefined) return;
    this.#statements.unword.run(row.number);
    this.#statements.remove.run(row.number);
  }

  get(id: Uint8Array): RawRow | undefined {
    return one(this.#selects.get.all(id));
  }

  held(id: Uint8Array): Uint8Array | undefined {
    return this.#statements.held.get(id)?.["bitmap"] as Uint8Array | undefined;
  }

  list({ words = "", kind = "video", limit }: VideoQuery = {}): RawRow[] {
    const search = searchOf(words);
    const most = limitOf(limit);
    if (search === undefined) return many(this.#selects.list.all(kind, most));
    if (search.words.length > 0) return many(this.#selects.match.all(matchOf(search.words), kind, most));
    return many(this.#selects.contain.all(kind, JSON.stringify(search.texts), most));
  }

  byPrefix(hexDigits: string, limit: number): RawRow[] {
    const range = idRange(hexDigits);
    return range === undefined ? [] : many(this.#selects.byPrefix.all(...range, limitOf(limit)));
  }

  byTitle(title: string, limit: number): RawRow[] {
    return many(this.#selects.byTitle.all(title, limitOf(limit)));
  }

  bySource(path: FilePath): RawRow | undefined {
    return one(this.#selects.bySource.all(plainPath(path)));
  }

  /** All ids as one text of hex digits: it crosses threads at once. */
  ids(): string {
    return this.#statements.ids.get()?.["ids"] as string;
  }

  #change(number: number, changed: Record<string, SQLInputValue>): void {
    if (Object.keys(changed).length === 0) return;
    const title = changed["title"];
    const columns = title === undefined ? changed : { ...changed, sort_key: sortKeyOf(title as string) };
    const sets = Object.keys(columns).map((name) => `${name} = ?`);
    this.#changed(`UPDATE video SET ${sets.join()} WHERE number = ?`).run(...Object.values(columns), number);
    if ("title" in changed || "file_name" in changed) this.#setWords(number);
  }

  #setWords(number: number): void {
    this.#statements.unword.run(number);
    this.#statements.word.run(number);
  }

  #changed(sql: string): StatementSync {
    const known = this.#changing.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#changing.set(sql, statement);
    return statement;
  }
}

// Statements that were told to return arrays do, whatever their type says.
const many = (rows: unknown): RawRow[] => rows as RawRow[];
const one = (rows: unknown): RawRow | undefined => many(rows)[0];
