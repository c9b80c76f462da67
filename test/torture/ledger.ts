import { closeSync, openSync, writeSync } from "node:fs";

/** What has to be true of one video. */
export interface Promised {
  /** `unknown`: adding or removing it was under way when the power went. */
  presence: "in" | "out" | "unknown";
  /** Chunks that were acknowledged; they are there as long as the video is. */
  readonly held: Set<number>;
  /** What it may be called: one title, or the old and the new one; `undefined`: nobody has said. */
  titles: Set<string> | undefined;
  /** The title that somebody last tried to give it. */
  attempted: string | undefined;
}

/** What was acknowledged, and how often. */
export interface Counts {
  acknowledged: number;
  chunks: number;
  added: number;
  titled: number;
  removed: number;
  exported: number;
}

const NOTHING = (): void => {};

/** What the workload was told, in order; and so what a power cut must leave. */
export class Ledger {
  readonly counts: Counts = { acknowledged: 0, chunks: 0, added: 0, titled: 0, removed: 0, exported: 0 };
  /** The library's public key in hex, once a library was opened. */
  publisher: string | undefined;
  /** Whose bytes may stand in an exported file, as ids in hex; an empty text: it may be missing. */
  readonly exports: Map<string, Set<string>> = new Map();
  /** Called after each acknowledgement. */
  onAcknowledged: () => void = NOTHING;
  readonly #videos = new Map<string, Promised>();
  readonly #isCut: () => boolean;
  readonly #log: number;

  /** @param logPath on a disk whose power is not cut */
  constructor(logPath: string, isCut: () => boolean) {
    this.#isCut = isCut;
    this.#log = openSync(logPath, "a");
  }

  /** What has to be true of a video, by its id in hex. */
  of(id: string): Promised {
    const known = this.#videos.get(id);
    if (known !== undefined) return known;
    const nothing: Promised = { presence: "out", held: new Set(), titles: undefined, attempted: undefined };
    this.#videos.set(id, nothing);
    return nothing;
  }

  opened(publisher: string): void {
    this.#acknowledge(`opened by ${publisher}`, () => {
      this.publisher ??= publisher;
    });
  }

  /** Adding a video, or saying something new of it. */
  adding(id: string, title: string): void {
    const video = this.of(id);
    video.attempted = title;
    if (video.presence === "out") video.presence = "unknown";
    // One that came without a word, from elsewhere, may still be called anything.
    if (video.presence === "unknown" || video.titles !== undefined)
      video.titles = new Set([...(video.titles ?? []), title]);
    this.note(`adding ${id} "${title}"`);
  }

  added(id: string, title: string, chunks: number): void {
    this.#acknowledge(`added ${id} "${title}"`, () => {
      const video = this.of(id);
      this.counts[video.presence === "in" ? "titled" : "added"]++;
      video.presence = "in";
      video.titles = new Set([title]);
      for (let chunk = 0; chunk < chunks; chunk++) video.held.add(chunk);
    });
  }

  beginning(id: string): void {
    const video = this.of(id);
    if (video.presence === "out") video.presence = "unknown";
    this.note(`beginning ${id}`);
  }

  begun(id: string): void {
    this.#acknowledge(`begun ${id}`, () => {
      this.of(id).presence = "in";
    });
  }

  held(id: string, chunk: number): void {
    this.#acknowledge(`held ${id} ${chunk}`, () => {
      this.of(id).held.add(chunk);
      this.counts.chunks++;
    });
  }

  removing(id: string): void {
    this.of(id).presence = "unknown";
    this.note(`removing ${id}`);
  }

  removed(id: string): void {
    this.#acknowledge(`removed ${id}`, () => {
      this.#forget(this.of(id));
      this.counts.removed++;
    });
  }

  exporting(path: string, id: string): void {
    this.exports.set(path, new Set([...(this.exports.get(path) ?? [""]), id]));
    this.note(`exporting ${id} to ${path}`);
  }

  exported(path: string, id: string): void {
    this.#acknowledge(`exported ${id} to ${path}`, () => {
      this.exports.set(path, new Set([id]));
      this.counts.exported++;
    });
  }

  /** Takes what was found after a cut, and is in order, for what has to be true from now on. */
  settle(id: string, found: { readonly held: readonly number[]; readonly title: string } | undefined): void {
    const video = this.of(id);
    if (found === undefined) {
      this.#forget(video);
      return;
    }
    video.presence = "in";
    for (const chunk of found.held) video.held.add(chunk);
    if (video.titles !== undefined) video.titles = new Set([found.title]);
  }

  /** Writes a line of what is no acknowledgement. */
  note(line: string): void {
    writeSync(this.#log, `${performance.now().toFixed(1)} ${line}\n`);
  }

  close(): void {
    closeSync(this.#log);
  }

  #forget(video: Promised): void {
    video.presence = "out";
    video.held.clear();
    video.titles = undefined;
  }

  /**
   * Nobody hears anything after the cut, and nothing of it may be believed: of 75 fsyncs that were under way when ext4
   * was stopped and said "done" after that, 36 had lost their bytes; of 2,986 that said so before, none.
   */
  #acknowledge(line: string, promise: () => void): void {
    if (this.#isCut()) {
      this.note(`too late: ${line}`);
      return;
    }
    promise();
    this.counts.acknowledged++;
    this.note(line);
    this.onAcknowledged();
  }
}
