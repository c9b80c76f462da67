import { NETWORK } from "../core/limits.ts";
import type { VideoFetch } from "./video-fetch.ts";

/** Where a reader is in a video, how fast it goes on (0 for as fast as it can), and how much longer it can do without. */
export interface ReaderPlace {
  readonly position: number;
  /** One behind the last byte that it wants. */
  readonly end: number;
  readonly bytesPerSecond: number;
  readonly slackMs: number;
}

/** Those who read a video while it is fetched: what they want is told to the fetch, and what has come to them. */
export class FetchReaders {
  readonly #places = new Map<number, ReaderPlace>();
  readonly #listeners = new Set<() => void>();
  #wantAll: boolean;
  #fetch: VideoFetch | undefined;
  #numbers = 0;
  #isOver = false;

  constructor(wantAll: boolean) {
    this.#wantAll = wantAll;
  }

  /** Whether all of the video is wanted, or only what is read. */
  get wantAll(): boolean {
    return this.#wantAll;
  }

  /** Whether the fetch has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The fetch has begun: it is told what was wanted so far. */
  attach(fetch: VideoFetch): void {
    this.#fetch = fetch;
    for (const [reader, place] of this.#places) fetch.tell({ type: "reader", reader, ...place });
  }

  want(all: boolean): void {
    if (all === this.#wantAll) return;
    this.#wantAll = all;
    this.#fetch?.tell({ type: "want-all", wanted: all });
  }

  /** A number for one more reader; `undefined`: there are too many. */
  number(): number | undefined {
    return this.#places.size < NETWORK.maxReaders ? ++this.#numbers : undefined;
  }

  /** A reader is here now. */
  set(reader: number, place: ReaderPlace): void {
    this.#places.set(reader, place);
    this.#fetch?.tell({ type: "reader", reader, ...place });
  }

  delete(reader: number): void {
    if (this.#places.delete(reader)) this.#fetch?.tell({ type: "reader-left", reader });
  }

  /** Whether a chunk is in the file, held for good or not. */
  isInFile(chunk: number): boolean {
    return this.#fetch?.isInFile(chunk) === true;
  }

  /** A copy of verified bytes that are in memory, see `VideoFetch.bytesAt`. */
  bytesAt(position: number, end: number): Uint8Array | undefined {
    return this.#fetch?.bytesAt(position, end);
  }

  /** Called whenever more can be read, and at the end. @returns what ends it */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  came(): void {
    for (const listener of this.#listeners) listener();
  }

  end(): void {
    this.#isOver = true;
    this.#fetch = undefined;
    this.came();
  }
}
