import { labelOf } from "../core/content/label.ts";
import { CardumeError } from "../core/errors.ts";
import type { LibraryFace } from "../gateway/library-face.ts";
import type { AddProgress, AddReport } from "../store/add-paths.ts";
import type { FilePath } from "../store/disk.ts";
import { printable } from "../store/disk-errors.ts";
import type { AddFlags } from "./add.ts";
import { AddTally } from "./add-tally.ts";
import { ByteProgress } from "./byte-progress.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount } from "./format.ts";
import type { Output } from "./output.ts";
import { rawPaths } from "./raw-arguments.ts";
import { hexOf, pathJson, subtitlesJson } from "./video-json.ts";
import { shortId, titleText } from "./video-text.ts";
import { type LibrarySession, withLibrary } from "./with-library.ts";

/** Adds files and folders as the command line orders it, tells of it, and returns the exit code. */
export async function addVideos(paths: readonly string[], flags: AddFlags): Promise<number> {
  // Commander would say it with the title as it was typed, whatever is in it.
  if (flags.title !== undefined && labelOf(flags.title) === "")
    throw new CardumeError("title-invalid", "a title has at least one character that can be seen");
  const named = rawPaths(paths);
  const tally = new AddTally(named);
  return await withLibrary("add", flags, async (session) => {
    const { output, signal } = session;
    try {
      await addAll(session, named, flags, tally);
    } catch (error) {
      output.stop();
      if (signal.aborted) output.notice(`cardume: stopped: ${tally.text()}; the same command goes on from there`);
      else if (tally.stored > 0) output.notice(`cardume: not all was added: ${tally.text()}`);
      throw error;
    }
    output.stop();
    if (tally.stored > 0) output.remark(tally.text());
    else if (tally.exitCode === EXIT.done) output.notice("cardume: there was nothing to add");
    return tally.exitCode;
  });
}

async function addAll(
  { library, output, signal }: LibrarySession,
  named: readonly FilePath[],
  { copy = false, title }: AddFlags,
  tally: AddTally,
): Promise<void> {
  const options = { copy, onProgress: followAdding(output), signal, ...(title === undefined ? {} : { title }) };
  for await (const report of library.add(named, options)) {
    tally.count(report);
    await tell(report, library, output, tally.isNamed(report.path));
  }
}

/** Shows progress to a person. @returns what is to be told of it */
function followAdding(output: Output): (progress: AddProgress) => void {
  const bytes = new ByteProgress(0);
  let last: AddProgress | undefined;
  output.follow(() =>
    last === undefined
      ? "looking for files …"
      : `${last.filesDone} of ${formatCount(last.files, "file")}, ${bytes.text()}`,
  );
  return (progress) => {
    last = progress;
    bytes.set(progress.bytesDone, progress.bytes);
  };
}

/** A path that was named and cannot be a video is said like an error, and one met on the way like a remark. */
async function tell(report: AddReport, library: LibraryFace, output: Output, isNamed: boolean): Promise<void> {
  if (report.outcome === "failed") return output.notice(`cardume: ${report.error.message}`);
  if (report.outcome === "skipped")
    return output.notice(`${isNamed ? "cardume:" : "skipped "} ${printable(report.path)}: ${report.reason}`);
  const { outcome, id, path, bytes, subtitles, failed, before } = report;
  for (const { error } of failed) output.notice(`cardume: ${error.message}`);
  if (before !== undefined)
    output.notice(
      `${printable(path)} was ${shortId(before)} before it changed: cardume rm ${shortId(before)} forgets that one`,
    );
  if (output.isJson) {
    const { title, link } = await library.details(id);
    const said = { title, link, subtitles: subtitlesJson(subtitles) };
    return output.result("", { outcome, id: hexOf(id), ...pathJson(path), bytes, ...said });
  }
  const title = titleText((await library.get(id))?.title ?? "");
  const extra = subtitles.length === 0 ? "" : `, ${formatCount(subtitles.length, "subtitle file")}`;
  output.remark(`${outcome.padEnd("already".length)}  ${shortId(id)}  ${title}  ${formatBytes(bytes)}${extra}`);
}
