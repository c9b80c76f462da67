import { basename, dirname, join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { type ChunkStore, isReadProblem, type ReadProblem } from "./chunk-store.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { onDisk, printable } from "./disk-errors.ts";

/** Reads under way ahead of the one that is waited for: enough to keep disk and threads busy. */
const READ_AHEAD = 4;

/**
 * The bytes of a video from `from` up to, not including, `to`, in order, hashed as they are read.
 * @throws CardumeError `video-incomplete`, `video-damaged`, `video-changed`, `file-missing` or `disk-failed` at the
 * first byte that cannot be had
 */
export async function* streamBytes(store: ChunkStore, from: number, to: number): AsyncGenerator<Uint8Array> {
  const under: Promise<Uint8Array | ReadProblem>[] = [];
  let next = from;
  const readNext = (): void => {
    // Up to the next mebibyte, so that every chunk's bytes are read once.
    const end = Math.min(to, next - (next % STORE.maxReadBytes) + STORE.maxReadBytes);
    const read = store.read(next, end - next);
    read.catch(() => {});
    under.push(read);
    next = end;
  };
  try {
    for (;;) {
      while (under.length < READ_AHEAD && next < to) readNext();
      const first = under.shift();
      if (first === undefined) return;
      const read = await first;
      if (isReadProblem(read)) throw readError(read);
      yield read;
    }
  } finally {
    // Whoever stops early closes the store next: nothing may still be reading.
    await Promise.allSettled(under);
  }
}

const PROBLEMS: Readonly<Record<ReadProblem["problem"], readonly [code: string, words: string]>> = {
  "not-held": ["video-incomplete", "is not held here"],
  damaged: ["video-damaged", "is damaged on the disk; it is no longer counted as held"],
  changed: ["video-changed", "cannot be had: the file that was added has changed since"],
  missing: ["file-missing", "cannot be had: the file that was added is not where it was"],
  unreadable: ["disk-failed", "cannot be read from the disk"],
};

/** A read's problem as an error for people. Exit code 1: something is missing or wrong. */
export function readError({ problem, chunk }: ReadProblem): CardumeError {
  const [code, words] = PROBLEMS[problem];
  return new CardumeError(code, `chunk ${chunk} ${words}`, { exitCode: 1 });
}

/** How a video is written to a file. */
export interface ExportOptions {
  /** Whether a file that is there may be replaced. */
  readonly force?: boolean | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What this process is writing: the second of two would take the file from under the first. */
const WRITING = new Set<string>();

/**
 * Writes a whole video to a file, under another name until it is complete and on the disk.
 * @throws CardumeError `file-exists`, `file-in-use`; what {@link streamBytes} throws; `disk-…`; the abort signal's reason
 */
export function exportFile(disk: Disk, store: ChunkStore, path: string, options: ExportOptions): Promise<void> {
  return onDisk(`cannot write ${printable(path)}`, async () => {
    await checkFree(disk, path, options);
    const partial = partialName(path);
    const place = join(String(await disk.realPath(dirname(path))), basename(partial));
    if (WRITING.has(place))
      throw new CardumeError(
        "file-in-use",
        `${printable(path)} is being written just now: try again when that has ended, or choose another name`,
        { exitCode: 5 },
      );
    WRITING.add(place);
    try {
      await writeAside(disk, store, partial, path, options);
    } finally {
      WRITING.delete(place);
    }
    await disk.syncFolder(dirname(path));
  });
}

async function checkFree(disk: Disk, path: string, { force }: ExportOptions): Promise<void> {
  const there = await disk.stat(path);
  if (there !== undefined && (force !== true || there.kind !== "file"))
    throw new CardumeError("file-exists", `${printable(path)} is there already: choose another name, or add --force`);
}

async function writeAside(
  disk: Disk,
  store: ChunkStore,
  partial: string,
  path: string,
  options: ExportOptions,
): Promise<void> {
  if ((await disk.stat(partial))?.kind === "file") await disk.remove(partial);
  const file = await disk.open(partial, "create");
  try {
    try {
      await writeAll(store, file, options);
      await file.sync();
    } finally {
      await file.close();
    }
    // Writing took its time: somebody else may have been there.
    await checkFree(disk, path, options);
    await disk.rename(partial, path);
  } catch (error) {
    await disk.remove(partial).catch(() => {});
    throw error;
  }
}

/** Beside the file, with as much of its name as leaves room for the ending: 60 characters are at most 240 bytes. */
const partialName = (path: string): string =>
  join(dirname(path), `${[...basename(path)].slice(0, 60).join("")}.cardume-part`);

async function writeAll(store: ChunkStore, file: DiskFile, { onBytes, signal }: ExportOptions): Promise<void> {
  let position = 0;
  for await (const bytes of streamBytes(store, 0, store.manifest.geometry.bytes)) {
    signal?.throwIfAborted();
    await file.write(bytes, position);
    position += bytes.length;
    onBytes?.(bytes.length);
  }
}
