import type { WriteStream } from "node:tty";
import type { ClientEvent, HolderReport } from "../core/client/client-types.ts";
import { summarizeChunkIds } from "../core/content/chunk-ids.ts";
import { type Address, formatAddress } from "../core/wire/address.ts";
import type { ArrivedChunk, ClientResult } from "../original/client-process.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { formatBytes, formatDuration, formatRate } from "./format.ts";
import { ProgressLine } from "./progress-line.ts";

/** Tells a person, or with `--json` a program, how a fetch goes. */
export class FetchReporter {
  readonly #stream: NodeJS.WritableStream;
  readonly #json: boolean;
  readonly #wanted: number;
  readonly #progress: ProgressLine | undefined;
  readonly #startedAtMs = monotonicMs();
  #contact = "";
  #received = 0;
  #bytes = 0;
  readonly #holders = new Set<Address>();
  #pending = "";

  constructor(stream: NodeJS.WritableStream, json: boolean, wanted: number) {
    this.#stream = stream;
    this.#json = json;
    this.#wanted = wanted;
    if (!json && (stream as WriteStream).isTTY === true)
      this.#progress = new ProgressLine(stream as WriteStream, () => this.#progressText());
  }

  started(contact: Address, ids: readonly number[]): void {
    this.#contact = formatAddress(contact);
    const chunks = ids.length === 1 ? "chunk" : `${ids.length} chunks:`;
    this.#say(
      { event: "start", contact: formatAddress(contact), chunks: ids.length },
      `asking ${formatAddress(contact)} for ${chunks} ${summarizeChunkIds(ids)}`,
    );
  }

  chunk({ id, from, bytes }: ArrivedChunk): void {
    this.#received++;
    this.#bytes += bytes;
    if (this.#json) this.#say({ event: "chunk", id, from: formatAddress(from), bytes }, "");
  }

  event(event: ClientEvent): void {
    switch (event.name) {
      case "holder-found":
        this.#holderFound(event.holder, event.chunks);
        break;
      case "holder-given-up":
        this.#holder(event.name, event.holder, "is silent; others are asked where there are any");
        break;
      case "holder-back":
        this.#holder(event.name, event.holder, "answers again");
        break;
      case "get-repeated":
        if (this.#json) this.#holder(event.name, event.holder, "", { id: event.id });
        break;
      case "chunk-failed":
        if (this.#json) this.#say({ event: event.name, id: event.id }, "");
        break;
      case "search-over":
        if (event.withoutHolder > 0)
          this.#say(
            { event: event.name, withoutHolder: event.withoutHolder },
            `the search is over: nobody holds ${chunkCount(event.withoutHolder)}`,
          );
        break;
    }
  }

  /** `joined` is the file that the chunks were joined to, if any. */
  ended(result: ClientResult, logPath: string, joined: string | undefined): void {
    this.#progress?.stop();
    if (this.#json) this.#say(summary(result, logPath), "");
    else for (const line of this.#endLines(result, logPath, joined)) this.#say({}, line);
    this.stop();
    const isClosed = (result.error as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
    if (result.error !== undefined && !(result.aborted && isClosed))
      process.stderr.write(`cardume: ${sinkProblem(result.error)}; ${chunkCount(result.received)} came before\n`);
  }

  #endLines(result: ClientResult, logPath: string, joined: string | undefined): string[] {
    const { received, receivedBytes, missing, fetchMs, error, holders } = result;
    const state = howItEnded(result);
    const lines = [`${state}: ${received} of ${chunkCount(this.#wanted)}`];
    if (received > 0) {
      const rate = `${formatBytes(receivedBytes)} in ${formatDuration(fetchMs)}, ${formatRate(receivedBytes, fetchMs)}`;
      lines[0] += `, ${rate}${this.#waited(fetchMs)}`;
    } else if (holders.length === 0 && state === "incomplete")
      lines.push(`nobody answered: is a peer running at ${this.#contact}, and does one within its hops hold them?`);
    lines.push(...holders.map((holder) => `  ${holderLine(holder)}`));
    if (missing.length > 0) lines.push(`missing: ${chunkCount(missing.length)}: ${summarizeChunkIds(missing)}`);
    if (joined !== undefined && received > 0 && error === undefined)
      lines.push(`saved: ${joined}${missing.length > 0 ? ", without the missing chunks" : ""}`);
    lines.push(`log: ${logPath}`);
    return lines;
  }

  /** The whole time, where it is much more than that until the last chunk: somebody was waited for. */
  #waited(fetchMs: number): string {
    const allMs = monotonicMs() - this.#startedAtMs;
    return allMs > 2 * fetchMs + 500 ? ` (ended after ${formatDuration(allMs)})` : "";
  }

  /** Writes what is left and clears the progress line. */
  stop(): void {
    this.#progress?.stop();
    this.#flush();
  }

  /** A holder tells what it has in lists of at most 500 ids; a person wants to hear of it once. */
  #holderFound(holder: Address, chunks: number): void {
    const known = this.#holders.has(holder);
    this.#holders.add(holder);
    if (this.#json) this.#say({ event: "holder-found", holder: formatAddress(holder), chunks }, "");
    else if (!known) this.#say({}, `${formatAddress(holder)} has some of them`);
  }

  #holder(event: string, holder: Address, text: string, more: object = {}): void {
    const name = formatAddress(holder);
    this.#say({ event, holder: name, ...more }, `${name} ${text}`);
  }

  /** Lines are gathered and written together: 60,000 chunk events a second must not be 60,000 system calls. */
  #say(json: object, text: string): void {
    if (this.#pending === "") setImmediate(() => this.#flush());
    this.#pending += `${this.#json ? JSON.stringify(json) : text}\n`;
    if (this.#pending.length > 65_536) this.#flush();
  }

  #flush(): void {
    if (this.#pending === "") return;
    this.#progress?.clear();
    this.#stream.write(this.#pending);
    this.#pending = "";
  }

  #progressText(): string {
    const elapsedMs = monotonicMs() - this.#startedAtMs;
    const leftMs = this.#received === 0 ? Number.NaN : (elapsedMs / this.#received) * (this.#wanted - this.#received);
    const left = Number.isNaN(leftMs) ? "" : `, ${formatDuration(leftMs)} left`;
    const holders = `${this.#holders.size} ${this.#holders.size === 1 ? "peer" : "peers"}`;
    const percent = Math.floor((100 * this.#received) / this.#wanted);
    return `${percent} % ${this.#received}/${this.#wanted} chunks, ${formatRate(this.#bytes, elapsedMs)}, ${holders}${left}`;
  }
}

const chunkCount = (count: number): string => (count === 1 ? "1 chunk" : `${count} chunks`);

function howItEnded({ aborted, error, missing }: ClientResult): string {
  if (aborted || error !== undefined) return "stopped";
  return missing.length > 0 ? "incomplete" : "done";
}

function summary(result: ClientResult, log: string): object {
  const { received, receivedBytes, missing, fetchMs, aborted, error, counters } = result;
  const holders = result.holders.map((holder) => ({ ...holder, holder: formatAddress(holder.holder) }));
  const problem = error === undefined ? {} : { error: sinkProblem(error) };
  return {
    event: "done",
    received,
    bytes: receivedBytes,
    missing,
    fetchMs,
    aborted,
    log,
    ...problem,
    counters,
    holders,
  };
}

function holderLine({ holder, chunks, bytes, rttMs, bytesPerSecond, losses, givenUp }: HolderReport): string {
  const parts = [formatAddress(holder), chunkCount(chunks), formatBytes(bytes)];
  if (chunks > 1) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (rttMs !== undefined) parts.push(`round trip ${formatDuration(rttMs)}`);
  if (losses > 0) parts.push(`${losses} late or lost`);
  if (givenUp) parts.push("silent");
  return parts.join(", ");
}

/** Why the output could take no more, in words for the person whose disk or pipe it is. */
function sinkProblem(error: Error): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
      return "the disk is full: make room and run the same command again";
    case "EDQUOT":
      return "the disk quota is used up: make room and run the same command again";
    case "EPIPE":
      return "the program that reads the output has ended";
    default:
      return `cannot write the output: ${error.message}`;
  }
}
