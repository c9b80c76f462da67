import { Effects } from "../core/effects.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { Waker } from "../runtime/waker.ts";

/** What every core is told at the time that it asked for. */
export interface WakeInput {
  readonly type: "wake";
}

/** A core as its shell sees it: changes its state in place, and says what is to be done. */
export interface ShelledCore<Input, Effect> {
  handle(input: Input | WakeInput, nowMs: number, effects: Effects<Effect>): void;
}

/**
 * Tells a core what happens, one input after the other, has done what it wants done, and wakes it when it asked for that.
 * What comes of an effect is told to the core afterwards, never from within: inputs told meanwhile wait, in order.
 */
export class CoreShell<Input, Effect> {
  readonly #core: ShelledCore<Input, Effect>;
  readonly #perform: (effect: Effect) => void;
  readonly #effects = new Effects<Effect>();
  readonly #waker = new Waker(() => this.tell(WAKE));
  /** Told while another was handled. */
  readonly #waiting: (Input | WakeInput)[] = [];
  #isHandling = false;
  #isStopped = false;
  /** What was thrown since the outermost {@link tell} began. */
  #failures: unknown[] | undefined;

  /** @param perform does one effect; it may tell more, or stop this shell */
  constructor(core: ShelledCore<Input, Effect>, perform: (effect: Effect) => void) {
    this.#core = core;
    this.#perform = perform;
  }

  /** Nothing is told to the core, and nothing performed, any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Tells the core something, at once or, from within an effect, afterwards; ignored once stopped.
   *
   * @throws what the core or an effect threw, after all else was done: neither later effects nor inputs are lost by it. Of
   *   several an AggregateError
   */
  tell(input: Input | WakeInput): void {
    if (this.#isStopped) return;
    if (this.#isHandling) {
      this.#waiting.push(input);
      return;
    }
    this.#isHandling = true;
    for (let next: Input | WakeInput | undefined = input; next !== undefined; next = this.#waiting.shift())
      this.#handle(next);
    this.#isHandling = false;
    if (this.#failures !== undefined) this.#throw(this.#failures);
  }

  /**
   * For good, also from within an effect: those that are left are not performed, inputs that wait are dropped, and no wake
   * comes.
   */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    this.#waker.stop();
  }

  #handle(input: Input | WakeInput): void {
    const effects = this.#effects;
    effects.clear();
    try {
      this.#core.handle(input, monotonicMs(), effects);
    } catch (error) {
      this.#failed(error);
    }
    for (const effect of effects.list) {
      if (this.#isStopped) return;
      try {
        this.#perform(effect);
      } catch (error) {
        this.#failed(error);
      }
    }
    if (!this.#isStopped) this.#waker.at(effects.wakeAtMs);
  }

  #failed(error: unknown): void {
    this.#failures ??= [];
    this.#failures.push(error);
  }

  #throw(failures: readonly unknown[]): never {
    this.#failures = undefined;
    throw failures.length === 1 ? failures[0] : new AggregateError(failures, "several effects failed");
  }
}

const WAKE: WakeInput = { type: "wake" };
