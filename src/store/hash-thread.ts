import { Worker } from "node:worker_threads";
import { errorOf, type HashAnswer, type HashResult } from "./hash-answer.ts";
import type { HashJob } from "./hash-run.ts";
import type { Loan } from "./hasher.ts";

/** A job, and who waits for it. */
export interface WaitingJob {
  readonly job: HashJob;
  readonly memory: readonly ArrayBuffer[];
  /** Gets its memory back with the answer. */
  readonly loan?: Loan | undefined;
  readonly resolve: (result: HashResult) => void;
  readonly reject: (error: Error) => void;
}

/** What a thread tells its pool. */
export interface HashThreadEvents {
  /** A job was answered. */
  answered(): void;
  /** The thread ended by itself, with these jobs. */
  died(thread: HashThread, jobs: readonly WaitingJob[], cause: unknown): void;
}

/** One worker thread of a pool, and the jobs that were given to it. */
export class HashThread {
  readonly #worker: Worker;
  readonly #jobs: WaitingJob[] = [];
  readonly #events: HashThreadEvents;
  #cause: unknown;
  #stopping = false;

  /** @throws Error when the system gives no thread */
  constructor(file: URL, events: HashThreadEvents) {
    this.#events = events;
    // The flags that this process was started with are not for it: some, like --input-type, it would die of.
    this.#worker = new Worker(file, { name: "cardume-hasher", execArgv: [] });
    this.#worker.on("message", (answer: HashAnswer) => this.#answered(answer));
    this.#worker.on("error", (error) => (this.#cause = error));
    this.#worker.on("exit", () => this.#exited());
    this.#worker.unref();
  }

  /** Jobs given to it and not answered. */
  get load(): number {
    return this.#jobs.length;
  }

  /** Whether it writes chunks. */
  get keeps(): boolean {
    return this.#jobs.some(({ job }) => job.kind === "keep");
  }

  /** Whether it has a job of a kind that takes long. */
  get slow(): boolean {
    return this.#jobs.some(({ job }) => job.kind === "file");
  }

  give(waiting: WaitingJob): void {
    if (this.#jobs.length === 0) this.#worker.ref();
    this.#jobs.push(waiting);
    this.#worker.postMessage(waiting.job, waiting.memory);
  }

  /** Ends the thread, whatever it is at. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#worker.terminate();
  }

  #answered(answer: HashAnswer): void {
    const waiting = this.#jobs.shift();
    // Only work keeps the process alive.
    if (this.#jobs.length === 0) this.#worker.unref();
    if (waiting?.loan !== undefined && answer.lent !== undefined) waiting.loan.bytes = answer.lent;
    if ("failure" in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.result);
    this.#events.answered();
  }

  #exited(): void {
    if (!this.#stopping) this.#events.died(this, this.#jobs.splice(0), this.#cause);
  }
}
