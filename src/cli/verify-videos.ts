import { summarizeChunkIds } from "../core/content/chunk-ids.ts";
import { CardumeError } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { printable } from "../store/disk-errors.ts";
import type { VerifyReport } from "../store/library.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { ByteProgress } from "./byte-progress.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "./format.ts";
import type { LibraryFlags } from "./library-options.ts";
import { hexOf } from "./video-json.ts";
import { shortId, titleText } from "./video-text.ts";
import { type LibrarySession, withLibrary } from "./with-library.ts";

/** Verifies one video or all as the command line orders it, tells of it, and returns the exit code. */
export function verifyVideos(text: string | undefined, flags: LibraryFlags): Promise<number> {
  return withLibrary("verify", flags, async (session) => {
    const { library, output } = session;
    const videos =
      text === undefined
        ? [...(await library.list()), ...(await library.list({ kind: "subtitle" }))]
        : [await library.find(text)];
    if (videos.length === 0 && !output.isJson) output.notice("the library is empty: there is nothing to verify");
    const verdicts = await verifyAll(session, videos);
    if (text === undefined && videos.length > 0) output.remark(summaryOf(verdicts));
    const isGood = verdicts.every((verdict) => verdict === "good" || verdict === "partial");
    return isGood ? EXIT.done : EXIT.incomplete;
  });
}

/** How a video turned out to be. `partial`: what is held is good; `unreadable`: the library cannot open it. */
export type Verdict = "good" | "partial" | "damaged" | "changed" | "missing" | "unreadable";

async function verifyAll(session: LibrarySession, videos: readonly VideoInfo[]): Promise<Verdict[]> {
  const { library, output, signal } = session;
  const there = videos.filter(({ state }) => state !== "missing");
  const progress = new ByteProgress(there.reduce((sum, { bytes }) => sum + bytes, 0));
  const startedAtMs = monotonicMs();
  const verdicts: Verdict[] = [];
  output.follow(() => `${verdicts.length} of ${formatCount(videos.length, "video")}, ${progress.text()}`);
  let read = 0;
  const onBytes = (bytes: number): void => {
    read += bytes;
    progress.add(bytes);
  };
  for (const { id, title } of videos) {
    signal.throwIfAborted();
    try {
      const report = await library.verify(id, { onBytes, signal });
      verdicts.push(verdictOf(report));
      output.result(reportText(report), reportJson(report));
    } catch (error) {
      // Of one video among many; of a catalogue or hasher that fails, the next would only say the same.
      if (videos.length === 1 || !isOfOneVideo(error)) throw error;
      output.notice(`cardume: ${titleText(title)}: ${error.message}`);
      verdicts.push("unreadable");
    }
  }
  output.stop();
  const ms = monotonicMs() - startedAtMs;
  if (read > 0) output.remark(`${formatBytes(read)} read in ${formatDuration(ms)}, ${formatRate(read, ms)}`);
  return verdicts;
}

const isOfOneVideo = (error: unknown): error is CardumeError =>
  error instanceof CardumeError && !/^(catalogue-failed|hasher-stopped|library-.*)$/.test(error.code);

/** What a report comes to. */
export function verdictOf({ video, lost, absent }: VerifyReport): Verdict {
  if (video.state === "missing") return "missing";
  if (lost.length > 0) return "damaged";
  if (video.state === "changed") return "changed";
  // Nobody fills a file kept in place: what is not there is not to come.
  if (absent > 0) return video.source === undefined ? "partial" : "damaged";
  return "good";
}

/** One video's report for a person, in a line. */
export function reportText(report: VerifyReport): string {
  const { video, recovered } = report;
  const verdict = verdictOf(report);
  const found = recovered > 0 && verdict !== "changed" ? `, ${formatCount(recovered, "chunk")} found again` : "";
  const head = `${verdict.padEnd("damaged".length)}  ${shortId(video.id)}  ${titleText(video.title)}`;
  return `${head}  ${findingText(report, verdict)}${found}`;
}

function findingText({ video, good, lost, absent }: VerifyReport, verdict: Verdict): string {
  const { bytes, chunks, source } = video;
  if (verdict === "missing") return `${source === undefined ? "its file" : printable(source)} is not there`;
  if (verdict === "changed")
    return `${source === undefined ? "its file" : printable(source)} is not as it was when it was added`;
  if (verdict === "partial") return `${good} of ${formatCount(chunks, "chunk")} held, and good`;
  if (verdict === "good") return formatBytes(bytes);
  const named = lost.length === 0 ? "" : `: ${summarizeChunkIds(lost)}`;
  const before = absent === 0 ? "" : `, ${lost.length === 0 ? "as" : `${absent} of them`} known before`;
  return `${lost.length + absent} of ${formatCount(chunks, "chunk")} damaged${named}${before}`;
}

/** The same for a program. */
export const reportJson = ({ video, good, recovered, lost, absent }: VerifyReport): object => ({
  id: hexOf(video.id),
  title: video.title,
  chunks: video.chunks,
  good,
  recovered,
  lost,
  absent,
  state: video.state,
});

const ORDER: readonly Verdict[] = ["good", "partial", "damaged", "changed", "missing", "unreadable"];

/** All reports in a line, with what to do about them. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const counts = ORDER.map((name) => [name, verdicts.filter((verdict) => verdict === name).length] as const);
  const text = counts
    .filter(([name, count]) => count > 0 || name === "good")
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
  const isMendable = verdicts.some((verdict) => verdict === "damaged" || verdict === "missing");
  return isMendable ? `${text}: add a good copy of a file again to mend its video` : text;
}
