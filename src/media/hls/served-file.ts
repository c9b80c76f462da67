import { CardumeError } from "../../core/errors.ts";
import { HLS, VIDEO } from "../../core/limits.ts";
import type { MediaInfo, MediaInput, SubtitleInput } from "../playable-types.ts";
import type { Saved } from "./hls-file.ts";
import { ChildEnded, type MediaChild, Refused } from "./media-child.ts";
import type { InputSize } from "./messages.ts";

/** A file as the program knows it, whichever process has it open at the moment, if any. */
export class ServedFile {
  readonly number: number;
  readonly inputs: readonly MediaInput[];
  /** Processes that ended while they worked on this file alone. */
  ends = 0;
  /** Whether one ended while it worked on this file and others: it is tried alone. */
  isSuspect = false;
  /** A process for it alone. */
  own: MediaChild | undefined;
  info: MediaInfo | undefined;
  isClosed = false;
  readonly #sizes: readonly InputSize[];
  /** Those who wait for something of it. */
  readonly #waiting = new Set<(error: Error) => void>();
  #saved: Saved | undefined;
  #opening: { readonly child: MediaChild; readonly opened: Promise<void> } | undefined;
  #readError: unknown;

  constructor(number: number, video: MediaInput, subtitles: readonly SubtitleInput[]) {
    this.number = number;
    const beside = subtitles.slice(0, VIDEO.maxSubtitleFiles);
    this.inputs = [video, ...beside];
    this.#sizes = [
      { bytes: video.bytes, fileName: "", language: "" },
      ...beside.map(({ bytes, fileName, language }) => ({ bytes, fileName, language })),
    ];
  }

  /** Opens it in a process, unless it is open there. Rejects with `Refused` or `ChildEnded`. */
  openIn(child: MediaChild): Promise<void> {
    if (this.#opening?.child === child && !child.hasEnded) return this.#opening.opened;
    const opened = this.#open(child);
    const opening = { child, opened };
    this.#opening = opening;
    opened.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opened;
  }

  /** The process has let go of it. */
  forget(): void {
    this.#opening = undefined;
  }

  /** The bytes of one of its inputs; nothing when they cannot be had, which the next failure then is about. */
  async read(input: number, start: number, end: number): Promise<Uint8Array | undefined> {
    const from = this.inputs[input];
    if (from === undefined || this.isClosed || end - start > HLS.maxMediaReadBytes) return undefined;
    try {
      return await from.read(start, end);
    } catch (error) {
      this.#readError = error;
      return undefined;
    }
  }

  /** Nobody waits any more for what is being read of it. */
  rest(): void {
    for (const input of this.inputs) input.rest?.();
  }

  /** The same, or that it was closed meanwhile. */
  untilClosed<Value>(value: Promise<Value>): Promise<Value> {
    // No Promise.race: one that never settles keeps all that it ever raced with, 600 MB of segments.
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const done = (): void => void this.#waiting.delete(reject);
      value.then(resolve, reject).then(done, done);
    });
  }

  close(): void {
    this.isClosed = true;
    const closed = new CardumeError("media-closed", "The video was closed.", { exitCode: 1 });
    for (const reject of this.#waiting) reject(closed);
    this.own?.end();
  }

  /** What people are told of a failure. */
  errorOf(error: unknown): unknown {
    if (error instanceof ChildEnded) return failed(error);
    if (!(error instanceof Refused)) return error;
    if (error.why === "unreadable") return this.#readError ?? failed(error);
    if (this.info !== undefined) return failed(error);
    return new CardumeError("media-unsupported", "This is no video or sound of a kind that can be played here.", {
      exitCode: 1,
      cause: error,
    });
  }

  async #open(child: MediaChild): Promise<void> {
    const grant = await child.ask({ is: "open", file: this.number, inputs: this.#sizes, saved: this.#saved });
    this.info ??= grant.info;
    this.#saved ??= grant.saved;
  }
}

const failed = (cause: Error): CardumeError =>
  new CardumeError("media-failed", "This part of the video cannot be made ready to play: the file may be damaged.", {
    exitCode: 1,
    cause,
  });
