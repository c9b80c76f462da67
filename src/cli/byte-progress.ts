import { monotonicMs } from "../runtime/clock.ts";
import { formatBytes, formatDuration, formatRate } from "./format.ts";

/** The rate is that of the last looks, five a second: what went before says little of a disk or a network. */
const MAX_SAMPLES = 25;

/** How far so many bytes have come, how fast they come, and when all will be there. */
export class ByteProgress {
  readonly #nowMs: () => number;
  readonly #samples: { readonly atMs: number; readonly bytes: number }[];
  #total: number;
  #bytes = 0;

  constructor(total: number, nowMs: () => number = monotonicMs) {
    this.#total = total;
    this.#nowMs = nowMs;
    this.#samples = [{ atMs: nowMs(), bytes: 0 }];
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Where somebody else counts. */
  set(bytes: number, total: number): void {
    this.#bytes = bytes;
    this.#total = total;
  }

  /** For the progress line, which asks at even intervals. */
  text(): string {
    const now = { atMs: this.#nowMs(), bytes: this.#bytes };
    this.#samples.push(now);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const [first = now] = this.#samples;
    const ms = now.atMs - first.atMs;
    const bytes = now.bytes - first.bytes;
    const percent = this.#total === 0 ? 100 : Math.floor((100 * this.#bytes) / this.#total);
    const left = bytes > 0 ? `, ${formatDuration(((this.#total - this.#bytes) / bytes) * ms)} left` : "";
    const all = `${formatBytes(this.#bytes)} of ${formatBytes(this.#total)}`;
    return `${percent} %, ${all}, ${formatRate(bytes, ms)}${left}`;
  }
}
