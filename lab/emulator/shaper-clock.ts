import type { Random } from "../../sim/random.ts";
import { monotonicMs } from "../../src/runtime/clock.ts";
import { Shaper } from "../shaping/shaper.ts";

/** A {@link Shaper} in real time: timers here have a grain of 1 ms, so what is due within half of one is done. */
export class ShaperClock {
  readonly #shaper: Shaper;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;

  constructor(random: Random) {
    this.#shaper = new Shaper(random);
  }

  /** Tells the shaper something, and sees to what it then wants done. */
  run(tell: (shaper: Shaper, nowMs: number) => void): void {
    tell(this.#shaper, monotonicMs());
    this.#order();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = -Infinity;
  }

  #order(): void {
    const atMs = this.#shaper.nextMs;
    if (atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(this.#fire, Math.max(0, Math.min(atMs - monotonicMs(), 2_147_483_647)));
  }

  readonly #fire = (): void => {
    this.#timerAtMs = Infinity;
    this.#shaper.advance(monotonicMs() + 0.5);
    this.#order();
  };
}
