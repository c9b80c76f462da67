import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SHELLS } from "../core/limits.ts";
import type { ChunkSink } from "./chunk-sink.ts";

/** The name under which the assignment's client saves a chunk. */
export const chunkFileName = (id: number): string => `chunk_${id}.m4s`;

/** Saves every chunk as a file of its own in one folder, which exists. */
export class ChunkFiles implements ChunkSink {
  onLimit: () => void = () => {};
  onError: (error: Error) => void = () => {};
  readonly #folder: string;
  readonly #waiting: { id: number; chunk: Uint8Array }[] = [];
  readonly #writes = new Set<Promise<void>>();
  #waitingBytes = 0;
  #full = false;
  #error: Error | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get limit(): number {
    return this.#full ? 0 : Infinity;
  }

  take(_place: number, id: number, chunk: Uint8Array): void {
    if (this.#error !== undefined) return;
    this.#waiting.push({ id, chunk });
    this.#waitingBytes += chunk.length;
    this.#setFull(this.#full || this.#waitingBytes > SHELLS.maxSinkWaitingBytes);
    this.#pump();
  }

  skip(): void {
    // A file that does not come leaves no gap.
  }

  async finish(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
    if (this.#error !== undefined) throw this.#error;
  }

  #pump(): void {
    while (this.#writes.size < SHELLS.maxChunkWrites) {
      const next = this.#waiting.pop();
      if (next === undefined) return;
      const write: Promise<void> = this.#write(next.id, next.chunk).finally(() => {
        this.#writes.delete(write);
        this.#waitingBytes -= next.chunk.length;
        this.#setFull(this.#full && this.#waitingBytes > SHELLS.maxSinkWaitingBytes / 2);
        this.#pump();
      });
      this.#writes.add(write);
    }
  }

  async #write(id: number, chunk: Uint8Array): Promise<void> {
    const path = join(this.#folder, chunkFileName(id));
    try {
      await writeFile(path, chunk);
    } catch (error) {
      // What was begun is a piece, which must not pass for the chunk; only a failure to open has left the file alone.
      if ((error as NodeJS.ErrnoException).syscall !== "open") await rm(path, { force: true }).catch(() => {});
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#waiting.length = 0;
    this.onError(error);
  }

  #setFull(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    this.onLimit();
  }
}
