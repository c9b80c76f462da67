import { CardumeError } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { type ChunkStore, isReadProblem, type ReadProblem } from "../store/chunk-store.ts";
import { readError } from "../store/export-file.ts";
import type { Loan } from "../store/hasher.ts";
import type { FetchReaders } from "./fetch-readers.ts";
import type { ReadFetch } from "./fetch-service.ts";
import { playerSlackMs } from "./player-slack.ts";
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

/** For one who has just begun or jumped so much is fetched at once: most of it is not read if it jumps again … */
const FIRST_BYTES = 524_288;
/** … and so many times what it has read since … */
const AHEAD_GROWTH = 2;
/** … and nothing when it has not read for a moment, before it has read this much: an index is read once … */
const RESTING_BYTES = 1_048_576;
const RESTING_MS = 100;
/** What is read of the file at once: so much waits here for a slow player, twice. A mebibyte is a whole number of them. */
const PIECE_BYTES = 524_288;
/** Pieces that are read while one is used: a thread begins the second while the first travels. */
const MOST_AHEAD = 2;
/** Smaller pieces are copied: a socket takes them, and asks for the next, before the system has them. */
const LENT_BYTES = 131_072;
/** What is skipped within this is no jump: tracks lie side by side, and are read in turn. */
const NEAR_BYTES = 2_097_152;
/** … until it has read this much: then as far ahead as its rate asks for. */
const FLOWING_BYTES = 4_194_304;

