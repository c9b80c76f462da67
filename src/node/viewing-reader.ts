import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { type ChunkStore, isReadProblem, type ReadProblem } from "../store/chunk-store.ts";
import { readError } from "../store/export-file.ts";
import type { FetchReaders } from "./fetch-readers.ts";
import type { ReadFetch } from "./fetch-service.ts";
import { failureOf } from "./watch-failure.ts";
import type { VideoReader } from "./watch-types.ts";

/** A video that readers read. */
export interface ReadVideo {
  readonly store: ChunkStore;
  /** Whether nothing is missing here. */
  readonly isWhole: boolean;
  /** The fetch that is under way, if any. */
  readonly fetch: ReadFetch | undefined;
  /** The fetch of what is missing: the one under way, or a new one, which goes on where the last one gave up. */
  begin(): ReadFetch;
  /** The same for what will be needed, if it is worth trying. */
  beginAhead(): void;
}

/** Ahead of one that has just begun or jumped only this much is asked for, most of which is not read if it jumps again … */
const FIRST_BYTES = 1_048_576;
/** … and when it has read this much since, as far ahead as its rate asks for. */
const FLOWING_BYTES = 262_144;

/** Its place among the readers of one fetch. */
interface Place {
  readonly readers: FetchReaders;
  readonly number: number;
}

/** One player's place in a video that is open: reads what is here, and waits for what is not. */
export class ViewingReader implements VideoReader {
  readonly #video: ReadVideo;
  readonly #bytesPerSecond: number;
  readonly #onClose: () => void;
  #place: Place | undefined;
  #read: AbortController | undefined;
  /** Where its reads, one behind the other, began, and where the last one came to. */
  #origin = -1;
  #reached = -1;
  #isClosed = false;

  /** @param bytesPerSecond how fast it plays; 0 for as fast as it can */
  constructor(video: ReadVideo, bytesPerSecond: number, onClose: () => void) {
    this.#video = video;
    this.#bytesPerSecond = bytesPerSecond;
    this.#onClose = onClose;
  }

  async *read(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#read?.abort(new CardumeError("read-ended", "another read was begun", { exitCode: 5 }));
    const ending = new AbortController();
    this.#read = ending;
    if (this.#isClosed) ending.abort(closed());
    const stop = AbortSignal.any(signal === undefined ? [ending.signal] : [ending.signal, signal]);
    if (start !== this.#reached) this.#origin = start;
    const to = Math.min(end, this.#video.store.manifest.geometry.bytes);
    let ahead: Promise<Uint8Array> | undefined;
    try {
      if (start < to && !stop.aborted) this.#video.beginAhead();
      for (let position = start; position < to; ) {
        this.#tell(position, to);
        const piece = await (ahead ?? this.#piece(position, to, stop));
        position += piece.length;
        // What follows is read while this is used.
        ahead = position < to ? this.#piece(position, to, stop) : undefined;
        ahead?.catch(() => {});
        this.#reached = position;
        yield piece;
      }
      stop.throwIfAborted();
      this.#tell(to, to);
    } finally {
      ending.abort(closed());
      // Whoever stops early may close the store next: nothing may still be reading.
      await ahead?.catch(() => {});
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#read?.abort(closed());
    this.#leave();
    this.#onClose();
  }

  /** The next bytes, up to 1 MiB of them, as soon as there are any. */
  async #piece(position: number, end: number, stop: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      stop.throwIfAborted();
      const memory = this.#video.fetch?.readers.bytesAt(position, Math.min(end, position + STORE.maxReadBytes));
      if (memory !== undefined) return memory;
      const until = this.#inFileUntil(position, end);
      if (until > position) {
        const read = await this.#video.store.read(position, until - position);
        if (!isReadProblem(read)) return read;
        if (!isMissingHere(read)) throw readError(read);
      }
      await this.#wait(position, end, stop);
    }
  }

  /** How far it can be read in the file: up to the next mebibyte, so that every leaf is read once. */
  #inFileUntil(position: number, end: number): number {
    const { store } = this.#video;
    const chunk = Math.floor(position / store.manifest.geometry.chunkBytes);
    if (!store.held.has(chunk) && this.#video.fetch?.readers.isInFile(chunk) !== true) return position;
    return Math.min(end, position - (position % STORE.maxReadBytes) + STORE.maxReadBytes);
  }

  /** Resolves when there may be more to read. @throws why there will not be */
  async #wait(position: number, end: number, stop: AbortSignal): Promise<void> {
    const fetch = this.#video.begin();
    this.#tell(position, end);
    await new Promise<void>((resolve, reject) => {
      const over = (act: () => void): void => {
        endListening();
        stop.removeEventListener("abort", aborted);
        act();
      };
      const aborted = (): void => over(() => reject(stop.reason));
      const endListening = fetch.readers.onNews(() => over(resolve));
      stop.addEventListener("abort", aborted);
      if (stop.aborted) aborted();
      else if (fetch.readers.isOver) over(resolve);
      else if (this.#isThere(position)) over(resolve);
    });
    if (!fetch.readers.isOver) return;
    const failure = failureOf(await fetch.done);
    if (failure !== undefined && this.#inFileUntil(position, end) === position) throw failure;
  }

  /** It may have come between the look and the wait. */
  #isThere(position: number): boolean {
    return (
      this.#inFileUntil(position, position + 1) > position ||
      this.#video.fetch?.readers.bytesAt(position, position + 1) !== undefined
    );
  }

  /** Tells the fetch where it is. One that plays goes on behind the end of this read, one that copies does not. */
  #tell(position: number, end: number): void {
    if (this.#isClosed || this.#video.isWhole) return;
    const readers = this.#video.fetch?.readers;
    if (readers === undefined) return;
    if (this.#place?.readers !== readers) {
      const number = readers.number();
      this.#place = number === undefined ? undefined : { readers, number };
    }
    const bytesPerSecond = this.#bytesPerSecond;
    this.#place?.readers.set(this.#place.number, { position, end: this.#wantedEnd(position, end), bytesPerSecond });
  }

  /** Small after a start or a jump, wide once it flows. */
  #wantedEnd(position: number, end: number): number {
    if (this.#bytesPerSecond === 0) return end;
    const isFlowing = position - this.#origin >= FLOWING_BYTES;
    const { bytes } = this.#video.store.manifest.geometry;
    return isFlowing ? bytes : Math.min(end, position + FIRST_BYTES);
  }

  #leave(): void {
    this.#place?.readers.delete(this.#place.number);
    this.#place = undefined;
  }
}

/** Whether the network may have what is not here; a file kept in place that was changed or is gone is its owner's matter. */
const isMissingHere = ({ problem }: ReadProblem): boolean => problem === "not-held" || problem === "damaged";

const closed = (): CardumeError => new CardumeError("read-ended", "the read was ended", { exitCode: 5 });
