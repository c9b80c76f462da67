import { NETWORK } from "../core/limits.ts";
import { TokenBucket } from "../core/peer/token-bucket.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ServedVideos } from "./served-videos.ts";

interface Complained {
  readonly name: string;
  readonly id: Uint8Array;
  readonly chunk: number;
}

/**
 * Looks after chunks of which a client says that they came wrong. One that is damaged on the disk is not held any more;
 * one that is good was a false complaint, or another's fault. A complaint costs its sender nothing, so the looking is
 * bounded: one chunk after the other, each at most once a minute, so many a minute, and a tenth of the time.
 */
export class ComplaintDesk {
  readonly #videos: Pick<ServedVideos, "use">;
  readonly #count: (cause: string) => void;
  readonly #rate = new TokenBucket(
    NETWORK.maxComplaintChecksPerMinute,
    NETWORK.maxComplaintChecksPerMinute / 60,
    monotonicMs(),
  );
  readonly #waiting: Complained[] = [];
  /** When a chunk was last taken up, the longest ago first. */
  readonly #takenAtMs = new Map<string, number>();
  #isLooking = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(videos: Pick<ServedVideos, "use">, count: (cause: string) => void) {
    this.#videos = videos;
    this.#count = count;
  }

  /** Takes a complaint of bytes that were sent; it may be passed over. */
  complain(id: Uint8Array, chunk: number): void {
    const nowMs = monotonicMs();
    const name = `${Buffer.from(id).toString("hex")} ${chunk}`;
    this.#forgetOld(nowMs);
    if (this.#isClosed || this.#takenAtMs.has(name)) return;
    if (this.#waiting.length >= NETWORK.maxComplaintsWaiting || !this.#rate.take(nowMs)) {
      this.#count("complaint-passed-over");
      return;
    }
    this.#takenAtMs.set(name, nowMs);
    this.#waiting.push({ name, id, chunk });
    if (!this.#isLooking) void this.#next();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    clearTimeout(this.#timer);
  }

  async #next(): Promise<void> {
    const first = this.#waiting.shift();
    this.#isLooking = first !== undefined;
    if (first === undefined) return;
    const startedAtMs = monotonicMs();
    const found = await this.#videos.use(first.id, (store) => store.check(first.chunk));
    if (found === "lost") this.#count("complaint-true");
    else if (found === "good") this.#count("complaint-false");
    if (this.#isClosed) return;
    const pauseMs = (monotonicMs() - startedAtMs) * PAUSES_PER_CHECK;
    this.#timer = setTimeout(() => void this.#next(), pauseMs).unref();
  }

  #forgetOld(nowMs: number): void {
    for (const [name, atMs] of this.#takenAtMs) {
      if (nowMs - atMs < NETWORK.complaintMemoryMs) return;
      this.#takenAtMs.delete(name);
    }
  }
}

/** After each look it rests for nine times as long. */
const PAUSES_PER_CHECK = 9;
