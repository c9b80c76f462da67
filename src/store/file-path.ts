import { sep } from "node:path";
import type { FilePath, FolderEntry } from "./disk.ts";

/** The path of what has this name in a folder: bytes where either is no UTF-8. */
export function pathIn(folder: FilePath, name: FilePath): FilePath {
  const between = separatorsAtEnd(folder) > 0 ? "" : sep;
  if (typeof folder === "string" && typeof name === "string") return folder + between + name;
  return Buffer.concat([Buffer.from(folder), Buffer.from(between), Buffer.from(name)]);
}

/** The folder that holds what is at an absolute path; of a root, itself. */
export function parentOf(path: FilePath): FilePath {
  const end = path.lastIndexOf(sep);
  // A root keeps its separator: `/`, `C:\`.
  const isBelowRoot = end === path.indexOf(sep);
  return path.length === end + 1 ? path : asFilePath(path.slice(0, isBelowRoot ? end + 1 : end));
}

/** The last part of a path. */
export const nameOf = (path: FilePath): FilePath => asFilePath(path.slice(path.lastIndexOf(sep) + 1));

/** Whether a name is one of those that folders do not show. */
export const isHidden = (name: FilePath): boolean => (typeof name === "string" ? name[0] === "." : name[0] === 0x2e);

/**
 * A name as a text of its own, for looking up and comparing: bytes that are no UTF-8 keep apart from every text,
 * because no name has a NUL in it.
 */
export const keyOf = (name: FilePath): string => (typeof name === "string" ? name : `\0${name.toString("latin1")}`);

/** The name that has this key. */
export const nameOfKey = (key: string): FilePath => (key.startsWith("\0") ? Buffer.from(key.slice(1), "latin1") : key);

// One locale, so that the order is the same on every machine.
const PEOPLE = new Intl.Collator("en", { numeric: true });

/** Entries in people's order: "film 2" before "Film 10". Those that people take for the same, by their bytes. */
export function inPeoplesOrder(entries: readonly FolderEntry[]): FolderEntry[] {
  const named = entries.map((entry) => ({ entry, text: entry.name.toString() }));
  named.sort((one, other) => {
    const order = PEOPLE.compare(one.text, other.text);
    return order === 0 ? Buffer.compare(Buffer.from(one.entry.name), Buffer.from(other.entry.name)) : order;
  });
  return named.map(({ entry }) => entry);
}

const separatorsAtEnd = (path: FilePath): number => (path.lastIndexOf(sep) === path.length - 1 ? 1 : 0);

/** A name or path as a text if it is one: a part of bytes that are no UTF-8 may be. */
export function asFilePath(bytes: FilePath): FilePath {
  if (typeof bytes === "string") return bytes;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}
