import type { Manifest } from "../core/content/manifest.ts";
import type { FetchProgress } from "./node-types.ts";

/**
 * A video that is open to be watched, wherever its bytes are: what is held here is read here, what is not is fetched by
 * the moment at which a reader needs it. Its size is proven.
 */
export interface Viewing {
  readonly manifest: Manifest;
  /** One more reader. Two of them share what comes, and do not starve each other. */
  reader(options?: ReaderOptions): VideoReader;
  /** How the fetch goes; `undefined` when all is here and nothing is fetched. */
  progress(): FetchProgress | undefined;
  /** Ends its readers, and the fetch that was for them. What came is kept. */
  close(): Promise<void>;
}

/** How a reader reads. */
export interface ReaderOptions {
  /** How fast it plays; 0 or nothing for as fast as it can: a copy. Bounds how far is fetched ahead of it. */
  readonly bytesPerSecond?: number;
}

/**
 * One player's place in a video. It goes on fetching ahead of its place until it is closed, so that the next read finds
 * its bytes here.
 */
export interface VideoReader {
  /**
   * The bytes from `start` to before `end`, in order, in pieces of 512 KiB at most, each verified at this very read; waits
   * for what has to come. A piece is valid until the second one after it is asked for: then its memory is used
   * again. Reading elsewhere than where the last one ended is a seek: what the old place wanted is taken
   * back. One read at a time: a new one ends the one before. Leaving the loop ends it.
   *
   * Throws CardumeError `chunks-missing` (exit code 1: nobody in reach has them), `peer-unreachable` (4), `disk-full`,
   * `disk-failed` (5), and the signal's reason.
   */
  read(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Whether nobody waits for what it is reading: others then go before it, until it is told otherwise or reads anew. */
  rest(isResting: boolean): void;
  close(): void;
}
