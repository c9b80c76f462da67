import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { diskError } from "./disk-errors.ts";

/** A chunk that waits for its turn. */
interface Waiting {
  readonly chunk: number;
  readonly write: (() => Promise<void>) | undefined;
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
 * Makes sure of chunks: write, sync, mark, in that order, and many with one sync. A batch is written only when the
 * sync of the one before has ended, since a sync that fails says nothing of what was written meanwhile; after one that
 * failed, nothing is tried again.
 */
export class Committer {
  readonly #steps: CommitSteps;
  #waiting: Waiting[] = [];
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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ chunk, write, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What comes in this turn of the event loop goes with the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, STORE.maxChunksPerSync);
      await this.#commit(batch);
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const written = (await Promise.all(batch.map(tryWrite))).filter((one) => one !== undefined);
    if (written.length === 0) return;
    try {
      await this.#sync();
      await this.#steps.mark(written.map(({ chunk }) => chunk));
    } catch (error) {
      const refusal = diskError(error, "cannot mark what was written");
      for (const { reject } of written) reject(refusal);
      return;
    }
    for (const { resolve } of written) resolve();
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

async function tryWrite(one: Waiting): Promise<Waiting | undefined> {
  try {
    await one.write?.();
    return one;
  } catch (error) {
    one.reject(diskError(error, "cannot write a chunk"));
    return undefined;
  }
}
