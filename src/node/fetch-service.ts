import type { Link } from "../core/content/link.ts";
import type { CardumeError } from "../core/errors.ts";
import { type Candidate, type FetchParts, FetchRun } from "./fetch-run.ts";
import type { FetchProgress, FetchResult, FetchTarget, RunningFetch } from "./node-types.ts";

interface Shared {
  readonly run: FetchRun;
  followers: number;
}

/** The fetches of a node: one a video, however many follow it. */
export class FetchService {
  /** Bytes of bodies, over all fetches that have ended. */
  #endedBytes = 0;
  readonly #parts: FetchParts;
  readonly #onEnd: (result: FetchResult) => void;
  readonly #running = new Map<string, Shared>();

  constructor(parts: FetchParts, onEnd: (result: FetchResult) => void) {
    this.#parts = parts;
    this.#onEnd = onEnd;
  }

  get downloadedBytes(): number {
    return this.progress().reduce((sum, { receivedBytes }) => sum + receivedBytes, this.#endedBytes);
  }

  /** Fetches a video, or joins the fetch that is under way. */
  fetch(target: FetchTarget): RunningFetch {
    const name = Buffer.from(target.id).toString("hex");
    const shared = this.#running.get(name) ?? this.#start(name, target);
    shared.followers++;
    let isFollowing = true;
    return {
      id: target.id,
      done: shared.run.done,
      progress: () => shared.run.progress(),
      stop: () => {
        if (isFollowing) shared.followers--;
        isFollowing = false;
        if (shared.followers === 0) shared.run.stop();
      },
    };
  }

  progress(): FetchProgress[] {
    return [...this.#running.values()].map(({ run }) => run.progress());
  }

  /** Stops the fetch of one video, whoever follows it. */
  async stop(id: Uint8Array): Promise<void> {
    const shared = this.#running.get(Buffer.from(id).toString("hex"));
    shared?.run.stop();
    await shared?.run.done.catch(() => {});
  }

  async close(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { run } of all) run.stop();
    await Promise.allSettled(all.map(({ run }) => run.done));
  }

  #start(name: string, target: FetchTarget): Shared {
    const shared: Shared = { run: new FetchRun(this.#parts, target), followers: 0 };
    this.#running.set(name, shared);
    shared.run.done
      .then(
        (result) => this.#onEnd(result),
        (_error: CardumeError) => {},
      )
      .finally(() => {
        this.#endedBytes += shared.run.progress().receivedBytes;
        if (this.#running.get(name) === shared) this.#running.delete(name);
      });
    return shared;
  }
}

/** Where candidates come from, one source after the other and all at once where that is possible. */
export interface CandidateSources {
  /** Known from before. */
  known(id: Uint8Array): readonly Candidate[];
  /** Named in a link; connects to them, so that a search has somebody to ask. */
  fromLink(link: Link, signal: AbortSignal): Promise<readonly Candidate[]>;
  search(id: Uint8Array, signal: AbortSignal): AsyncGenerator<Candidate>;
}

/** All candidates for one search: those known, those of the link, then whoever the network tells of. */
export async function* candidatesFrom(
  sources: CandidateSources,
  id: Uint8Array,
  link: Link | undefined,
  signal: AbortSignal,
): AsyncGenerator<Candidate> {
  yield* sources.known(id);
  if (link !== undefined && link.peers.length > 0) yield* await sources.fromLink(link, signal);
  if (!signal.aborted) yield* sources.search(id, signal);
}
