import { toBase32 } from "../core/content/base32.ts";
import type { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import type { FetchProgress, FetchResult, RunningFetch } from "../node/node-types.ts";
import type { KeptJob } from "./page-job-file.ts";

/**
 * How a background fetch stands. `waiting`: in line; `later`: nobody in reach can serve it, and it is tried again;
 * `failed`: this machine refused.
 */
export type JobState = "waiting" | "fetching" | "later" | "done" | "stopped" | "failed";

/** A background fetch as it is told of. Texts are strangers' words. */
export interface JobView {
  readonly id: string;
  readonly title: string;
  readonly state: JobState;
  readonly phase: FetchProgress["phase"] | null;
  /** 0 when not known yet. */
  readonly bytes: number;
  readonly writtenBytes: number;
  readonly bytesPerSecond: number;
  readonly leftMs: number | null;
  /** How many serve it at the moment. */
  readonly peers: number;
  /** How the last try ended. */
  readonly outcome: FetchResult["outcome"] | null;
  /** What the machine said; empty: nothing. */
  readonly problem: string;
  /** In ms since 1970. */
  readonly begunAtMs: number;
  readonly nextTryAtMs: number | null;
}

/** One video that is fetched in the background. Moments are in ms since 1970. */
export class Job {
  readonly id: Uint8Array;
  /** As it was pasted. */
  link: string | undefined;
  state: JobState = "waiting";
  /** When it is tried again. */
  nextTryAtMs: number | undefined;
  readonly #begunAtMs: number;
  #title: string;
  #tries = 0;
  #fetch: RunningFetch | undefined;
  #latest: FetchProgress | undefined;
  #outcome: FetchResult["outcome"] | undefined;
  #problem = "";
  #overAtMs: number | undefined;

  constructor(kept: {
    readonly id: Uint8Array;
    readonly link: string | undefined;
    readonly title: string;
    readonly begunAtMs: number;
  }) {
    this.id = kept.id;
    this.link = kept.link;
    this.#title = kept.title;
    this.#begunAtMs = kept.begunAtMs;
  }

  get isOver(): boolean {
    return OVER.has(this.state);
  }

  /** Whether it may begin now. */
  isDue(nowMs: number): boolean {
    return this.state === "waiting" || (this.state === "later" && (this.nextTryAtMs ?? 0) <= nowMs);
  }

  /** Whether it has been over for so long that nobody asks any more. What has failed waits for somebody to see it. */
  isStale(nowMs: number): boolean {
    return this.#overAtMs !== undefined && this.state !== "failed" && nowMs >= this.#overAtMs + PAGE.jobOverMs;
  }

  isOf(fetch: RunningFetch): boolean {
    return this.#fetch === fetch;
  }

  /** Somebody wants it (again): it waits for its turn. @param link another one may name other peers */
  renew(link: string | undefined): void {
    this.link = link ?? this.link;
    if (this.state === "fetching") return;
    this.state = "waiting";
    [this.#tries, this.#overAtMs, this.nextTryAtMs, this.#problem] = [0, undefined, undefined, ""];
  }

  started(fetch: RunningFetch): void {
    this.#fetch = fetch;
    this.state = "fetching";
    this.nextTryAtMs = undefined;
  }

  /** A try has ended: with a result, or because the machine refused. */
  ended(how: FetchResult | CardumeError, nowMs: number): void {
    this.#fetch = undefined;
    if (how instanceof Error) {
      this.#problem = how.message;
      this.#over("failed", nowMs);
      return;
    }
    this.#note(how.progress);
    this.#outcome = how.outcome;
    if (how.outcome === "complete") this.#over("done", nowMs);
    else if (how.outcome === "stopped") this.#over("stopped", nowMs);
    else {
      this.state = "later";
      // What came meanwhile shows that there is somebody: then it is soon tried again.
      if (how.progress.receivedBytes > 0) this.#tries = 0;
      this.nextTryAtMs = nowMs + Math.min(PAGE.maxJobAgainMs, PAGE.jobAgainMs * 2 ** this.#tries++);
    }
  }

  /** Somebody does not want it any more. */
  stop(nowMs: number): void {
    this.leave();
    if (!this.isOver) this.#over("stopped", nowMs);
  }

  /** Lets go of its fetch, and is not told how that ends. */
  leave(): void {
    const fetch = this.#fetch;
    if (fetch !== undefined) this.#note(fetch.progress());
    this.#fetch = undefined;
    fetch?.stop();
  }

  kept(): KeptJob {
    return { id: toBase32(this.id), title: this.#title, link: this.link ?? null, begunAtMs: this.#begunAtMs };
  }

  view(): JobView {
    if (this.#fetch !== undefined) this.#note(this.#fetch.progress());
    const now = this.#latest;
    const isFetching = this.state === "fetching";
    return {
      ...{
        id: toBase32(this.id),
        title: this.#title,
        state: this.state,
        phase: isFetching ? (now?.phase ?? null) : null,
      },
      ...{ bytes: now?.bytes ?? 0, writtenBytes: now?.writtenBytes ?? 0 },
      ...{
        bytesPerSecond: isFetching ? (now?.bytesPerSecond ?? 0) : 0,
        leftMs: isFetching ? (now?.leftMs ?? null) : null,
      },
      peers: isFetching ? (now?.holders.filter(({ state }) => state === "serving").length ?? 0) : 0,
      ...{ outcome: this.#outcome ?? null, problem: this.#problem },
      ...{ begunAtMs: this.#begunAtMs, nextTryAtMs: this.nextTryAtMs ?? null },
    };
  }

  #note(progress: FetchProgress): void {
    this.#latest = progress;
    if (progress.title !== "") this.#title = progress.title;
  }

  #over(state: JobState, nowMs: number): void {
    this.state = state;
    this.nextTryAtMs = undefined;
    this.#overAtMs = nowMs;
  }
}

const OVER: ReadonlySet<JobState> = new Set<JobState>(["done", "stopped", "failed"]);
