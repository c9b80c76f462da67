import { fstatSync, write, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { onDisk } from "../store/disk-errors.ts";

const writeFd = promisify(write);

/** How soon a pipe that is full, and that may not be waited for, is tried again. */
const FULL_PIPE_MS = 5;

/** Standard output for a video's bytes: as fast as its reader reads, and no longer than until Ctrl-C. */
export class StdoutBytes {
  readonly #signal: AbortSignal;
  readonly #isFile = fstatSync(1).isFile();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws the abort signal's reason; the system's error (EPIPE); CardumeError `disk-…` */
  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#isFile) await onDisk("cannot write the output", () => Promise.resolve(writeWhole(bytes)));
    else await this.#untilAborted(this.#writeToReader(bytes));
  }

  /**
   * Off this thread: Node's own stream writes to a pipe at once, and a reader that does not read would keep this thread,
   * and Ctrl-C with it.
   */
  async #writeToReader(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#signal.aborted; ) {
      try {
        at += (await writeFd(1, bytes, at)).bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await pause(FULL_PIPE_MS);
      }
    }
  }

  #untilAborted(written: Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(this.#signal.reason);
    this.#signal.addEventListener("abort", abort, { once: true });
    written.then(resolve, reject).finally(() => this.#signal.removeEventListener("abort", abort));
    return promise;
  }
}

/** Node's own stream writes once, and takes a part for all of it: on a disk that becomes full. */
function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
