import { type ChildProcess, fork } from "node:child_process";
import type { Track } from "../core/content/claims.ts";
import { MEDIA } from "../core/limits.ts";
import { sibling } from "../runtime/worker-url.ts";

/** What a media file says of itself. */
export interface MediaFacts {
  /** Such as `video/mp4`, or `audio/mp4` without a picture. */
  readonly mediaType: string;
  /** 0 when unknown. */
  readonly durationMs: number;
  readonly tracks: readonly Track[];
  readonly title?: string;
  /** `mp4`, `mov`, `matroska`, `webm`, `mpeg-ts`, `mp3`, `ogg`, `wav`, `flac` or `aac`. */
  readonly container: string;
}

/** What the reading process is asked. */
export interface FactsJob {
  /** A `Buffer` arrives as a plain `Uint8Array`. */
  readonly path: string | Uint8Array;
  readonly maxFileReadBytes: number;
  readonly maxSearchMs: number;
}

/** What it answers. */
export interface FactsAnswer {
  readonly facts: MediaFacts | undefined;
}

/** Other bounds, and another program for the reading process, for tests. */
export interface MediaReaderOptions {
  readonly entry?: URL;
  readonly maxFileMs?: number;
  readonly maxFileReadBytes?: number;
  readonly maxSearchMs?: number;
  readonly mediaIdleMs?: number;
}

type Settings = Required<MediaReaderOptions>;

/**
 * Reads media files' facts in a process of its own, one file at a time. Files are hostile: whatever one of them does to
 * that process, it is ended, the file has no facts, and the next file gets a new one.
 */
export class MediaReader {
  readonly #settings: Settings;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #giveUp: (() => void) | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: MediaReaderOptions = {}) {
    this.#settings = { ...MEDIA, entry: sibling("facts-worker", import.meta.url), ...options };
  }

  /** What a file says of itself; `undefined` when it cannot be read, or is no media file. Never rejects. */
  facts(path: string | Buffer): Promise<MediaFacts | undefined> {
    const facts = this.#last.then(() => this.#read(path));
    this.#last = facts;
    return facts;
  }

  /** Ends the reading process. Files that wait have no facts. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUp?.();
    this.#end();
    await this.#last;
  }

  #read(path: string | Buffer): Promise<MediaFacts | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<MediaFacts | undefined>();
    const child = this.#wakeChild();
    const finish = (facts: MediaFacts | undefined): void => {
      clearTimeout(timer);
      child.off("message", answered).off("exit", failed).off("error", failed);
      this.#giveUp = undefined;
      this.#rest();
      resolve(facts);
    };
    const answered = (message: unknown): void => finish((message as FactsAnswer).facts);
    const failed = (): void => {
      this.#end();
      finish(undefined);
    };
    // Only now: a process that starts late is a process that takes long.
    const timer = setTimeout(failed, this.#settings.maxFileMs);
    this.#giveUp = failed;
    child.on("message", answered).on("exit", failed).on("error", failed);
    const { maxFileReadBytes, maxSearchMs } = this.#settings;
    const job: FactsJob = { path, maxFileReadBytes, maxSearchMs };
    // A failed send is one to a process that has ended, which says so itself; the callback keeps it from being thrown.
    child.send(job, (error) => error !== null && failed());
    return promise;
  }

  #wakeChild(): ChildProcess {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    this.#child.ref();
    this.#child.channel?.ref();
    return this.#child;
  }

  #start(): ChildProcess {
    const child = start(this.#settings.entry);
    // One that ends between two files is not the next one's fault.
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  /** Lets the program end, and the process after a while. */
  #rest(): void {
    const child = this.#child;
    if (child === undefined) return;
    child.unref();
    child.channel?.unref();
    this.#idle = setTimeout(() => this.#end(), this.#settings.mediaIdleMs).unref();
  }

  #end(): void {
    clearTimeout(this.#idle);
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

/**
 * A process, not only a thread: V8 ends the whole process when a thread's array grows past its limit in one step, and
 * four bytes changed in an MP4 bring mediabunny there.
 */
function start(entry: URL): ChildProcess {
  const child = fork(entry, [], {
    // Not the parent's inspector, preloaded modules or heap.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
    serialization: "advanced",
    // V8's last words and mediabunny's remarks on files are for nobody.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  // One that fails while nobody listens is noticed by the next file.
  child.on("error", () => undefined);
  return child;
}
