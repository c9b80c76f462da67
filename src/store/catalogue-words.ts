import { STORE } from "../core/limits.ts";

/** What the `unicode61` tokenizer takes for a word: letters, digits and private characters, with their marks. */
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu;

/** Letters that do not come apart into a base and a mark, and that people file under a base all the same. */
const FILED_AS: Readonly<Record<string, string>> = {
  æ: "ae",
  œ: "oe",
  ø: "o",
  ð: "d",
  đ: "d",
  ł: "l",
  ß: "ss",
  þ: "th",
  ı: "i",
};

/** Text without regard to case and accents. */
const folded = (text: string, form: "NFD" | "NFKD"): string =>
  text.normalize(form).replace(/\p{M}/gu, "").toLowerCase();

/** A number so that it sorts by its value: its length first, then its digits. */
const filedNumber = (digits: string): string => {
  const value = digits.replace(/^0+(?=.)/, "");
  return `0${String.fromCodePoint(0x30 + Math.min(value.length, 0x1000))}${value}`;
};

/**
 * What titles are sorted by, code point by code point: without regard to case and accents, numbers by their value
 * ("Aula 2" before "Aula 10"), spaces as one.
 */
export const sortKeyOf = (title: string): string =>
  folded(title.toWellFormed(), "NFKD")
    .replace(/[æœøðđłßþı]/g, (letter) => FILED_AS[letter] ?? letter)
    .replace(/[0-9]+/g, filedNumber)
    .replace(/\s+/gu, " ")
    .trim();

/** Orders text as SQLite does: by code points, which JavaScript's own order is not behind U+FFFF. */
export const byCodePoints = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The words of a text, as search sees them. */
export const wordsOf = (text: string): string[] => folded(text, "NFD").match(WORD) ?? [];

/** What is searched for. */
export interface Search {
  /** Words whose beginnings must all be there, at least one; or nothing that is a word. */
  readonly words: readonly string[];
  /** When there are no words ("???", an emoji): texts that must be in the title or file name as they are. */
  readonly texts: readonly string[];
}

/** What a person or a stranger asks for. @returns `undefined` when that is nothing, so that everything is meant */
export function searchOf(query: string): Search | undefined {
  const text = query.slice(0, STORE.maxSearchChars).toWellFormed().replaceAll("\0", " ").trim();
  if (text === "") return undefined;
  const words = [...new Set(text.match(WORD))].slice(0, STORE.maxSearchWords);
  const texts = words.length > 0 ? [] : text.split(/\s+/u).slice(0, STORE.maxSearchWords);
  return { words, texts };
}

/** An FTS5 expression for words, each quoted, so that none is FTS5's own syntax. */
export const matchOf = (words: readonly string[]): string => words.map((word) => `"${word}"*`).join(" ");
