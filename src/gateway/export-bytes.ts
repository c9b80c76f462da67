import type { ChunkStore } from "../store/chunk-store.ts";
import { type ExportOptions, exportFile } from "../store/export-file.ts";
import { nodeDisk } from "../store/node-disk.ts";

/**
 * Writes bytes that come from elsewhere to a file, exactly as a library exports one of its own.
 * @throws as `exportFile`; and what `parts` throws
 */
export async function exportBytes(
  parts: AsyncGenerator<Uint8Array>,
  bytes: number,
  path: string,
  options: ExportOptions,
): Promise<void> {
  const reader = new Sequence(parts);
  // All that an export uses of a store.
  const store: Pick<ChunkStore, "read"> & { readonly manifest: { readonly geometry: { readonly bytes: number } } } = {
    manifest: { geometry: { bytes } },
    read: (_position, length) => reader.next(length),
  };
  try {
    await exportFile(nodeDisk, store as ChunkStore, path, options);
  } finally {
    await parts.return(undefined);
  }
}

/** Bytes that come in parts of any size, given out in order in parts of the size that is asked for. */
class Sequence {
  readonly #parts: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: AsyncGenerator<Uint8Array>) {
    this.#parts = parts;
  }

  /** The next so many bytes. Those asked for later come later, however soon they are asked for. */
  next(bytes: number): Promise<Uint8Array> {
    const taken = this.#turn.then(() => this.#take(bytes));
    // A failed one fails those behind it by itself.
    this.#turn = taken.catch(() => {});
    return taken;
  }

  async #take(bytes: number): Promise<Uint8Array> {
    const into = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      if (this.#rest.length === 0) {
        const next = await this.#parts.next();
        if (next.done === true) throw new Error("bug: a video ended early");
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, bytes - at);
      into.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return into;
  }
}
