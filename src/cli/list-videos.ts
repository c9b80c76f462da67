import { labelOf } from "../core/content/label.ts";
import { CardumeError } from "../core/errors.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount, formatLength } from "./format.ts";
import type { LibraryFlags } from "./library-options.ts";
import { jsonLine, type Output } from "./output.ts";
import { type Column, tableLines } from "./table.ts";
import { videoJson } from "./video-json.ts";
import { shortIds, stateText, titleText } from "./video-text.ts";
import { withLibrary } from "./with-library.ts";

/** Lists the library as the command line orders it, and returns the exit code. */
export async function listVideos(words: readonly string[], flags: LibraryFlags): Promise<number> {
  try {
    return await listOpen(words, flags);
  } catch (error) {
    if (!(error instanceof CardumeError) || error.code !== "library-missing") throw error;
    if (flags.json !== true) process.stderr.write(`cardume: ${error.message}\n`);
    return words.length > 0 ? EXIT.notFound : EXIT.done;
  }
}

function listOpen(words: readonly string[], flags: LibraryFlags): Promise<number> {
  return withLibrary("ls", flags, async ({ library, output }) => {
    const videos = await library.list({ words: words.join(" ") });
    if (videos.length === 0) return tellNone(words, output);
    // Written at once: a line at a time, thousands of videos are thousands of system calls.
    const lines = output.isJson
      ? videos.map((video) => jsonLine(videoJson(video)))
      : videoLines(videos, output.columns);
    process.stdout.write(`${lines.join("\n")}\n`);
    return EXIT.done;
  });
}

function tellNone(words: readonly string[], output: Output): number {
  if (words.length > 0) {
    output.notice(`cardume: no video has "${labelOf(words.join(" "))}" in its title or file name`);
    return EXIT.notFound;
  }
  if (!output.isJson) output.notice("the library is empty: cardume add FILE or FOLDER puts videos into it");
  return EXIT.done;
}

const COLUMNS: readonly Column[] = [
  { align: "left" },
  { align: "left", isElastic: true },
  { align: "right" },
  { align: "right" },
  { align: "left" },
];

/** What is shown of a video in a list. */
export type ListedVideo = Pick<VideoInfo, "id" | "title" | "bytes" | "heldBytes" | "durationMs" | "state">;

/** A line a video: a table as wide as the terminal, or, without one, all of it between tabs. */
export function videoLines(videos: readonly ListedVideo[], columns: number | undefined): string[] {
  const ids = shortIds(videos.map(({ id }) => id));
  const rows = videos.map((video, at) => [
    ids[at] as string,
    titleText(video.title),
    formatBytes(video.bytes),
    video.durationMs === 0 ? "" : formatLength(video.durationMs),
    stateText(video),
  ]);
  if (columns === undefined) return rows.map((row) => row.join("\t"));
  const bytes = videos.reduce((sum, video) => sum + video.bytes, 0);
  return [...tableLines(rows, COLUMNS, columns), `${formatCount(videos.length, "video")}, ${formatBytes(bytes)}`];
}