/** Bytes, and the memory that they are in, if it is to be used again. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly memory: Loan | undefined;
}

/** A piece that is read before it is asked for. */
interface Ahead {
  readonly at: number;
  /** `at`, when it is not in the file: then it is not known how much will come. */
  readonly end: number;
  readonly piece: Promise<Piece>;
}

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
  #originAtMs = 0;
  #reached = -1;
  /** Memory that pieces were read into, and that nobody uses now. */
  readonly #free: Loan[] = [];
  /** Memory of the last pieces that were given out, the oldest first. */
  #used: Loan[] = [];
  #resting: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isResting = false;
  /** What it told last. */
  #told: { readonly position: number; readonly end: number } | undefined;

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
    clearTimeout(this.#resting);
    this.#isResting = false;
    if (start < this.#reached || start > this.#reached + NEAR_BYTES) this.#begin(start);
    const to = Math.min(end, this.#video.store.manifest.geometry.bytes);
    const ahead: Ahead[] = [];
    try {
      if (start < to && !stop.aborted) this.#video.beginAhead();
      for (let position = start; position < to; ) {
        this.#tell(position, to);
        // What was read is not what was expected: less of it was in the file.
        if (ahead.length > 0 && ahead[0]?.at !== position) await settle(ahead.splice(0));
        const { bytes, memory } = await (ahead.shift()?.piece ?? this.#piece(position, to, stop));
        position += bytes.length;
        this.#readAhead(ahead, position, to, stop);
        this.#reached = position;
        if (memory !== undefined) this.#used.push(memory);
        yield bytes;
        this.#giveBack();
      }
      stop.throwIfAborted();
      this.#tell(to, to, false);
      this.#restSoon(to);
    } finally {
      ending.abort(closed());
      // Of what is not read any more there is nothing to tell anew.
      if (this.#read === ending) this.#told = undefined;
      // Whoever stops early may close the store next: nothing may still be reading.
      await settle(ahead);
      // It may still be on its way to a player that has gone: it is not used again.
      this.#used = [];
    }
  }

  /** Whoever reads asks for more: the piece before the last is not used any more. A stream may ask while it sends the last. */
  #giveBack(): void {
    if (this.#used.length > 1) this.#free.push(this.#used.shift() as Loan);
  }

  rest(isResting: boolean): void {
    if (this.#isResting === isResting || this.#told === undefined) return;
    this.#isResting = isResting;
    this.#tell(this.#told.position, this.#told.end);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#resting);
    this.#read?.abort(closed());
    this.#leave();
    this.#onClose();
  }

  /** It is somewhere else than before. */
  #begin(position: number): void {
    this.#origin = position;
    this.#originAtMs = monotonicMs();
  }

  /** Begins to read the next piece, and those behind it that are in the file: what is not, is waited for in its turn. */
  #readAhead(ahead: Ahead[], position: number, to: number, stop: AbortSignal): void {
    while (ahead.length < MOST_AHEAD) {
      const last = ahead.at(-1);
      const at = last?.end ?? position;
      if (at >= to || at === last?.at) return;
      const end = this.#inFileUntil(at, to);
      if (last !== undefined && end === at) return;
      const piece = this.#piece(at, to, stop);
      piece.catch(() => {});
      ahead.push({ at, end, piece });
    }
  }

  /** The next bytes, a piece of them at most, as soon as there are any. */
  async #piece(position: number, end: number, stop: AbortSignal): Promise<Piece> {
    for (;;) {
      stop.throwIfAborted();
      const memory = this.#video.fetch?.readers.bytesAt(position, Math.min(end, position + PIECE_BYTES));
      if (memory !== undefined) return { bytes: memory, memory: undefined };
      const read = await this.#fromFile(position, end);
      if (read !== undefined) return read;
      await this.#wait(position, end, stop);
    }
  }

  /** The same from the file; `undefined`: it is not there. */
  async #fromFile(position: number, end: number): Promise<Piece | undefined> {
    const until = this.#inFileUntil(position, end);
    if (until === position) return undefined;
    const memory = this.#free.pop() ?? { bytes: new Uint8Array(new SharedArrayBuffer(PIECE_BYTES)) };
    const read = await this.#video.store.read(position, until - position, "verified", memory);
    if (!isReadProblem(read) && read.length >= LENT_BYTES) return { bytes: read, memory };
    this.#free.push(memory);
    if (!isReadProblem(read)) return { bytes: read.slice(), memory: undefined };
    if (!isMissingHere(read)) throw readError(read);
    return undefined;
  }

  /** How far it can be read in the file: up to the next whole piece, so that every leaf is read once. */
  #inFileUntil(position: number, end: number): number {
    const { store } = this.#video;
    const chunk = Math.floor(position / store.manifest.geometry.chunkBytes);
    if (!store.held.has(chunk) && this.#video.fetch?.readers.isInFile(chunk) !== true) return position;
    return Math.min(end, position - (position % PIECE_BYTES) + PIECE_BYTES);
  }

  /** Resolves when there may be more to read. @throws why there will not be */
  async #wait(position: number, end: number, stop: AbortSignal): Promise<void> {
    stop.throwIfAborted();
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
  #tell(position: number, end: number, isWaiting: boolean = !this.#isResting): void {
    this.#told = { position, end };
    if (this.#isClosed || this.#video.isWhole) return;
    const readers = this.#video.fetch?.readers;
    if (readers === undefined) return;
    if (this.#place?.readers !== readers) {
      const number = readers.number();
      this.#place = number === undefined ? undefined : { readers, number };
    }
    const bytesPerSecond = this.#bytesPerSecond;
    const wanted = { position, end: this.#wantedEnd(position, end), bytesPerSecond };
    this.#place?.readers.set(this.#place.number, { ...wanted, slackMs: this.#slackMs(position, isWaiting) });
  }

  #slackMs(position: number, isWaiting: boolean): number {
    return playerSlackMs({
      takenBytes: position - this.#origin,
      sinceMs: monotonicMs() - this.#originAtMs,
      bytesPerSecond: this.#bytesPerSecond,
      isWaiting,
    });
  }

  /** One that has read little, and does not go on, wants no more. */
  #restSoon(position: number): void {
    if (this.#isClosed || this.#bytesPerSecond === 0 || position - this.#origin >= RESTING_BYTES) return;
    this.#resting = setTimeout(() => {
      const bytesPerSecond = this.#bytesPerSecond;
      this.#place?.readers.set(this.#place.number, { position, end: position, bytesPerSecond, slackMs: 0 });
    }, RESTING_MS).unref();
  }

  /** Small after a start or a jump, wide once it flows. */
  #wantedEnd(position: number, end: number): number {
    if (this.#bytesPerSecond === 0) return end;
    const flowed = position - this.#origin;
    const { bytes } = this.#video.store.manifest.geometry;
    if (flowed >= FLOWING_BYTES) return bytes;
    return Math.min(bytes, position + FIRST_BYTES + AHEAD_GROWTH * flowed);
  }

  #leave(): void {
    this.#place?.readers.delete(this.#place.number);
    this.#place = undefined;
  }
}

/** Waits until nothing of these is being read. */
async function settle(ahead: readonly Ahead[]): Promise<void> {
  await Promise.allSettled(ahead.map(({ piece }) => piece));
}

/** Whether the network may have what is not here; a file kept in place that was changed or is gone is its owner's matter. */
const isMissingHere = ({ problem }: ReadProblem): boolean => problem === "not-held" || problem === "damaged";

const closed = (): CardumeError => new CardumeError("read-ended", "the read was ended", { exitCode: 5 });
