import { monotonicMs } from "./clock.ts";

/**
 * Turns a core's "wake me at" into one timer. A time that has come is served at the end of the event loop's turn,
 * so that all datagrams of one turn are handled before.
 */
export class Waker {
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  #immediate: NodeJS.Immediate | undefined;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Orders a wake at this time on the monotonic clock, unless an earlier one is ordered. Infinity orders none. */
  at(atMs: number): void {
    if (atMs === Infinity || this.#immediate !== undefined) return;
    const nowMs = monotonicMs();
    if (atMs <= nowMs) this.#immediate = setImmediate(this.#fire);
    else if (atMs < this.#timerAtMs) {
      clearTimeout(this.#timer);
      this.#timerAtMs = atMs;
      this.#timer = setTimeout(this.#due, Math.min(Math.ceil(atMs - nowMs), 2_147_483_647));
    }
  }

  /** Cancels what was ordered. */
  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timerAtMs = Infinity;
    this.#immediate = undefined;
  }

  // After a pause of this process, timers come before the datagrams that arrived meanwhile: those are let in first,
  // or the pause would look like a holder's silence.
  readonly #due = (): void => {
    this.stop();
    this.#immediate = setImmediate(this.#fire);
  };

  readonly #fire = (): void => {
    this.stop();
    this.#wake();
  };
}
