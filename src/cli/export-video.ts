import { CardumeError } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { printable } from "../store/disk-errors.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { ByteProgress } from "./byte-progress.ts";
import { EXIT } from "./exit-code.ts";
import type { ExportFlags } from "./export.ts";
import { placeFor } from "./export-place.ts";
import { formatBytes, formatDuration, formatRate } from "./format.ts";
import { Output } from "./output.ts";
import { hexOf } from "./video-json.ts";
import { shortId, stateText, titleText } from "./video-text.ts";
import { type LibrarySession, withLibrary } from "./with-library.ts";
import { checkStdout, endInterrupted, writeToStdout } from "./write-to-stdout.ts";

/** Exports one video as the command line orders it, tells of it, and returns the exit code. */
export async function exportVideo(text: string, file: string, { force, ...flags }: ExportFlags): Promise<number> {
  if (file !== "-") return withLibrary("export", flags, (session) => toFile(session, text, file, force === true));
  checkStdout();
  const output = new Output(flags.json === true, process.stderr);
  const exitCode = await withLibrary("export", flags, (session) => toStdout(session, text), output);
  if (exitCode === EXIT.interrupted) endInterrupted();
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
  const isTaken = await writeToStdout(library.stream(video.id), signal, (bytes) => telling.bytes(bytes));
  if (isTaken) telling.ended(undefined);
  return isTaken ? EXIT.done : EXIT.incomplete;
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
