import { availableParallelism } from "node:os";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sibling } from "../runtime/worker-url.ts";
import type { HashResult } from "./hash-answer.ts";
import type { HashJob } from "./hash-run.ts";
import { HashThread, type WaitingJob } from "./hash-thread.ts";
import type { HashedRun, Hasher, KeepJob, ReadRun, VerifiedRead } from "./hasher.ts";

/** How a pool works. */
export interface HashPoolOptions {
  /** Threads at most: as many as the machine has cores, and no more than four, unless told. */
  readonly width?: number;
  /** The threads' program, for tests of threads that die. */
  readonly worker?: URL;
}

/**
 * Short jobs given to a thread at one time: it begins the next while the answer to the first travels, which gives a
 * fifth more reads a second. Runs of files gain nothing by it, and would make the reads that come after them wait.
 */
const SHORT_JOBS_AHEAD = 2;

/** Hashes in threads, which are started when there is work, and do not keep the process alive when there is none. */
export class HashPool implements Hasher {
  readonly width: number;
  readonly #worker: URL;
  readonly #threads: HashThread[] = [];
  /** Somebody waits for these: a player, another peer. */
  readonly #urgent: WaitingJob[] = [];
  readonly #patient: WaitingJob[] = [];
  #deaths = 0;
  #stopped: CardumeError | undefined;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor({ width, worker }: HashPoolOptions = {}) {
    this.width = width ?? Math.min(STORE.maxHashThreads, Math.max(1, availableParallelism()));
    this.#worker = worker ?? sibling("hash-worker", import.meta.url);
  }

  hashFile({ file, position, bytes, leavesPerChunk, copyTo }: Parameters<Hasher["hashFile"]>[0]): Promise<HashedRun> {
    const copyToFd = copyTo?.fd;
    return this.#run(this.#patient, { kind: "file", fd: file.fd, position, bytes, leavesPerChunk, copyToFd });
  }

  hashBytes(bytes: Uint8Array): Promise<Uint8Array> {
    // A view is posted with all the memory behind it: a copy has only its own. Shared memory is not copied at all.
    if (bytes.buffer instanceof SharedArrayBuffer) return this.#run(this.#urgent, { kind: "bytes", bytes });
    const copy = new Uint8Array(bytes);
    return this.#run(this.#urgent, { kind: "bytes", bytes: copy }, [copy.buffer]);
  }

  keep({ file, bytes, ...job }: KeepJob): Promise<Uint8Array | undefined> {
    if (bytes.buffer instanceof SharedArrayBuffer)
      return this.#run(this.#urgent, { kind: "keep", fd: file.fd, bytes, ...job });
    const copy = new Uint8Array(bytes);
    return this.#run(this.#urgent, { kind: "keep", fd: file.fd, bytes: copy, ...job }, [copy.buffer]);
  }

  read({ file, position, bytes, leafHashes, trusted }: VerifiedRead): Promise<ReadRun> {
    const copy = new Uint8Array(leafHashes);
    return this.#run(this.#urgent, { kind: "read", fd: file.fd, position, bytes, leafHashes: copy, trusted });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #run<Result extends HashResult>(queue: WaitingJob[], job: HashJob, memory: ArrayBuffer[] = []): Promise<Result> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    return new Promise<HashResult>((resolve, reject) => {
      queue.push({ job, memory, resolve, reject });
      this.#give();
    }) as Promise<Result>;
  }

  /** Gives jobs to threads as long as there are both. */
  #give(): void {
    while (this.#stopped === undefined) {
      const urgent = this.#urgent.length > 0;
      const queue = urgent ? this.#urgent : this.#patient;
      const thread = queue.length === 0 ? undefined : this.#threadFor(urgent);
      if (thread === undefined) return;
      thread.give(queue.shift() as WaitingJob);
    }
  }

  /** A thread for the next job: an idle one, a new one, or, when somebody waits, one that is soon done. */
  #threadFor(urgent: boolean): HashThread | undefined {
    const idle = this.#threads.find(({ load }) => load === 0);
    if (idle !== undefined) return idle;
    if (this.#threads.length < this.width) return this.#start();
    return urgent ? this.#threads.find(({ load, slow }) => load < SHORT_JOBS_AHEAD && !slow) : undefined;
  }

  #start(): HashThread | undefined {
    try {
      const thread = new HashThread(this.#worker, this);
      this.#threads.push(thread);
      return thread;
    } catch (error) {
      // The threads that there are go on. Without any, nobody would.
      if (this.#threads.length === 0) this.#stop("cannot start a thread to hash in", error);
      return undefined;
    }
  }

  /** For its threads. */
  answered(): void {
    this.#deaths = 0;
    this.#goOn();
  }

  /** For its threads. */
  died(thread: HashThread, jobs: readonly WaitingJob[], cause: unknown): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    this.#deaths++;
    const error = hasherStopped("a thread that hashes died", cause);
    for (const { reject } of jobs) reject(error);
    if (this.#deaths >= STORE.maxHashThreadDeaths)
      this.#stop(`${STORE.maxHashThreadDeaths} threads that hash died one after the other`, cause);
    this.#goOn();
  }

  #goOn(): void {
    this.#give();
    if (this.#threads.every(({ load }) => load === 0)) this.#drained?.();
  }

  /** Takes no more jobs, and rejects those that wait. */
  #stop(why: string, cause?: unknown): void {
    this.#stopped ??= hasherStopped(why, cause);
    for (const { reject } of [...this.#urgent.splice(0), ...this.#patient.splice(0)]) reject(this.#stopped);
  }

  async #close(): Promise<void> {
    this.#stop("the hasher was closed");
    if (this.#threads.some(({ load }) => load > 0)) {
      const drained = Promise.withResolvers<void>();
      this.#drained = drained.resolve;
      await drained.promise;
    }
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

const hasherStopped = (why: string, cause: unknown): CardumeError =>
  new CardumeError("hasher-stopped", why, { exitCode: 5, cause });
