import type { Link } from "../core/content/link.ts";
import { NETWORK } from "../core/limits.ts";
import type { Library } from "../store/library.ts";
import { SendersBook, type SentChunks } from "./chunk-senders.ts";
import type { FetchReaders } from "./fetch-readers.ts";
import { type Candidate, type CandidateQuery, type FetchParts, FetchRun } from "./fetch-run.ts";
import type { FetchProgress, FetchResult, FetchTarget, RunningFetch } from "./node-types.ts";

interface Shared {
  readonly run: FetchRun;
  readonly done: Promise<FetchResult>;
  /** Those who want all of it, and those who read it. */
  followers: number;
  viewers: number;
}

/** A fetch of what somebody reads. */
export interface ReadFetch {
  /** Resolves when the video is proven and has its place, or all is over: see `done`. */
  readonly opened: Promise<void>;
  readonly readers: FetchReaders;
  /** As of `RunningFetch`; also ends, `complete`, when all of it has come. */
  readonly done: Promise<FetchResult>;
  progress(): FetchProgress;
  /** It is not read any more. With the last who wants anything of it the fetch stops. */
  leave(): void;
}

/** Called when a fetch has ended; what it throws is nobody's. */
type EndListener = (result: FetchResult) => void;

/** The fetches of a node: one a video, however many follow it. */
export class FetchService {
  /** Bytes of bodies, over all fetches that have ended. */
  #endedBytes = 0;
  readonly #parts: FetchParts;
  readonly #onEnd: EndListener;
  readonly #running = new Map<string, Shared>();
  readonly #senders = new SendersBook();
  /** Fetches that were stopped and have not let go yet: the next one of the same video waits for them. */
  readonly #ending = new Map<string, Promise<unknown>>();

  constructor(parts: FetchParts, onEnd: EndListener) {
    this.#parts = parts;
    this.#onEnd = onEnd;
  }

  get downloadedBytes(): number {
    return this.progress().reduce((sum, { receivedBytes }) => sum + receivedBytes, this.#endedBytes);
  }

  /** Fetches a video, or joins the fetch that is under way. */
  fetch(target: FetchTarget): RunningFetch {
    const name = Buffer.from(target.id).toString("hex");
    const shared = this.#running.get(name) ?? this.#start(name, target, true);
    shared.followers++;
    shared.run.readers.want(true);
    let isFollowing = true;
    return {
      id: target.id,
      done: shared.done,
      progress: () => shared.run.progress(),
      stop: () => {
        if (isFollowing) shared.followers--;
        isFollowing = false;
        this.#left(name, shared);
      },
    };
  }

  /** Fetches what is read of a video, beside those who fetch all of it. */
  read(target: FetchTarget): ReadFetch {
    const name = Buffer.from(target.id).toString("hex");
    const shared = this.#running.get(name) ?? this.#start(name, target, false);
    shared.viewers++;
    let isReading = true;
    return {
      opened: shared.run.opened,
      readers: shared.run.readers,
      done: shared.run.done,
      progress: () => shared.run.progress(),
      leave: () => {
        if (isReading) shared.viewers--;
        isReading = false;
        this.#left(name, shared);
      },
    };
  }

  #left(name: string, shared: Shared): void {
    if (shared.followers > 0) return;
    shared.run.readers.want(false);
    if (shared.viewers > 0) return;
    this.#forget(name, shared);
    shared.run.stop();
  }

