import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { diskError } from "./disk-errors.ts";

/** A chunk that is written, and waits for the next sync. */
interface Waiting {
  readonly chunk: number;
  readonly resolve: () => void;
  readonly reject: (error: CardumeError) => void;
}

/** What a committer does it with. */
export interface CommitSteps {
  /** Returns when everything written is on the disk. */
  sync(): Promise<void>;
  /** Marks chunks as held; returns when that is on the disk. */
  mark(chunks: readonly number[]): Promise<void>;
}

/**
 * Makes sure of chunks: write, sync, mark, in that order, and many with one sync. What is written while a sync is under
 * way waits for the next one, so that the disk is never idle. After a sync that failed nothing is tried again, and
 * nothing is held that was written before it ended: it may have spoken of that too.
 */
export class Committer {
  readonly #steps: CommitSteps;
  #waiting: Waiting[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #failed: CardumeError | undefined;

  constructor(steps: CommitSteps) {
    this.#steps = steps;
  }

  /** Whether a sync has failed: then nothing more is taken. */
  get failed(): CardumeError | undefined {
    return this.#failed;
  }

  /**
   * Resolves when the chunk is held.
   * @param write puts its bytes in place; `undefined` when they are there
   */
  commit(chunk: number, write: (() => Promise<void>) | undefined): Promise<void> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    const held = this.#hold(chunk, write);
    this.#underWay.add(held);
    const isOver = (): void => {
      this.#underWay.delete(held);
      this.#wake?.();
    };
    held.then(isOver, isOver);
    return held;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#running;
  }

  async #hold(chunk: number, write: (() => Promise<void>) | undefined): Promise<void> {
    try {
      await write?.();
    } catch (error) {
      throw diskError(error, "cannot write a chunk");
    }
    // A sync that has failed meanwhile may have been about these bytes.
    if (this.#failed !== undefined) throw this.#failed;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ chunk, resolve, reject });
      this.#wake?.();
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // What comes in this turn of the event loop goes with the first batch.
    await Promise.resolve();
    for (; this.#waiting.length > 0; await this.#gather())
      await this.#makeSure(this.#waiting.splice(0, STORE.maxChunksPerSync));
    this.#running = undefined;
  }

  /** Waits for more while chunks keep coming: until there are enough for one sync, or for a moment. */
  async #gather(): Promise<void> {
    const isBusy = (): boolean => this.#underWay.size > this.#waiting.length;
    const untilMs = monotonicMs() + STORE.syncGatherMs;
    while (isBusy() && this.#waiting.length < STORE.maxChunksPerSync && monotonicMs() < untilMs)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STORE.syncGatherMs);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = undefined;
  }

  async #makeSure(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#sync();
      await this.#steps.mark(batch.map(({ chunk }) => chunk));
    } catch (error) {
      const refusal = diskError(error, "cannot mark what was written");
      for (const { reject } of batch) reject(refusal);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  async #sync(): Promise<void> {
    try {
      await this.#steps.sync();
    } catch (error) {
      this.#failed = new CardumeError(
        "disk-failed",
        "the disk could not make sure of what was written: look after the disk, then start again",
        { exitCode: 5, cause: error },
      );
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failed);
      throw this.#failed;
    }
  }
}
