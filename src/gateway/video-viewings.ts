import { CardumeError } from "../core/errors.ts";
import { WATCH } from "../core/limits.ts";
import type { FetchTarget } from "../node/node-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { unlessAborted } from "../store/unless-aborted.ts";
import { videoLate } from "./video-body.ts";

/** What is kept open for each video. */
interface Closable {
  close(): Promise<void>;
}

/** One user's share of an open video. */
export interface Use<Video> {
  readonly video: Video;
  /** It is not used any more; a second time does nothing. */
  release(): void;
}

interface Entry<Video> {
  readonly opened: Promise<Video>;
  readonly abort: AbortController;
  /** Once it is open. */
  video: Video | undefined;
  users: number;
  unusedSinceMs: number;
  idle: NodeJS.Timeout | undefined;
}

/** How many, and how long. */
export interface ViewingsOptions {
  readonly maxVideos?: number;
  readonly idleMs?: number;
  readonly openMs?: number;
}

/**
 * The videos that are open to be watched: each once, however many watch it, and for a while after the last of them has
 * gone. Who waits for one that is being looked for may go: the search ends with the last.
 */
export class OpenViewings<Video extends Closable> {
  readonly #open: (target: FetchTarget, signal: AbortSignal) => Promise<Video>;
  readonly #options: Required<ViewingsOptions>;
  readonly #entries = new Map<string, Entry<Video>>();
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(
    open: (target: FetchTarget, signal: AbortSignal) => Promise<Video>,
    {
      maxVideos = WATCH.maxOpenVideos,
      idleMs = WATCH.openVideoIdleMs,
      openMs = WATCH.openToWatchMs,
    }: ViewingsOptions = {},
  ) {
    this.#open = open;
    this.#options = { maxVideos, idleMs, openMs };
  }

  /** Videos that are open, or being opened. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Opens a video, or joins those who have it open.
   * @throws CardumeError `video-late` (exit code 4), `too-many-requests` (5); what opening throws; the signal's reason
   */
  async use(target: FetchTarget, signal?: AbortSignal): Promise<Use<Video>> {
    if (this.#isClosed) throw new CardumeError("video-closed", "the node is stopping", { exitCode: 5 });
    const name = Buffer.from(target.id).toString("hex");
    const entry = this.#entries.get(name) ?? this.#begin(name, target);
    clearTimeout(entry.idle);
    entry.users++;
    let isUsing = true;
    const release = (): void => {
      if (isUsing) this.#release(name, entry);
      isUsing = false;
    };
    try {
      return { video: await unlessAborted(entry.opened, signal), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes a video, whoever watches it: it is to be removed. */
  async drop(id: Uint8Array): Promise<void> {
    const name = Buffer.from(id).toString("hex");
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#end(name, entry);
    await Promise.all(this.#closing);
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [name, entry] of this.#entries) this.#end(name, entry);
    await Promise.all(this.#closing);
  }

  #begin(name: string, target: FetchTarget): Entry<Video> {
    this.#makeRoom();
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(videoLate()), this.#options.openMs).unref();
    const opening = this.#open(target, abort.signal);
    const opened = unlessAborted(opening, abort.signal);
    // What comes after nobody waits for it any more is closed.
    opened.catch(() => opening.then((video) => video.close()).catch(() => {}));
    const entry: Entry<Video> = { opened, abort, video: undefined, users: 0, unusedSinceMs: 0, idle: undefined };
    this.#entries.set(name, entry);
    opened
      .then(
        (video) => {
          entry.video = video;
        },
        () => this.#forget(name, entry),
      )
      .finally(() => clearTimeout(late));
    return entry;
  }

  /** @throws CardumeError `too-many-requests` */
  #makeRoom(): void {
    if (this.#entries.size < this.#options.maxVideos) return;
    const unused = [...this.#entries].filter(([, { users }]) => users === 0);
    const [oldest] = unused.sort(([, one], [, other]) => one.unusedSinceMs - other.unusedSinceMs);
    if (oldest === undefined)
      throw new CardumeError("too-many-requests", "too many videos are being watched at once: try again later", {
        exitCode: 5,
      });
    this.#end(...oldest);
  }

  #release(name: string, entry: Entry<Video>): void {
    entry.users--;
    if (entry.users > 0 || this.#entries.get(name) !== entry) return;
    if (entry.video === undefined) {
      this.#end(name, entry);
      return;
    }
    entry.unusedSinceMs = monotonicMs();
    entry.idle = setTimeout(() => this.#end(name, entry), this.#options.idleMs).unref();
  }

  #forget(name: string, entry: Entry<Video>): void {
    clearTimeout(entry.idle);
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }

  #end(name: string, entry: Entry<Video>): void {
    this.#forget(name, entry);
    entry.abort.abort(new CardumeError("video-closed", "the video was closed", { exitCode: 5 }));
    const closing: Promise<void> = entry.opened
      .then((video) => video.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
