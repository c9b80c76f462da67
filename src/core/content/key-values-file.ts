import { FILES, ORIGINAL } from "../limits.ts";

/** Where one chunk's bytes are: a whole file, or the bytes `first` to `last` (inclusive, from 0) of one. */
export interface ChunkPlace {
  readonly path: string;
  readonly range?: { readonly first: number; readonly last: number };
}

/** Chunk id → where its bytes are, in the file's order. */
export type KeyValues = ReadonlyMap<number, ChunkPlace>;

/** What is wrong with a key-values file: its line (from 1) and the reason, for the person who wrote it. */
export interface KeyValuesProblem {
  readonly line: number;
  readonly problem: string;
}

/**
 * Reads a key-values file: one chunk a line, `ID: path/to/file`, as the assignment's official files and other
 * people's have it: CRLF, blank lines, any white space around the id, the colon and the path, a byte order mark,
 * and quotes around the path are accepted. `ID: path#bytes=first-last` names a range of a file.
 * An id twice, an id outside 0…65535 and a line without a colon are problems.
 */
export function parseKeyValues(text: string): KeyValues | KeyValuesProblem {
  const values = new Map<number, ChunkPlace>();
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = parseLine(line);
    if (typeof entry === "string") return { line: index + 1, problem: entry };
    if (values.has(entry.id)) return { line: index + 1, problem: `chunk ${entry.id} is listed twice` };
    values.set(entry.id, entry.place);
  }
  return values;
}

/** Whether {@link parseKeyValues} found a problem. */
export const isKeyValuesProblem = (result: KeyValues | KeyValuesProblem): result is KeyValuesProblem =>
  "problem" in result;

function parseLine(line: string): { id: number; place: ChunkPlace } | string {
  const colon = line.indexOf(":");
  if (colon < 0) return 'no colon; a line is "ID: path"';
  const key = line.slice(0, colon).trim();
  if (!/^\d+$/.test(key)) return `"${printable(key)}" is not a chunk id`;
  const id = Number(key);
  if (id > ORIGINAL.maxChunkId) return `chunk id ${printable(key)} is outside 0…${ORIGINAL.maxChunkId}`;
  const place = parsePlace(line.slice(colon + 1).trim());
  return typeof place === "string" ? place : { id, place };
}

const NO_PATH = "the path cannot be one of a file";

function parsePlace(value: string): ChunkPlace | string {
  // Before any pattern looks at it: a path, its quotes and the longest range.
  if (value.length > FILES.maxPathChars + 64) return NO_PATH;
  const quoted = /^(["'])(.*)\1(#bytes=.*)?$/s.exec(value);
  const unquoted = quoted === null ? value : `${quoted[2]}${quoted[3] ?? ""}`;
  const ranged = /^(.*)#bytes=(\d{1,15})-(\d{1,15})$/s.exec(unquoted);
  const path = ranged === null ? unquoted : (ranged[1] as string);
  if (path === "") return "no path behind the colon";
  if (path.includes("\0") || path.length > FILES.maxPathChars) return NO_PATH;
  if (ranged === null) return { path };
  const first = Number(ranged[2]);
  const last = Number(ranged[3]);
  if (last < first) return `the range ${first}-${last} is empty`;
  return { path, range: { first, last } };
}

/** Foreign text cut short and without control characters, fit for a message. */
const printable = (text: string): string => text.slice(0, 40).replace(/[^\x20-\x7e]/g, "?");

/**
 * The text of a key-values file, in the form of the official ones plus a newline at the end. Paths that would be read
 * otherwise are quoted; a path with a line break cannot be written, and is `undefined` then.
 */
export function formatKeyValues(values: Iterable<readonly [number, ChunkPlace]>): string | undefined {
  let text = "";
  for (const [id, { path, range }] of values) {
    const quoted = path.trim() !== path || /^["']/.test(path) ? `"${path}"` : path;
    const line = `${id}: ${quoted}${range === undefined ? "" : `#bytes=${range.first}-${range.last}`}`;
    // Whatever would be read otherwise cannot be written: a line break, or a name that ends like a range.
    const entry = /[\r\n]/.test(path) ? undefined : parseLine(line);
    if (typeof entry !== "object" || entry.place.path !== path || entry.place.range?.last !== range?.last)
      return undefined;
    text += `${line}\n`;
  }
  return text;
}
