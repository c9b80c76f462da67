import { Readable } from "node:stream";
import { CardumeError } from "../core/errors.ts";
import { unlessAborted } from "../store/unless-aborted.ts";

/** How a body is made. */
export interface BodyOptions {
  /** How many bytes it has to have; `undefined`: that is not known before. */
  readonly bytes: number | undefined;
  /** How long its first byte may take. */
  readonly firstByteMs: number;
  /** Whoever asked has gone. */
  readonly signal: AbortSignal;
  /** Called once, when no more of it is wanted: whatever makes it stops at once. */
  readonly onEnd: () => void;
}

/**
 * Pieces as the body of an answer, once the first of them is there: until then it can still be said why not. One is made
 * when the system has taken the last, whose memory may be used for it, and none once it is destroyed. What goes wrong later destroys it, a wrong length too, so
 * that whoever reads it sees that the end is missing.
 * @throws CardumeError `video-late` (exit code 4); what making the first piece throws; the signal's reason
 */
export async function bodyOf(pieces: AsyncGenerator<Uint8Array>, options: BodyOptions): Promise<Readable> {
  const { firstByteMs, signal, onEnd } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(videoLate()), firstByteMs);
  const first = pieces.next();
  // Nobody may wait for it any more when it fails.
  first.catch(() => {});
  try {
    return new Body(pieces, await unlessAborted(first, AbortSignal.any([signal, late.signal])), options);
  } catch (error) {
    onEnd();
    pieces.return(undefined).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What was to come did not, in the time that a player waits. */
export const videoLate = (): CardumeError =>
  new CardumeError("video-late", "its bytes have not come in time: try again later", { exitCode: 4 });

class Body extends Readable {
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #options: BodyOptions;
  #first: IteratorResult<Uint8Array> | undefined;
  #bytes = 0;

  constructor(pieces: AsyncGenerator<Uint8Array>, first: IteratorResult<Uint8Array>, options: BodyOptions) {
    // Nothing waits here: what was made waits for the socket, and nowhere else.
    super({ highWaterMark: 0 });
    this.#pieces = pieces;
    this.#first = first;
    this.#options = options;
  }

  override _read(): void {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) this.#give(first);
    else
      this.#pieces.next().then(
        (piece) => this.#give(piece),
        (error: Error) => this.destroy(error),
      );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#options.onEnd();
    // It may wait for a read that is under way, and nobody has to wait for that.
    this.#pieces.return(undefined).catch(() => {});
    done(error);
  }

  #give({ done, value }: IteratorResult<Uint8Array>): void {
    if (this.destroyed) return;
    const { bytes = Infinity } = this.#options;
    if (done !== true) this.#bytes += value.length;
    const isWrong = this.#bytes > bytes || (done === true && this.#options.bytes !== undefined && this.#bytes < bytes);
    if (isWrong) this.destroy(new Error("bug: a body has another length than was said"));
    else this.push(done === true ? null : value);
  }
}
