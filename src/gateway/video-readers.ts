import { CardumeError } from "../core/errors.ts";
import { WATCH } from "../core/limits.ts";
import type { VideoReader, Viewing } from "../node/watch-types.ts";
import { monotonicMs } from "../runtime/clock.ts";

/** Where a reader of a pool stopped reading. */
export interface ReaderPlace {
  readonly end: number;
  readonly isBusy: boolean;
  readonly usedAtMs: number;
}

/**
 * Which reader goes on at `start`: the free one whose last read ended nearest before it, at most 2 MiB; else a new one
 * while there is room; else the free one unused longest; `undefined`: all are busy.
 */
export function readerFor(places: readonly ReaderPlace[], start: number, most: number): number | "new" | undefined {
  let nearest: number | undefined;
  let oldest: number | undefined;
  for (const [index, { end, isBusy, usedAtMs }] of places.entries()) {
    if (isBusy) continue;
    const gap = start - end;
    const isNear = gap >= 0 && gap <= WATCH.maxTrackGapBytes;
    if (isNear && (nearest === undefined || end > (places[nearest] as ReaderPlace).end)) nearest = index;
    if (oldest === undefined || usedAtMs < (places[oldest] as ReaderPlace).usedAtMs) oldest = index;
  }
  if (nearest !== undefined) return nearest;
  return places.length < most ? "new" : oldest;
}

interface Slot {
  readonly reader: VideoReader;
  end: number;
  /** One behind the last byte of its read. */
  to: number;
  isResting: boolean;
  isBusy: boolean;
  usedAtMs: number;
}

/** How fast a video is taken to play of which it is not known: 4 Mbit/s. */
const USUAL_BYTES_PER_SECOND = 500_000;

/**
 * The readers of one video for those who read pieces of it without saying who they are: tracks, of several viewers. Each
 * goes on fetching behind its place, little where something is read once (an index), more the longer it is read on and on.
 */
export class TrackReaders {
  readonly #viewing: Pick<Viewing, "reader">;
  readonly #bytesPerSecond: number;
  readonly #slots: Slot[] = [];
  readonly #waiting: (() => void)[] = [];
  #sweeping: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param bytesPerSecond how fast the video plays; 0 when that is not known */
  constructor(viewing: Pick<Viewing, "reader">, bytesPerSecond: number) {
    this.#viewing = viewing;
    this.#bytesPerSecond = bytesPerSecond > 0 ? bytesPerSecond : USUAL_BYTES_PER_SECOND;
  }

  /** Readers that are open now. */
  get size(): number {
    return this.#slots.length;
  }

  /** As `VideoReader.read`, by whichever reader fits. Whoever comes while all are busy waits. */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
    const slot = await this.#take(start, end);
    try {
      for await (const piece of slot.reader.read(start, end)) {
        slot.end += piece.length;
        yield piece;
      }
    } finally {
      slot.isBusy = false;
      slot.isResting = false;
      slot.usedAtMs = monotonicMs();
      this.#waiting.shift()?.();
    }
  }

  /** Nobody waits for what is being read. */
  rest(): void {
    for (const slot of this.#slots) if (slot.isBusy) this.#setResting(slot, true);
  }

  /** Somebody waits for these bytes, whoever is reading them. */
  wake(start: number, end: number): void {
    for (const slot of this.#slots)
      if (slot.isResting && slot.end < end && slot.to > start) this.#setResting(slot, false);
  }

  /** Ends all reading. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    for (const { reader } of this.#slots.splice(0)) reader.close();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #take(start: number, end: number): Promise<Slot> {
    for (;;) {
      if (this.#isClosed) throw new CardumeError("read-ended", "the video was closed", { exitCode: 5 });
      const choice = readerFor(this.#slots, start, WATCH.maxTrackReaders);
      if (choice !== undefined)
        return seat(choice === "new" ? this.#open() : (this.#slots[choice] as Slot), start, end);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
  }

  #open(): Slot {
    const reader = this.#viewing.reader({ bytesPerSecond: this.#bytesPerSecond });
    const slot: Slot = { reader, end: -1, to: -1, isBusy: false, isResting: false, usedAtMs: 0 };
    this.#slots.push(slot);
    this.#sweeping ??= setInterval(() => this.#sweep(), WATCH.trackReaderIdleMs / 4).unref();
    return slot;
  }

  #setResting(slot: Slot, isResting: boolean): void {
    slot.isResting = isResting;
    slot.reader.rest(isResting);
  }

  /** A place where nobody reads any more is left. */
  #sweep(): void {
    const before = monotonicMs() - WATCH.trackReaderIdleMs;
    const idle = this.#slots.filter(({ isBusy, usedAtMs }) => !isBusy && usedAtMs <= before);
    for (const slot of idle) {
      slot.reader.close();
      this.#slots.splice(this.#slots.indexOf(slot), 1);
    }
    if (this.#slots.length > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }
}

/** Puts a reader to its next place. */
function seat(slot: Slot, start: number, end: number): Slot {
  slot.end = start;
  slot.to = end;
  slot.isBusy = true;
  slot.isResting = false;
  return slot;
}
