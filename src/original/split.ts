import { mkdir, open, writeFile } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, resolve } from "node:path";
import { type ChunkPlace, formatKeyValues } from "../core/content/key-values-file.ts";
import { CardumeError } from "../core/errors.ts";
import { ORIGINAL } from "../core/limits.ts";

/** What is to be cut, and how. */
export interface SplitOptions {
  readonly video: string;
  readonly peers: number;
  /** 1 to 65,000. */
  readonly chunkBytes: number;
  /** Holders of each chunk: 1 to `peers`. */
  readonly copies: number;
  /** Where the key-values files and chunks go; `undefined`: `<name>-chunks` where the program was started. */
  readonly folder: string | undefined;
  /** Whether byte ranges of the file are named instead of cutting it. */
  readonly inPlace: boolean;
}

/** What came of it. */
export interface SplitResult {
  /** The file's base name. */
  readonly name: string;
  readonly bytes: number;
  /** Chunks are numbered from 1 to this. */
  readonly chunks: number;
  readonly folder: string;
  /** One a peer, with paths relative to where the program was started. */
  readonly keyValuesFiles: readonly string[];
}

/** Bytes of the file read at one time. */
const READ_BYTES = 4 * 1024 * 1024;
/** Chunk files written at one time. */
const MAX_WRITES = 32;

/**
 * Cuts a file into chunks and deals them to the peers' key-values files in turn, so that neighbours in the file come
 * from different peers.
 * @throws CardumeError `file-unreadable`, `file-empty`, `too-many-chunks`, `too-many-copies`, `path-unusable`
 */
export async function splitFile(options: SplitOptions): Promise<SplitResult> {
  const { video, peers, chunkBytes, copies } = options;
  if (copies > peers)
    throw new CardumeError("too-many-copies", `${copies} copies need as many peers, and there are ${peers}`);
  const bytes = await sizeOf(video);
  const chunks = Math.ceil(bytes / chunkBytes);
  if (chunks > ORIGINAL.maxChunkId)
    throw new CardumeError(
      "too-many-chunks",
      `${video} would make ${chunks} chunks, and ids end at ${ORIGINAL.maxChunkId}: ${advice(bytes)}`,
    );
  const name = basename(video);
  const folder = options.folder ?? `${basename(name, extname(name))}-chunks`;
  const places = options.inPlace ? rangesOf(video, bytes, chunkBytes) : filesOf(name, folder, chunks);
  const texts = deal(places, peers, copies).map((values) => formatKeyValues(values));
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new CardumeError("folder-unusable", `cannot use ${folder} for output: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!options.inPlace) await cut(video, bytes, chunkBytes, places);
  const keyValuesFiles: string[] = [];
  for (const [index, text] of texts.entries()) {
    if (text === undefined)
      throw new CardumeError("path-unusable", "a key-values file cannot hold a path with a line break in it");
    const file = join(folder, `key-values-files_peer${index + 1}`);
    await writeFile(file, text);
    keyValuesFiles.push(file);
  }
  return { name, bytes, chunks, folder, keyValuesFiles };
}

function advice(bytes: number): string {
  const least = Math.ceil(bytes / ORIGINAL.maxChunkId);
  return least <= ORIGINAL.maxChunkBytes
    ? `use --chunk-bytes ${least} or more`
    : "the original network cannot carry a file of this size";
}

async function sizeOf(video: string): Promise<number> {
  let size: number;
  try {
    await using file = await open(video, "r");
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not a regular file");
    size = stats.size;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "no such file" : (cause as Error).message;
    throw new CardumeError("file-unreadable", `cannot read ${video}: ${why}`, { cause });
  }
  if (size === 0) throw new CardumeError("file-empty", `${video} is empty: there is nothing to cut`);
  return size;
}

/** A path as a peer started here needs it: relative where it is below this folder. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return short.startsWith("..") || isAbsolute(short) ? resolve(path) : short;
}

function rangesOf(video: string, bytes: number, chunkBytes: number): ChunkPlace[] {
  const path = fromHere(video);
  const places: ChunkPlace[] = [];
  for (let first = 0; first < bytes; first += chunkBytes)
    places.push({ path, range: { first, last: Math.min(first + chunkBytes, bytes) - 1 } });
  return places;
}

function filesOf(name: string, folder: string, chunks: number): ChunkPlace[] {
  // What would change the meaning of a key-values line is left out of the chunks' names.
  const stem =
    basename(name, extname(name))
      .replace(/[^\p{L}\p{N} ._-]/gu, "_")
      .trim() || "chunk";
  const path = fromHere(folder);
  return Array.from({ length: chunks }, (_, index) => ({ path: join(path, `${stem}_${index + 1}.m4s`) }));
}

/** Chunk n goes to peer n and the `copies` − 1 behind it, round and round. */
function deal(places: readonly ChunkPlace[], peers: number, copies: number): [number, ChunkPlace][][] {
  const hands: [number, ChunkPlace][][] = Array.from({ length: peers }, () => []);
  for (const [index, place] of places.entries())
    for (let copy = 0; copy < copies; copy++) hands[(index + copy) % peers]?.push([index + 1, place]);
  return hands;
}

async function cut(video: string, bytes: number, chunkBytes: number, places: readonly ChunkPlace[]): Promise<void> {
  await using file = await open(video, "r");
  const perRead = Math.max(1, Math.floor(READ_BYTES / chunkBytes));
  const buffer = new Uint8Array(perRead * chunkBytes);
  for (let from = 0; from < places.length; from += perRead) {
    const length = Math.min(buffer.length, bytes - from * chunkBytes);
    await readFully(file, buffer.subarray(0, length), from * chunkBytes, video);
    const writes = places.slice(from, from + perRead).map(({ path }, index) => ({
      path,
      chunk: buffer.subarray(index * chunkBytes, Math.min((index + 1) * chunkBytes, length)),
    }));
    for (let at = 0; at < writes.length; at += MAX_WRITES)
      await Promise.all(writes.slice(at, at + MAX_WRITES).map(({ path, chunk }) => writeFile(path, chunk)));
  }
}

type Readable = Pick<Awaited<ReturnType<typeof open>>, "read">;

async function readFully(file: Readable, into: Uint8Array, position: number, video: string): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0) throw new CardumeError("file-unreadable", `${video} became shorter while it was being read`);
    at += bytesRead;
  }
}
