import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import type { AddedFile, Adder } from "./adder.ts";
import type { Disk, FilePath } from "./disk.ts";
import { diskError, printable } from "./disk-errors.ts";
import { type FindOptions, type FoundFile, findFiles, type SkippedPath } from "./find-files.ts";

/** How paths are added. */
export interface AddOptions {
  /** Take the bytes into the library, instead of keeping the files where they are. */
  readonly copy?: boolean;
  /** For one file: its title. Else the file's name is. */
  readonly title?: string;
  readonly onProgress?: (progress: AddProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far an adding has come. */
export interface AddProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
}

/** What became of one path. */
export type AddReport =
  | ({ readonly outcome: "added" | "already"; readonly path: FilePath } & AddedFile)
  /** Not a file to be stored: a link, a FIFO or an unfinished download in a folder, the folder of a library. */
  | { readonly outcome: "skipped"; readonly path: FilePath; readonly reason: string }
  | { readonly outcome: "failed"; readonly path: FilePath; readonly error: CardumeError };

/** What paths are added with. */
export interface AddPathsParts extends FindOptions {
  readonly disk: Disk;
  readonly adder: Adder;
}

/** Adds what is at and below paths, several files side by side, and reports in order. See `Library.add`. */
export async function* addPaths(
  { disk, adder, ...find }: AddPathsParts,
  paths: readonly FilePath[],
  options: AddOptions,
): AsyncGenerator<AddReport> {
  const found: (FoundFile | SkippedPath)[] = [];
  for await (const one of findFiles(disk, paths, find)) {
    options.signal?.throwIfAborted();
    found.push(one);
  }
  const files = found.filter((one) => "stat" in one);
  if (options.title !== undefined && files.length > 1)
    throw new CardumeError("title-for-many", `--title is for one file, and here are ${files.length}`);
  const progress = new Progress(files, options.onProgress);
  const abort = new AbortController();
  const signal = options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
  const addOne = (one: FoundFile | SkippedPath): Promise<AddReport> =>
    "stat" in one ? addFile(adder, one, options, signal, progress) : Promise.resolve(skipReport(one));
  const under: Promise<AddReport>[] = [];
  try {
    for (const one of found) {
      const report = addOne(one);
      // It is awaited in its turn; until then a rejection is nobody's fault.
      report.catch(() => {});
      under.push(report);
      if (under.length >= STORE.maxFilesAtOnce) yield await (under.shift() as Promise<AddReport>);
    }
    while (under.length > 0) yield await (under.shift() as Promise<AddReport>);
  } finally {
    abort.abort();
    await Promise.allSettled(under);
  }
}

/** Errors after which the next file would only fail the same way. */
const HOPELESS = new Set(["disk-full", "disk-failed", "catalogue-failed", "hasher-stopped"]);

async function addFile(
  adder: Adder,
  found: FoundFile,
  { copy = false, title }: AddOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<AddReport> {
  const { path } = found;
  try {
    signal.throwIfAborted();
    const onBytes = (bytes: number): void => progress.add(bytes);
    const onKnown = (bytes: number): void => progress.leaveOut(bytes);
    const added = await adder.add(found, { kind: "video", copy, title, onBytes, onKnown, signal });
    return { outcome: added.isNew ? "added" : "already", path, ...added };
  } catch (error) {
    if (!(error instanceof CardumeError) || HOPELESS.has(error.code)) throw error;
    return { outcome: "failed", path, error };
  } finally {
    progress.fileDone();
  }
}

const REASONS: Readonly<Record<SkippedPath["reason"], string>> = {
  link: "a symbolic link, which is not followed inside a folder",
  special: "not a regular file",
  "too-deep": "too many folders inside one another",
  excluded: "the library's own folder",
  library: "the folder of another library, with its private key",
  unfinished: "it is not all there yet, by its name",
  missing: "it is not there",
  unreadable: "it cannot be read",
};

function skipReport({ skipped: path, reason, cause }: SkippedPath): AddReport {
  if (reason !== "missing" && reason !== "unreadable") return { outcome: "skipped", path, reason: REASONS[reason] };
  const known = cause === undefined ? undefined : diskError(cause, printable(path));
  const error =
    reason === "missing"
      ? new CardumeError("file-missing", `${printable(path)}: ${REASONS.missing}`)
      : (known ?? new CardumeError("disk-refused", `${printable(path)}: ${REASONS.unreadable}`, { exitCode: 5 }));
  return { outcome: "failed", path, error };
}

class Progress {
  readonly #report: ((progress: AddProgress) => void) | undefined;
  readonly #files: number;
  #bytes: number;
  #filesDone = 0;
  #bytesDone = 0;

  constructor(files: readonly FoundFile[], report: ((progress: AddProgress) => void) | undefined) {
    this.#files = files.length;
    this.#bytes = files.reduce((sum, { stat }) => sum + stat.bytes, 0);
    this.#report = report;
  }

  add(bytes: number): void {
    this.#bytesDone += bytes;
    this.#tell();
  }

  /** Bytes that need not be read. */
  leaveOut(bytes: number): void {
    this.#bytes -= bytes;
    this.#tell();
  }

  fileDone(): void {
    this.#filesDone++;
    this.#tell();
  }

  #tell(): void {
    this.#report?.({
      files: this.#files,
      filesDone: this.#filesDone,
      bytes: this.#bytes,
      bytesDone: this.#bytesDone,
    });
  }
}
