import { type FileHandle, open, rename, stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import type { ByteTarget } from "./in-order.ts";

/**
 * A file that is written beside its place and moved there at the end, so that what stood there before is kept until
 * something came; after a failed write it stays there, as `.part`. Something that is not a regular file (a FIFO, /dev/null) is written to directly.
 */
export class FileTarget implements ByteTarget {
  readonly isLive: boolean;
  readonly #path: string;
  #part: string | undefined;
  #file: FileHandle | undefined;

  /** `isLive`: somebody reads while it is written, as through a FIFO. */
  constructor(path: string, isLive = false) {
    this.#path = path;
    this.isLive = isLive;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#file ??= await this.#open();
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten;
  }

  async close(failed: boolean): Promise<void> {
    await this.#file?.close();
    if (this.#part !== undefined && !failed) await rename(this.#part, this.#path);
  }

  async #open(): Promise<FileHandle> {
    const special = await stat(this.#path).then(
      (stats) => !stats.isFile(),
      () => false,
    );
    if (special) return await open(this.#path, "w");
    this.#part = `${this.#path}.part`;
    return await open(this.#part, "w");
  }
}

/** A stream, standard output for example, with its back-pressure. */
export class StreamTarget implements ByteTarget {
  readonly isLive = true;
  readonly #stream: Writable;
  #error: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error) => {
      this.#error = error;
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#error !== undefined) reject(this.#error);
    else this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
