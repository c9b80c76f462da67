import { CardumeError } from "../core/errors.ts";

/**
 * What is under way with files that are to be closed: closing waits for it, and lets nothing more begin. A descriptor
 * that is closed while a thread still reads or writes by its number may be another file's by then.
 */
export class UnderWay {
  readonly #actions = new Set<Promise<unknown>>();
  #isOver = false;

  /** @throws CardumeError `store-closed` when it is over */
  run<Result>(action: () => Promise<Result>): Promise<Result> {
    if (this.#isOver) return Promise.reject(new CardumeError("store-closed", "the video was closed", { exitCode: 5 }));
    const result = action();
    const ended = result
      .then(
        () => {},
        () => {},
      )
      .finally(() => this.#actions.delete(ended));
    this.#actions.add(ended);
    return result;
  }

  /** Resolves when all has ended. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#actions);
  }
}
