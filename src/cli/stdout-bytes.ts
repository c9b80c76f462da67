import { fstatSync, writeSync } from "node:fs";
import { StreamTarget } from "../original/byte-targets.ts";
import { onDisk } from "../store/disk-errors.ts";

/** Standard output for a video's bytes: as fast as its reader reads, and no longer than until Ctrl-C. */
export class StdoutBytes {
  readonly #signal: AbortSignal;
  readonly #isFile = fstatSync(1).isFile();
  readonly #target = new StreamTarget(process.stdout);

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws the abort signal's reason; the system's error (EPIPE); CardumeError `disk-…` */
  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    // Node's own stream writes once, and takes a part for all of it: on a disk that becomes full.
    if (this.#isFile) await onDisk("cannot write the output", () => Promise.resolve(writeWhole(bytes)));
    else await this.#untilAborted(this.#target.write(bytes));
  }

  #untilAborted(written: Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(this.#signal.reason);
    this.#signal.addEventListener("abort", abort, { once: true });
    written.then(resolve, reject).finally(() => this.#signal.removeEventListener("abort", abort));
    return promise;
  }
}

function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
