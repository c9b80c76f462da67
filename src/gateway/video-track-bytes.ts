import { CardumeError } from "../core/errors.ts";
import { WATCH } from "../core/limits.ts";
import type { MediaInput } from "../media/playable-types.ts";

const PIECE = WATCH.trackPieceBytes;

interface Piece {
  /** Its bytes, or a promise of them: they are read for somebody. */
  readonly bytes: Promise<Uint8Array>;
  isHere: boolean;
}

/** What reads bytes in order. */
interface ReadsInOrder {
  /** As `VideoReader.read` does. */
  read(start: number, end: number): AsyncGenerator<Uint8Array>;
  /** Nobody waits for what is being read … */
  rest(): void;
  /** … and now somebody does for these bytes. */
  wake(start: number, end: number): void;
}

/**
 * A video's bytes for those who read its tracks, in pieces of 64 KiB of which the latest used are kept: tracks lie side by
 * side in a file, and each is read by itself. What is being read is read once, however many want it.
 */
export class TrackBytes implements MediaInput {
  readonly bytes: number;
  readonly #reads: ReadsInOrder;
  readonly #maxPieces: number;
  /** By number, the one used longest ago first. */
  readonly #pieces = new Map<number, Piece>();

  constructor(bytes: number, reads: ReadsInOrder, maxBytes: number = WATCH.maxTrackCacheBytes) {
    this.bytes = bytes;
    this.#reads = reads;
    this.#maxPieces = Math.ceil(maxBytes / PIECE);
  }

  /**
   * The bytes from `start` to before `end`; memory of the caller's own.
   * @throws CardumeError `read-outside` when they are not inside the video, or more than one read may have; what the
   * reader throws
   */
  async read(start: number, end: number): Promise<Uint8Array> {
    const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end <= this.bytes;
    if (!isInside || start > end || end - start > WATCH.maxTrackReadBytes)
      throw new CardumeError("read-outside", "this is not a part of the video that can be read at once", {
        exitCode: 1,
      });
    const into = new Uint8Array(end - start);
    if (start === end) return into;
    const first = Math.floor(start / PIECE);
    this.#reads.wake(start, end);
    const wanted = this.#want(first, Math.ceil(end / PIECE));
    for (const [index, piece] of wanted.entries()) {
      const bytes = await piece.bytes;
      const at = (first + index) * PIECE;
      const from = Math.max(start, at);
      into.set(bytes.subarray(from - at, Math.min(end, at + bytes.length) - at), from - start);
    }
    return into;
  }

  rest(): void {
    this.#reads.rest();
  }

  /** The pieces from `first` to before `to`; those that are not here are read from now on, one run after another at once. */
  #want(first: number, to: number): Piece[] {
    const wanted: Piece[] = [];
    for (let number = first; number < to; ) {
      const here = this.#pieces.get(number);
      if (here !== undefined) {
        this.#touch(number, here);
        wanted.push(here);
        number++;
        continue;
      }
      let runEnd = number + 1;
      while (runEnd < to && !this.#pieces.has(runEnd)) runEnd++;
      wanted.push(...this.#readRun(number, runEnd));
      number = runEnd;
    }
    return wanted;
  }

  #readRun(first: number, to: number): Piece[] {
    const pending = Array.from({ length: to - first }, () => Promise.withResolvers<Uint8Array>());
    const pieces = pending.map(({ promise }, index) => {
      const piece: Piece = { bytes: promise, isHere: false };
      // Whoever waits for it sees it.
      promise.catch(() => {});
      this.#pieces.set(first + index, piece);
      return piece;
    });
    const come = (index: number, bytes: Uint8Array): void => {
      (pieces[index] as Piece).isHere = true;
      (pending[index] as (typeof pending)[number]).resolve(bytes);
      this.#shrink();
    };
    this.#fill(first * PIECE, Math.min(to * PIECE, this.bytes), come).catch((error: unknown) => {
      for (const [index, piece] of pieces.entries()) {
        if (piece.isHere) continue;
        if (this.#pieces.get(first + index) === piece) this.#pieces.delete(first + index);
        (pending[index] as (typeof pending)[number]).reject(error);
      }
    });
    return pieces;
  }

  /** Reads bytes in order, and gives them away by the piece. */
  async #fill(start: number, end: number, come: (index: number, bytes: Uint8Array) => void): Promise<void> {
    let index = 0;
    let piece = new Uint8Array(Math.min(PIECE, end - start));
    let filled = 0;
    for await (const bytes of this.#reads.read(start, end))
      for (let at = 0; at < bytes.length; ) {
        if (piece.length === 0) throw new Error("bug: a reader gave too many bytes");
        const part = bytes.subarray(at, at + piece.length - filled);
        piece.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < piece.length) continue;
        come(index++, piece);
        piece = new Uint8Array(Math.max(0, Math.min(PIECE, end - start - index * PIECE)));
        filled = 0;
      }
    if (start + index * PIECE < end) throw new Error("bug: a reader gave too few bytes");
  }

  #touch(number: number, piece: Piece): void {
    this.#pieces.delete(number);
    this.#pieces.set(number, piece);
  }

  /** Lets go what was used longest ago. What is still being read stays: others may want it, too. */
  #shrink(): void {
    let over = this.#pieces.size - this.#maxPieces;
    for (const [number, { isHere }] of this.#pieces) {
      if (over <= 0) return;
      if (!isHere) continue;
      this.#pieces.delete(number);
      over--;
    }
  }
}