  progress(): FetchProgress[] {
    return [...this.#running.values()].map(({ run }) => run.progress());
  }

  /** Peers that serve a video at this moment. */
  holders(id: Uint8Array): string[] {
    return this.#running.get(Buffer.from(id).toString("hex"))?.run.serving ?? [];
  }

  /** Who sent the chunks of a video; `undefined`: nothing of it was fetched, or long ago. */
  senders(id: Uint8Array): SentChunks | undefined {
    return this.#senders.of(Buffer.from(id).toString("hex"));
  }

  /** Stops the fetch of one video, whoever follows it: it is to be removed. */
  async stop(id: Uint8Array): Promise<void> {
    const name = Buffer.from(id).toString("hex");
    this.#running.get(name)?.run.stop();
    await this.#ending.get(name);
    this.#senders.forget(name);
  }

  async close(): Promise<void> {
    for (const { run } of this.#running.values()) run.stop();
    await Promise.all(this.#ending.values());
  }

  #start(name: string, target: FetchTarget, wantAll: boolean): Shared {
    const memoryBytes = this.#running.size === 0 ? NETWORK.maxFetchMemoryBytes : NETWORK.moreFetchMemoryBytes;
    const after = this.#ending.get(name) ?? Promise.resolve();
    const senders = (chunks: number): ReturnType<SendersBook["begin"]> => this.#senders.begin(name, chunks);
    const run = new FetchRun(this.#parts, target, { memoryBytes, wantAll, after, senders });
    const done = target.kind === "subtitle" ? run.done : run.done.then((result) => this.#withSubtitles(result));
    const shared: Shared = { run, done, followers: 0, viewers: 0 };
    this.#running.set(name, shared);
    const ended = (result: FetchResult | undefined): void => {
      this.#forget(name, shared);
      if (this.#ending.get(name) === settled) this.#ending.delete(name);
      this.#endedBytes += shared.run.progress().receivedBytes;
      if (result !== undefined) this.#onEnd(result);
    };
    const settled: Promise<void> = done.then(ended, () => ended(undefined)).catch(() => {});
    this.#ending.set(name, settled);
    return shared;
  }

  /** The subtitle files that a video's publisher named come along. They are small, and not worth a failure. */
  async #withSubtitles(result: FetchResult): Promise<FetchResult> {
    if (result.outcome !== "complete") return result;
    const fetches = (await missingSubtitles(this.#parts.library, result.progress.id)).map((id) =>
      this.fetch({ id, kind: "subtitle" }),
    );
    if (fetches.length === 0) return result;
    const late = setTimeout(() => {
      for (const fetch of fetches) fetch.stop();
    }, NETWORK.subtitlesMs);
    await Promise.allSettled(fetches.map(({ done }) => done));
    clearTimeout(late);
    return result;
  }

  #forget(name: string, shared: Shared): void {
    if (this.#running.get(name) === shared) this.#running.delete(name);
  }
}

/** The subtitle files of a video, by the preferred publisher's word, that are not here. */
async function missingSubtitles(library: Library, id: Uint8Array): Promise<Uint8Array[]> {
  try {
    const named = (await library.details(id)).claims[0]?.claims.subtitles ?? [];
    const small = named.filter(({ bytes }) => bytes <= NETWORK.maxSubtitleBytes);
    const rows = await Promise.all(small.map((one) => library.get(one.id)));
    return small.filter((_, index) => rows[index]?.state !== "complete").map((one) => one.id);
  } catch {
    // It may have been removed in this very moment.
    return [];
  }
}

/** Where candidates come from, one source after the other and all at once where that is possible. */
export interface CandidateSources {
  /** Known from before. */
  known(id: Uint8Array): readonly Candidate[];
  /** Named in a link; connects to them, so that a search has somebody to ask. */
  fromLink(link: Link, signal: AbortSignal): Promise<readonly Candidate[]>;
  search(query: CandidateQuery): AsyncGenerator<Candidate>;
}

/** All candidates for one search: those known, those of the link, then whoever the network tells of. */
export async function* candidatesFrom(sources: CandidateSources, query: CandidateQuery): AsyncGenerator<Candidate> {
  const { id, link, signal } = query;
  yield* sources.known(id);
  if (link !== undefined && link.peers.length > 0) yield* await sources.fromLink(link, signal);
  if (!signal.aborted) yield* sources.search(query);
}
