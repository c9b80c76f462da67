import { toBase32 } from "../core/content/base32.ts";
import { summarizeChunkIds } from "../core/content/chunk-ids.ts";
import { labelOf } from "../core/content/label.ts";
import type { FollowedFetch } from "../gateway/node-face.ts";
import type { FetchProgress, FetchResult, HolderProgress } from "../node/node-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { FilePath } from "../store/disk.ts";
import { printable } from "../store/disk-errors.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { ByteProgress } from "./byte-progress.ts";
import { commandLine } from "./command-line.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "./format.ts";
import type { Output } from "./output.ts";
import { hexOf, pathJson } from "./video-json.ts";
import { shortId, titleText } from "./video-text.ts";

/** Where a video that came is now. */
export interface Delivered {
  /** `undefined`: it went to standard output. */
  readonly path: FilePath | undefined;
  readonly isKept: boolean;
  /** `undefined`: it was in the library before. */
  readonly result: FetchResult | undefined;
}

/** Words longer than this say nothing more in a message. */
const MAX_SAID_CHARS = 80;

/** Shows how far one `cardume get` has come, and tells its end. */
export class GetTelling {
  readonly #output: Output;
  readonly #said: string;
  readonly #again: readonly string[];
  readonly #startedAtMs = monotonicMs();
  #fetch: FollowedFetch | undefined;
  #writing: ByteProgress | undefined;

  /** @param again options with which the same command goes on */
  constructor(output: Output, said: string, again: readonly string[] = []) {
    this.#again = again;
    this.#output = output;
    this.#said = labelOf(said, MAX_SAID_CHARS);
  }

  follow(fetch: FollowedFetch): void {
    this.#fetch = fetch;
  }

  /** From now on bytes are written to where the person wants them. */
  writing({ bytes }: VideoInfo): void {
    this.#writing = new ByteProgress(bytes);
    this.#output.follow(() => this.progressText());
  }

  wrote(bytes: number): void {
    this.#writing?.add(bytes);
  }

  /** One line for a person who looks on. */
  progressText(): string {
    if (this.#writing !== undefined) return `writing: ${this.#writing.text()}`;
    const progress = this.#fetch?.progress();
    return progress === undefined ? "asking the network …" : fetchText(progress);
  }

  /** All is there. */
  got({ id, title, bytes }: VideoInfo, { path, isKept, result }: Delivered): void {
    const ms = monotonicMs() - this.#startedAtMs;
    const where = path === undefined ? "" : `  ${printable(path)}`;
    const how = result === undefined ? "it was here already" : wayText(result.progress, ms);
    this.#output.stop();
    this.#output.result(`got  ${shortId(id)}  ${titleText(title)}${where}  ${formatBytes(bytes)}, ${how}`, {
      ...{ outcome: "complete", id: hexOf(id), title, bytes },
      ...{ ...pathJson(path), isKept },
      ...this.#wayJson(result, ms),
    });
  }

  /** Not all is there. @returns the exit code */
  failed(result: FetchResult, isOurStop: boolean): number {
    const { outcome, progress } = result;
    const { id, title, bytes } = progress;
    this.#output.stop();
    this.#output.notice(`cardume: ${this.#failureText(result, isOurStop)}`);
    if (this.#output.isJson)
      this.#output.result("", {
        ...{ outcome, id: hexOf(id), title, bytes },
        ...{ path: null, isKept: progress.heldChunks > 0 },
        ...this.#wayJson(result, monotonicMs() - this.#startedAtMs),
      });
    if (outcome === "stopped" && !isOurStop) return EXIT.refused;
    return EXIT_CODES[outcome];
  }

  #failureText({ outcome, missing, progress }: FetchResult, isOurStop: boolean): string {
    const again = commandLine(["get", toBase32(progress.id), ...this.#again]);
    const { chunks, heldBytes, bytes, holders } = progress;
    const kept = `${formatBytes(heldBytes)} of ${formatBytes(bytes)} are kept: ${again} goes on from there`;
    if (outcome === "not-found") return `nobody who could be asked holds "${this.#said}"`;
    if (outcome === "unreachable") {
      const reasons = [...new Set(holders.map(({ reason }) => reason).filter((one) => one !== undefined))];
      const why =
        reasons.length === 0
          ? ""
          : ` (${reasons
              .slice(0, 3)
              .map((one) => labelOf(one))
              .join("; ")})`;
      return `"${this.#said}" was found, but no holder can be reached${why}`;
    }
    if (outcome === "missing") {
      const which = `${missing.length} of ${formatCount(chunks, "chunk")} (${summarizeChunkIds(missing)})`;
      return `nobody who can be reached has ${which}; ${kept}`;
    }
    const stopped = isOurStop ? "stopped" : "the node stopped";
    return heldBytes > 0 ? `${stopped}; ${kept}` : stopped;
  }

  #wayJson(result: FetchResult | undefined, ms: number): object {
    const { receivedBytes = 0, wastedBytes = 0, holders = [] } = result?.progress ?? {};
    return {
      ...{ receivedBytes, wastedBytes, missing: result?.missing ?? [], ms: Math.round(ms) },
      holders: holders.map(({ peer, name, carrier, state, reason, receivedBytes: from }) => ({
        ...{ peer, name, carrier: carrier ?? null, state, reason: reason ?? null, receivedBytes: from },
      })),
    };
  }
}

const EXIT_CODES: Readonly<Record<FetchResult["outcome"], number>> = {
  complete: EXIT.done,
  missing: EXIT.incomplete,
  "not-found": EXIT.notFound,
  unreachable: EXIT.notReachable,
  stopped: EXIT.interrupted,
};

/** A fetch in a line. */
export function fetchText({ phase, bytes, heldBytes, bytesPerSecond, leftMs, holders }: FetchProgress): string {
  if (phase === "finding") return "asking who has it …";
  const serving = holders.filter(({ state }) => state === "serving").length;
  if (phase === "connecting" || bytes === 0) return `connecting to ${formatCount(holders.length, "peer")} …`;
  const percent = Math.floor((100 * heldBytes) / bytes);
  const rate = `${formatBytes(bytesPerSecond)}/s from ${formatCount(serving, "peer")}`;
  const left = leftMs === undefined ? "" : `, ${formatDuration(leftMs)} left`;
  return `${percent} %, ${formatBytes(heldBytes)} of ${formatBytes(bytes)}, ${rate}${left}`;
}

/** How a video came. */
function wayText({ receivedBytes, holders }: FetchProgress, ms: number): string {
  const gave = holders.filter(({ receivedBytes: from }: HolderProgress) => from > 0).length;
  const dropped = holders.filter(({ state }) => state === "dropped");
  const bad = dropped.length === 0 ? "" : `; dropped: ${dropped.map(droppedText).join(", ")}`;
  return `from ${formatCount(gave, "peer")} in ${formatDuration(ms)}, ${formatRate(receivedBytes, ms)}${bad}`;
}

const droppedText = ({ name, peer, reason }: HolderProgress): string =>
  `${labelOf(name) || peer}${reason === undefined ? "" : ` (${labelOf(reason)})`}`;
