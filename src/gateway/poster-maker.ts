import { type FileHandle, open } from "node:fs/promises";
import { toBase32 } from "../core/content/base32.ts";
import { PAGE } from "../core/limits.ts";
import type { Library, VideoDetails } from "../store/library.ts";
import { sameStamp } from "../store/stamp.ts";
import { InSight } from "./page-in-sight.ts";
import type { Frame } from "./poster-ffmpeg.ts";
import type { PosterShelf } from "./poster-shelf.ts";

/** What a {@link PosterMaker} works with. */
export interface PosterMakerParts {
  readonly library: Pick<Library, "get" | "details">;
  readonly shelf: PosterShelf;
  /** One picture of an open file; `undefined`: no posters are made here. */
  readonly frameOf: ((fd: number, atSeconds: number, signal: AbortSignal) => Promise<Frame>) | undefined;
  /** In ms since some moment. */
  readonly clock: () => number;
}

/**
 * Posters of videos that somebody sees and that have none: made one at a time, of videos all of which is held here. A video
 * in which there is nothing to show is not looked at again. Where there is no ffmpeg, nothing is made.
 */
export class PosterMaker {
  readonly #parts: PosterMakerParts;
  readonly #waiting = new InSight();
  /** Videos that could not be looked at for now, and until when: not all of them is here. */
  readonly #notNow = new Map<string, number>();
  readonly #abort = new AbortController();
  #making: Promise<void> | undefined;
  #isOff: boolean;

  constructor(parts: PosterMakerParts) {
    this.#parts = parts;
    this.#isOff = parts.frameOf === undefined;
  }

  /** Whether more posters may soon be there. */
  get isMaking(): boolean {
    return this.#making !== undefined;
  }

  /** Somebody sees these. @returns those with a poster, in base32 */
  async seen(ids: readonly Uint8Array[]): Promise<ReadonlySet<string>> {
    const nowMs = this.#parts.clock();
    const withPoster = new Set<string>();
    for (const id of ids) {
      const name = toBase32(id);
      const kept = await this.#parts.shelf.of(id);
      if (kept === "jpg") withPoster.add(name);
      if (kept !== undefined || this.#isOff || nowMs < (this.#notNow.get(name) ?? 0)) continue;
      this.#waiting.add(id, nowMs);
    }
    if (this.#waiting.size > 0 && !this.#abort.signal.aborted)
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
    return withPoster;
  }

  /** Ends what is under way, and makes nothing more. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#waiting.clear();
    await this.#making;
  }

  async #make(): Promise<void> {
    const next = (): Uint8Array | undefined => this.#waiting.take(this.#parts.clock());
    for (let id = next(); id !== undefined; id = next()) {
      const found = await this.#posterOf(id).catch((): "not-now" => "not-now");
      if (this.#abort.signal.aborted) return;
      if (found === "missing") {
        this.#isOff = true;
        this.#waiting.clear();
      } else if (found === "not-now") this.#passOver(id);
      else await this.#keep(id, found).catch(() => this.#passOver(id));
    }
  }

  #passOver(id: Uint8Array): void {
    const nowMs = this.#parts.clock();
    for (const [name, untilMs] of this.#notNow) if (nowMs >= untilMs) this.#notNow.delete(name);
    if (this.#notNow.size < PAGE.maxSightWaiting) this.#notNow.set(toBase32(id), nowMs + NOT_NOW_MS);
  }

  async #keep(id: Uint8Array, found: Uint8Array | "none"): Promise<void> {
    const { library, shelf } = this.#parts;
    // It may have been removed meanwhile, or somebody's browser was faster.
    if ((await library.get(id)) === undefined || (await shelf.of(id)) !== undefined) return;
    await (found === "none" ? shelf.keepNone(id) : shelf.keep(id, found));
  }

  async #posterOf(id: Uint8Array): Promise<Frame | "not-now"> {
    const video = await this.#parts.library.details(id);
    if (video.state !== "complete") return "not-now";
    if (video.kind !== "video" || !/^(?:video|audio)\//.test(video.mediaType)) return "none";
    const file = await open(video.path, "r");
    try {
      return (await isSame(file, video)) ? await this.#bestOf(file.fd, video.durationMs / 1000) : "not-now";
    } finally {
      await file.close();
    }
  }

  /** The first picture on which something can be seen; of pictures on which little can, the one with most. */
  async #bestOf(fd: number, seconds: number): Promise<Frame> {
    let best: Frame = "none";
    for (const atSeconds of placesIn(seconds)) {
      const frame = (await this.#parts.frameOf?.(fd, atSeconds, this.#abort.signal)) ?? "missing";
      if (frame === "missing") return frame;
      if (frame === "none") continue;
      if (frame.length >= PLAIN_BYTES) return frame;
      if (best === "none" || frame.length > best.length) best = frame;
    }
    return best;
  }
}

/** What is here only in part is looked at again after this. */
const NOT_NOW_MS = 30_000;
/** A JPEG of this size with fewer bytes shows little more than one colour. */
const PLAIN_BYTES = 7000;

/** Behind the titles, further on, and at the beginning for what has no other place: the picture of a record. */
const placesIn = (seconds: number): number[] => (seconds > 0 ? [0.12 * seconds, 0.4 * seconds, 0] : [5, 0]);

/** Whether the file is the one whose bytes are held. What the library keeps itself is nobody else's to change. */
async function isSame(file: FileHandle, { source, stamp, bytes }: VideoDetails): Promise<boolean> {
  const now = await file.stat({ bigint: true });
  if (!now.isFile() || now.size !== BigInt(bytes)) return false;
  if (source === undefined) return true;
  return stamp !== undefined && sameStamp({ bytes: Number(now.size), mtimeNs: now.mtimeNs, inode: now.ino }, stamp);
}
