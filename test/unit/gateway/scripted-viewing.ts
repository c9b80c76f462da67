import type { FetchProgress } from "../../../src/node/node-types.ts";
import type { ReaderOptions, VideoReader, Viewing } from "../../../src/node/watch-types.ts";
import { type MadeVideo, madeVideo } from "../support/made-video.ts";

/** How a scripted video gives its bytes. */
export interface ViewingScript {
  readonly pieceBytes?: number;
  /** Called before each piece; it may wait, or throw. */
  readonly before?: (position: number) => Promise<void> | void;
  /** Bytes that readers keep back at the end, as no reader may. */
  readonly keptBack?: number;
}

/** A video made up for a test, and what is done with it. */
export class ScriptedViewing implements Viewing {
  readonly manifest: Viewing["manifest"];
  readonly content: Uint8Array;
  /** Readers that are open now, with what they were opened with. */
  readonly open: Set<ReaderOptions> = new Set();
  /** All reads, by their first byte and the one behind their last. */
  readonly reads: (readonly [start: number, end: number])[] = [];
  /** Who was told to rest or not to. */
  readonly rests: (readonly [reader: number, isResting: boolean])[] = [];
  opened = 0;
  pieces = 0;
  closes = 0;
  readonly #script: ViewingScript;

  constructor(video: MadeVideo | number, script: ViewingScript = {}) {
    const { content, manifest } = typeof video === "number" ? madeVideo(video) : video;
    this.content = content;
    this.manifest = manifest;
    this.#script = script;
  }

  reader(options: ReaderOptions = {}): VideoReader {
    const number = ++this.opened;
    // A thing of its own, even where two readers are opened alike.
    const key = { ...options };
    this.open.add(key);
    let isClosed = false;
    return {
      read: (start, end, signal) => this.#read(start, end, () => isClosed, signal),
      rest: (isResting) => void this.rests.push([number, isResting]),
      close: () => {
        isClosed = true;
        this.open.delete(key);
      },
    };
  }

  progress(): FetchProgress | undefined {
    return undefined;
  }

  close(): Promise<void> {
    this.closes++;
    this.open.clear();
    return Promise.resolve();
  }

  async *#read(start: number, end: number, isClosed: () => boolean, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { pieceBytes = 1_048_576, before, keptBack = 0 } = this.#script;
    this.reads.push([start, end]);
    for (let at = start; at < end - keptBack; at += pieceBytes) {
      await before?.(at);
      signal?.throwIfAborted();
      if (isClosed()) throw new Error("the reader was closed");
      this.pieces++;
      yield this.content.slice(at, Math.min(at + pieceBytes, end - keptBack));
    }
  }
}
