import { open, readdir, rm, writeFile } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, resolve } from "node:path";
import { type ChunkPlace, formatKeyValues } from "../core/content/key-values-file.ts";
import { CardumeError } from "../core/errors.ts";
import { ORIGINAL } from "../core/limits.ts";
import { prepareFolder } from "./output-folder.ts";

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
  /** Ends it early: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
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
 * @throws CardumeError `file-unreadable`, `file-empty`, `too-many-chunks`, `too-many-copies`, `path-unusable`,
 *   `chunk-bytes-unusable`, `folder-unusable`
 */
export async function splitFile(options: SplitOptions): Promise<SplitResult> {
  const { video, peers, chunkBytes, copies } = options;
  if (copies > peers)
    throw new CardumeError("too-many-copies", `${copies} copies need as many peers, and there are ${peers}`);
  const bytes = await sizeOf(video);
  if (!Number.isInteger(chunkBytes) || chunkBytes < 1 || chunkBytes > ORIGINAL.maxChunkBytes)
    throw new CardumeError(
      "chunk-bytes-unusable",
      `a chunk has 1 to ${ORIGINAL.maxChunkBytes} bytes, not ${chunkBytes}: ${video} may be too large for the original network`,
    );
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
  if (texts.includes(undefined))
    throw new CardumeError("path-unusable", "a key-values file cannot hold a path with a line break in it");
  await prepareFolder(folder);
  await removeEarlierCut(folder, stemOf(name), chunks, peers);
  if (!options.inPlace) await cut(video, bytes, chunkBytes, places, options.signal);
  const keyValuesFiles: string[] = [];
  for (const [index, text] of texts.entries()) {
    const file = join(folder, `key-values-files_peer${index + 1}`);
    await writeFile(file, text as string);
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

/** What the chunks' names begin with: without what would change the meaning of a key-values line. */
const stemOf = (name: string): string =>
  basename(name, extname(name))
    .replace(/[^\p{L}\p{N} ._-]/gu, "_")
    .trim() || "chunk";

function filesOf(name: string, folder: string, chunks: number): ChunkPlace[] {
  const stem = stemOf(name);
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

/**
 * Takes away what an earlier cut of the same file left beyond this one: a peer started with an old key-values file
 * would serve other bytes under the same ids, and nobody could tell.
 */
async function removeEarlierCut(folder: string, stem: string, chunks: number, peers: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const peer = /^key-values-files_peer(\d+)$/.exec(name)?.[1];
    const isChunk = name.startsWith(`${stem}_`) && /^\d+\.m4s$/.test(name.slice(stem.length + 1));
    const chunk = isChunk ? Number.parseInt(name.slice(stem.length + 1), 10) : 0;
    if ((peer !== undefined && Number(peer) > peers) || chunk > chunks) await rm(join(folder, name));
  }
}

async function cut(
  video: string,
  bytes: number,
  chunkBytes: number,
  places: readonly ChunkPlace[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await using file = await open(video, "r");
  const perRead = Math.max(1, Math.floor(READ_BYTES / chunkBytes));
  const buffer = new Uint8Array(perRead * chunkBytes);
  for (let from = 0; from < places.length; from += perRead) {
    signal?.throwIfAborted();
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
