import { realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { printable } from "../store/disk-errors.ts";
import { safeFileName } from "../store/export-name.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { ByteProgress } from "./byte-progress.ts";
import { EXIT } from "./exit-code.ts";
import type { ExportFlags } from "./export.ts";
import { formatBytes, formatDuration, formatRate } from "./format.ts";
import { Output } from "./output.ts";
import { StdoutBytes } from "./stdout-bytes.ts";
import { hexOf } from "./video-json.ts";
import { shortId, stateText, titleText } from "./video-text.ts";
import { type LibrarySession, withLibrary } from "./with-library.ts";

/** Exports one video as the command line orders it, tells of it, and returns the exit code. */
export async function exportVideo(text: string, file: string, { force, ...flags }: ExportFlags): Promise<number> {
  if (file !== "-") return withLibrary("export", flags, (session) => toFile(session, text, file, force === true));
  if (process.stdout.isTTY)
    throw new CardumeError("output-unusable", "standard output is a terminal: pipe it into a player, or name a file");
  const output = new Output(flags.json === true, process.stderr);
  const exitCode = await withLibrary("export", flags, (session) => toStdout(session, text), output);
  // A write to a reader that does not read would keep the process alive, also through `process.exit`. A shell sees 130.
  if (exitCode === EXIT.interrupted) {
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  }
  return exitCode;
}

async function toFile(session: LibrarySession, text: string, file: string, force: boolean): Promise<number> {
  const { library, signal } = session;
  const video = await library.find(text);
  checkState(video);
  const path = await placeFor(file, video);
  const telling = new Telling(session, video);
  await library.export(video.id, path, { force, signal, onBytes: (bytes) => telling.bytes(bytes) });
  telling.ended(path);
  return EXIT.done;
}

async function toStdout(session: LibrarySession, text: string): Promise<number> {
  const { library, signal } = session;
  const video = await library.find(text);
  checkState(video);
  const telling = new Telling(session, video);
  const target = new StdoutBytes(signal);
  try {
    for await (const bytes of library.stream(video.id)) {
      await target.write(bytes);
      telling.bytes(bytes.length);
    }
  } catch (error) {
    // A player that was closed has had what it wanted.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return EXIT.incomplete;
    throw error;
  }
  telling.ended(undefined);
  return EXIT.done;
}

/** Shows progress, and tells the end. */
class Telling {
  readonly #session: LibrarySession;
  readonly #video: VideoInfo;
  readonly #progress: ByteProgress;
  readonly #startedAtMs = monotonicMs();

  constructor(session: LibrarySession, video: VideoInfo) {
    this.#session = session;
    this.#video = video;
    this.#progress = new ByteProgress(video.bytes);
    session.output.follow(() => this.#progress.text());
  }

  bytes(bytes: number): void {
    this.#progress.add(bytes);
  }

  ended(path: string | undefined): void {
    const { output } = this.#session;
    const { id, title, bytes } = this.#video;
    const ms = monotonicMs() - this.#startedAtMs;
    const how = `${formatBytes(bytes)} in ${formatDuration(ms)}, ${formatRate(bytes, ms)}`;
    const where = path === undefined ? "" : `  ${printable(path)}`;
    output.stop();
    output.result(`exported  ${shortId(id)}  ${titleText(title)}${where}  ${how}`, {
      id: hexOf(id),
      title,
      bytes,
      path: path ?? null,
    });
  }
}

/** What cannot be whole is not begun. */
function checkState(video: VideoInfo): void {
  const { state, source } = video;
  const name = `"${titleText(video.title)}"`;
  const fail = (code: string, message: string): never => {
    throw new CardumeError(code, `${name}: ${message}`, { exitCode: EXIT.incomplete });
  };
  const file = source === undefined ? "its file" : printable(source);
  if (state === "partial") fail("video-incomplete", `only ${stateText(video)} of it is held here`);
  if (state === "damaged") fail("video-damaged", `parts of ${file} are damaged: cardume verify names them`);
  if (state === "missing") fail("file-missing", `${file} is not there: add it where it is now`);
  if (state === "changed")
    fail("video-changed", `${file} has changed since it was added: cardume verify finds what is still good`);
}

/** Where a video goes when a person names this. What a symbolic link names is written, and the link stays. */
async function placeFor(file: string, video: VideoInfo): Promise<string> {
  const named = (await kindOf(file)) === "folder" ? join(file, safeFileName(video.fileName || video.title)) : file;
  const kind = await kindOf(named);
  if (kind === "nothing" && (file.endsWith("/") || (await kindOf(dirname(named))) !== "folder"))
    throw new CardumeError("export-unusable", `cannot write to ${printable(named)}: no such folder`);
  if (kind === "folder" || kind === "other")
    throw new CardumeError("export-unusable", `cannot write to ${printable(named)}: it is not a regular file`);
  const path = kind === "file" ? await realpath(named) : resolve(named);
  if (path === video.source)
    throw new CardumeError("export-unusable", `${printable(named)} is the very file that the library keeps in place`);
  return path;
}

type Kind = "nothing" | "file" | "folder" | "other";

const kindOf = (path: string): Promise<Kind> =>
  stat(path).then(
    (stats) => (stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other"),
    () => "nothing",
  );
