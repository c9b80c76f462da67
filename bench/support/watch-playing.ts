import type { Film } from "./watch-film.ts";
import { RangeReading } from "./watch-http.ts";
import type { FilmIndex, Group } from "./watch-index.ts";
import { pause } from "./watch-viewer.ts";

/** How a player played. */
export interface Played {
  readonly stalls: number;
  readonly stalledMs: number;
  /** Connections that ended under it, and were made again. */
  readonly reconnects: number;
  /** How far it came. */
  readonly playedS: number;
}

/** What a player has at most beyond its place. */
const BUFFER_S = 10;
/** Reading goes on when so much of it has been played. */
const RESUME_S = 9.5;
/** What it wants before it goes on after a stall, and at the start. */
const START_S = 1;
const TICK_MS = 20;
/** A connection that ends is made again, but not more often than this. */
const RECONNECT_MS = 500;
/** Without a picture for so long, it is no longer watched. */
const MOST_STALL_MS = 60_000;

/**
 * A player without a screen: plays at the film's own speed what has come by Range, 10 s ahead at most, and holds the
 * connection back when it has them.
 */
export class SimulatedPlayer {
  readonly #url: string;
  readonly #film: Film;
  readonly #signal: AbortSignal;
  #reading: RangeReading;
  #frame: number;
  #placeS: number;
  #isHeldBack = false;
  #reconnects = 0;
  #openedAtMs = 0;

  constructor(url: string, film: Film, from: Group, signal: AbortSignal) {
    this.#url = url;
    this.#film = film;
    this.#signal = signal;
    this.#placeS = from.atS;
    this.#frame = film.index.frames.findIndex(({ end }) => end >= from.end) - 1;
    this.#reading = this.#open(from.start);
  }

  /** What is here beyond its place, in seconds. */
  get bufferedS(): number {
    return (this.#index.frames[this.#frame]?.untilS ?? this.#placeS) - this.#placeS;
  }

  /** Plays to the end of the film, until it is told to stop, or until nothing comes any more. */
  async play(): Promise<Played> {
    const startedS = this.#placeS;
    let [stalls, stalledMs, sinceMs, isPlaying, hasBegun] = [0, 0, performance.now(), false, false];
    let stallMs = 0;
    while (!this.#signal.aborted && this.#placeS < this.#index.durationS - 0.1 && stallMs < MOST_STALL_MS) {
      await pause(TICK_MS);
      const tickMs = performance.now() - sinceMs;
      sinceMs += tickMs;
      const hasEnd = this.#frame === this.#index.frames.length - 1;
      if (!isPlaying && (this.bufferedS >= START_S || hasEnd)) [isPlaying, hasBegun, stallMs] = [true, true, 0];
      else if (isPlaying && this.bufferedS <= tickMs / 1000 && !hasEnd) {
        isPlaying = false;
        stalls++;
      }
      if (isPlaying) this.#placeS += tickMs / 1000;
      else if (hasBegun) stalledMs += tickMs;
      if (!isPlaying) stallMs += tickMs;
      this.#steer(hasEnd);
    }
    this.#reading.abort();
    return { stalls, stalledMs, reconnects: this.#reconnects, playedS: this.#placeS - startedS };
  }

  get #index(): FilmIndex {
    return this.#film.index;
  }

  #open(start: number): RangeReading {
    const { frames } = this.#index;
    this.#openedAtMs = performance.now();
    return new RangeReading(this.#url, this.#film, start, (at) => {
      while (this.#frame + 1 < frames.length && (frames[this.#frame + 1] as { end: number }).end <= at) this.#frame++;
    });
  }

  /** Holds the connection back, lets it go on, or makes it anew, as a browser does. */
  #steer(hasEnd: boolean): void {
    if (this.#reading.isOver && !hasEnd && performance.now() - this.#openedAtMs >= RECONNECT_MS) {
      this.#reconnects++;
      this.#reading = this.#open(this.#reading.at);
    }
    if (this.#isHeldBack && this.bufferedS < RESUME_S) this.#reading.resume();
    else if (!this.#isHeldBack && this.bufferedS >= BUFFER_S) this.#reading.pause();
    else return;
    this.#isHeldBack = !this.#isHeldBack;
  }
}
