import { readFile, stat } from "node:fs/promises";
import {
  type ChunkPlace,
  isKeyValuesProblem,
  type KeyValues,
  parseKeyValues,
} from "../core/content/key-values-file.ts";
import { CardumeError } from "../core/errors.ts";
import { FILES, ORIGINAL } from "../core/limits.ts";
import type { Dialect } from "../core/wire/datagram/message.ts";
import { REPORT } from "../core/wire/datagram/report-dialect.ts";

/** So many warnings are given one by one; of more, the first few. */
const MAX_WARNINGS = 5;
const FEW_WARNINGS = 3;

/** The chunks that a key-values file lists and that can be served, and why the others cannot. */
export interface LoadedKeyValues {
  readonly places: KeyValues;
  /** For the person who wrote the file: the first few that cannot be served, and how many in all. */
  readonly warnings: readonly string[];
}

/**
 * Reads a key-values file and looks at every file it names. A missing chunk is a warning, and not advertised.
 * @throws CardumeError `key-values-unreadable`, `key-values-invalid`
 */
export async function loadKeyValues(file: string, dialect: Dialect): Promise<LoadedKeyValues> {
  const listed = parseKeyValues(await readText(file));
  if (isKeyValuesProblem(listed))
    throw new CardumeError("key-values-invalid", `${file}, line ${listed.line}: ${listed.problem}`);
  const maxBytes = dialect === "report" ? REPORT.maxChunkBytes : ORIGINAL.maxChunkBytes;
  const sizes = new Map<string, number | string>();
  const places = new Map<number, ChunkPlace>();
  const warnings: string[] = [];
  for (const [id, place] of listed) {
    let size = sizes.get(place.path);
    if (size === undefined) {
      size = await sizeOf(place.path);
      sizes.set(place.path, size);
    }
    const problem = typeof size === "string" ? size : problemOf(place, size, maxBytes);
    if (problem === undefined) places.set(id, place);
    else warnings.push(`chunk ${id} is not advertised: ${place.path} ${problem}`);
  }
  return { places, warnings: summary(warnings, listed.size) };
}

/** All warnings where they are few; else the first, how many there are, and what is most often the reason. */
function summary(warnings: readonly string[], listed: number): string[] {
  if (listed === 0) return ["the key-values file lists no chunk"];
  if (warnings.length <= MAX_WARNINGS) return [...warnings];
  return [
    ...warnings.slice(0, FEW_WARNINGS),
    `${warnings.length} of ${listed} chunks are not advertised; paths are relative to where the peer is started, ${process.cwd()}`,
  ];
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > FILES.maxKeyValuesBytes)
      throw new Error(`it has ${size} bytes, more than a key-values file can have (${FILES.maxKeyValuesBytes})`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new CardumeError("key-values-unreadable", `cannot read the key-values file ${file}: ${reason(cause)}`, {
      cause,
    });
  }
}

/** A regular file's size in bytes, or what is wrong with it. */
async function sizeOf(path: string): Promise<number | string> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : "is not a regular file";
  } catch (error) {
    return `cannot be read (${reason(error)})`;
  }
}

function problemOf({ range }: ChunkPlace, fileBytes: number, maxBytes: number): string | undefined {
  if (range !== undefined && range.last >= fileBytes) return `ends before byte ${range.last}`;
  const bytes = range === undefined ? fileBytes : range.last - range.first + 1;
  return bytes > maxBytes ? `has ${bytes} bytes; a chunk may have ${maxBytes}` : undefined;
}

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
      return "permission denied";
    default:
      return (error as Error).message;
  }
}
