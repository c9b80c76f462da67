import type { Claims, SubtitleFile } from "../core/content/claims.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK, WATCH } from "../core/limits.ts";
import { readIndexAhead } from "../media/index-ahead.ts";
import type { MediaInput, MediaService, Playable, SubtitleInput } from "../media/playable-types.ts";
import type { Viewing } from "../node/watch-types.ts";
import { TrackReaders } from "./video-readers.ts";
import { TrackBytes } from "./video-track-bytes.ts";

/** Reads a subtitle file beside a video, all of it. */
export type ReadSubtitle = (file: SubtitleFile) => Promise<Uint8Array>;

/** What makes HLS of videos, and reads the subtitle files beside them. */
export interface OpenVideoParts {
  readonly media: MediaService;
  readonly readSubtitle: ReadSubtitle;
}

/** A video that is open for all who watch it: its bytes, and what is made of them. */
export class OpenVideo {
  readonly viewing: Viewing;
  readonly #parts: OpenVideoParts;
  #readers: TrackReaders | undefined;
  #playable: Promise<Playable> | undefined;
  #bodies = 0;
  #isClosed = false;

  constructor(viewing: Viewing, parts: OpenVideoParts) {
    this.viewing = viewing;
    this.#parts = parts;
  }

  get bytes(): number {
    return this.viewing.manifest.geometry.bytes;
  }

  /** What the preferred publisher says of it, if anything. */
  get claims(): Claims | undefined {
    return this.viewing.manifest.claims[0]?.claims;
  }

  /** How fast it plays by what is claimed of it; 0: not known, or not to be believed. */
  get bytesPerSecond(): number {
    return playedBytesPerSecond(this.bytes, this.claims?.durationMs ?? 0);
  }

  /** Makes room for one more body. @returns what gives it back @throws CardumeError `too-many-requests` (exit code 5) */
  takeBody(): () => void {
    if (this.#bodies >= WATCH.maxBodiesPerVideo)
      throw new CardumeError("too-many-requests", "too many are reading this video at once: try again later", {
        exitCode: 5,
      });
    this.#bodies++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#bodies--;
      isHeld = false;
    };
  }

  /**
   * The video as HLS, opened once for all. One that failed is opened anew by the next who asks.
   * @throws CardumeError `media-unsupported`, `media-failed` (exit code 1); what reading the video throws
   */
  playable(): Promise<Playable> {
    if (this.#isClosed)
      return Promise.reject(new CardumeError("video-closed", "the video was closed", { exitCode: 5 }));
    this.#playable ??= this.#openPlayable();
    return this.#playable;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#readers?.close();
    await this.#playable?.then((playable) => playable.close()).catch(() => {});
    await this.viewing.close();
  }

  #openPlayable(): Promise<Playable> {
    this.#readers ??= new TrackReaders(this.viewing, this.bytesPerSecond);
    const readers = this.#readers;
    const input = new TrackBytes(this.bytes, readers);
    const subtitles = (this.claims?.subtitles ?? [])
      .filter(({ bytes }) => bytes <= NETWORK.maxSubtitleBytes)
      .map((file) => subtitleInput(file, this.#parts.readSubtitle));
    // What makes HLS may have to be started first. Whoever cannot read it either says so.
    readIndexAhead(input).catch(() => {});
    const opened = this.#parts.media.open(input, subtitles);
    opened.catch((error: unknown) => {
      // What is no media file stays none.
      const isFinal = error instanceof CardumeError && error.code === "media-unsupported";
      if (!isFinal && this.#playable === opened) this.#playable = undefined;
    });
    return opened;
  }
}

/** Bytes a second of a video of so many bytes that is said to last so long; 0 when that cannot be. */
export function playedBytesPerSecond(bytes: number, durationMs: number): number {
  const rate = durationMs > 0 ? (1000 * bytes) / durationMs : 0;
  return rate >= WATCH.minPlayedBytesPerSecond && rate <= WATCH.maxPlayedBytesPerSecond ? rate : 0;
}

/** A subtitle file that is read once, when somebody wants it. Its size is a claim until then. */
function subtitleInput(file: SubtitleFile, readSubtitle: ReadSubtitle): SubtitleInput {
  let whole: Promise<Uint8Array> | undefined;
  const read: MediaInput["read"] = async (start, end) => {
    whole ??= readSubtitle(file);
    const reading = whole;
    try {
      return (await reading).slice(start, end);
    } catch (error) {
      if (whole === reading) whole = undefined;
      throw error;
    }
  };
  return { bytes: file.bytes, read, fileName: file.name, language: file.language };
}
