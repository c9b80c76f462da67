import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import type { Figures } from "./side.ts";
import type { Sizes } from "./task.ts";

/** What came of one side in one task: its rounds and what failed, or why it was not measured. */
export type SideResult =
  | {
      readonly version: string;
      readonly isLimit: boolean;
      readonly rounds: readonly Figures[];
      /** Rounds that gave nothing, in words. */
      readonly failures: readonly string[];
    }
  | { readonly why: string };

/** A task as it was last measured. All sides of one entry took turns in one run. */
export interface Entry {
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Of the sources; with a `+` where something was changed and not committed. */
  readonly commit: string;
  readonly machine: Machine;
  readonly sizes: Sizes;
  readonly rounds: number;
  readonly sides: Readonly<Record<string, SideResult>>;
}

/** All entries by the names of their tasks. What was not run again stays as it was, with its own date and commit. */
export interface Book {
  readonly format: 1;
  readonly entries: Readonly<Record<string, Entry>>;
  /** The short form that `bench:check` compares with. */
  readonly short: Readonly<Record<string, Entry>>;
}

const EMPTY: Book = { format: 1, entries: {}, short: {} };

/** Reads the book; `undefined` where there is none. @throws Error for a file that is none */
export function readBook(path: string): Book | undefined {
  return existsSync(path) ? parseBook(readFileSync(path, "utf8"), path) : undefined;
}

/** Reads a book's text. @throws Error, with this name, for what is none */
export function parseBook(text: string, name: string): Book {
  const book = JSON.parse(text) as Partial<Book>;
  if (book.format !== 1) throw new Error(`${name} is no book of this program`);
  return { ...EMPTY, ...book };
}

/** The book with these entries in the place of those of the same tasks. */
export function withEntries(
  book: Book | undefined,
  part: "entries" | "short",
  entries: Readonly<Record<string, Entry>>,
): Book {
  const old = book ?? EMPTY;
  return { ...old, [part]: { ...old[part], ...entries } };
}

/** Writes the book, a round a line, so that its changes can be read. */
export function writeBook(path: string, book: Book): void {
  const text = JSON.stringify(book, (_, value: unknown) => (typeof value === "number" ? rounded(value) : value), 1);
  // What holds only numbers goes on one line.
  const short = text.replace(/[[{]\s*[^[\]{}]*?[\]}]/g, (all) => (/:\s*"/.test(all) ? all : all.replace(/\s+/g, " ")));
  writeFileSync(path, `${short}\n`);
}

const rounded = (value: number): number => Number(value.toPrecision(5));
