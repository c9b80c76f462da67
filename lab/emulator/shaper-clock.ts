import type { Random } from "../../sim/random.ts";
import { monotonicMs } from "../../src/runtime/clock.ts";
import { Shaper } from "../shaping/shaper.ts";

/** Timers come on whole ms. */
const GRAIN_MS = 1;
/** Later than this, the machine had something else to do. */
const LATE_MS = 2;

/** A {@link Shaper} in real time: what is due within half a timer's grain is done. */
export class ShaperClock {
  readonly #shaper: Shaper;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;

  constructor(random: Random) {
    this.#shaper = new Shaper(random);
  }

  /** Tells the shaper something, and sees to what it then wants done. */
  run(tell: (shaper: Shaper, nowMs: number) => void): void {
    const nowMs = monotonicMs();
    this.#noteLateness(nowMs);
    tell(this.#shaper, nowMs);
    this.#order();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = -Infinity; // nothing is earlier: none is ordered again
  }

  #order(): void {
    const atMs = this.#shaper.nextMs;
    if (atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(this.#fire, Math.max(0, Math.min(atMs - monotonicMs(), 2_147_483_647)));
  }

  #noteLateness(nowMs: number): void {
    if (this.#timerAtMs > 0 && nowMs > this.#timerAtMs + LATE_MS) this.#shaper.wasLate(this.#timerAtMs, nowMs);
  }

  readonly #fire = (): void => {
    const nowMs = monotonicMs();
    this.#noteLateness(nowMs);
    this.#timerAtMs = Infinity;
    this.#shaper.advance(nowMs + GRAIN_MS / 2);
    this.#order();
  };
}
