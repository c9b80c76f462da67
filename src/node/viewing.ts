import type { Manifest } from "../core/content/manifest.ts";
import { CardumeError } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { FetchService, ReadFetch } from "./fetch-service.ts";
import type { FetchProgress, FetchTarget } from "./node-types.ts";
import { type ReadVideo, ViewingReader } from "./viewing-reader.ts";
import type { ReaderOptions, VideoReader, Viewing } from "./watch-types.ts";

/** A video that is open to be watched: its store, and a fetch of what is missing as soon as somebody reads it. */
export class VideoViewing implements Viewing, ReadVideo {
  readonly manifest: Manifest;
  readonly store: ChunkStore;
  readonly #fetches: FetchService;
  readonly #target: FetchTarget;
  readonly #readers = new Set<ViewingReader>();
  #fetch: ReadFetch | undefined;
  #endedAtMs = -Infinity;
  #closed: Promise<void> | undefined;

  /** @param fetch one that is under way already */
  constructor(store: ChunkStore, fetches: FetchService, target: FetchTarget, fetch?: ReadFetch) {
    this.manifest = store.manifest;
    this.store = store;
    this.#fetches = fetches;
    this.#target = target;
    this.#fetch = fetch;
  }

  get isWhole(): boolean {
    return this.store.held.count === this.manifest.geometry.chunks;
  }

  get fetch(): ReadFetch | undefined {
    return this.#fetch?.readers.isOver === true ? undefined : this.#fetch;
  }

  reader({ bytesPerSecond = 0 }: ReaderOptions = {}): VideoReader {
    if (this.#closed !== undefined) throw closed();
    const reader = new ViewingReader(this, bytesPerSecond, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  progress(): FetchProgress | undefined {
    return this.fetch?.progress();
  }

  begin(): ReadFetch {
    if (this.#closed !== undefined) throw closed();
    const underWay = this.fetch;
    if (underWay !== undefined) return underWay;
    this.#fetch?.leave();
    this.#fetch = this.#fetches.read(this.#target);
    const ended = (): void => {
      this.#endedAtMs = monotonicMs();
    };
    // Whoever waits looks at how it ended; nobody has to.
    this.#fetch.done.then(ended, ended);
    return this.#fetch;
  }

  beginAhead(): void {
    if (!this.isWhole && monotonicMs() >= this.#endedAtMs + AGAIN_MS) this.begin();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    this.#fetch?.leave();
    await this.store.close();
  }
}

/** What only may be needed is not looked for again so soon after nobody had it. */
const AGAIN_MS = 10_000;

const closed = (): CardumeError => new CardumeError("viewing-closed", "the video was closed", { exitCode: 5 });
