import { availableParallelism } from "node:os";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sibling } from "../runtime/worker-url.ts";
import { type HashResult, movedWith } from "./hash-answer.ts";
import type { HashJob } from "./hash-run.ts";
import { HashThread, type WaitingJob } from "./hash-thread.ts";
import type { HashedRun, Hasher, KeepJob, Loan, ReadRun, VerifiedRead } from "./hasher.ts";

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
/** A thread is some 12 MB: short jobs are worth another one when this many wait for those there are. */
const BACKLOG_JOBS = 12;

/** Hashes in threads, which are started when there is work, and do not keep the process alive when there is none. */
export class HashPool implements Hasher {
  readonly width: number;
  readonly #worker: URL;
  readonly #threads: HashThread[] = [];
  /** Somebody waits for these: a player, another peer. */
  readonly #urgent: WaitingJob[] = [];
  readonly #patient: WaitingJob[] = [];
  /** Chunks to be written: by one thread at a time, since two that write to one file wait for each other, spinning. */
  readonly #keeping: WaitingJob[] = [];
  #deaths = 0;
  #stopped: CardumeError | undefined;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor({ width, worker }: HashPoolOptions = {}) {
    this.width = width ?? Math.min(STORE.maxHashThreads, Math.max(1, availableParallelism()));
    this.#worker = worker ?? sibling("hash-worker", import.meta.url);
  }

  prepare(): void {
    if (this.#stopped === undefined && this.#threads.length === 0) this.#start();
  }

  hashFile({ file, position, bytes, leavesPerChunk, copyTo }: Parameters<Hasher["hashFile"]>[0]): Promise<HashedRun> {
    const copyToFd = copyTo?.fd;
    return this.#run(this.#patient, { kind: "file", fd: file.fd, position, bytes, leavesPerChunk, copyToFd });
  }

  hashBytes(bytes: Uint8Array | Loan): Promise<Uint8Array> {
    const loan = loanOf(bytes);
    return this.#run(this.#urgent, { kind: "bytes", bytes: loan.bytes }, loan);
  }

  keep({ file, tree, bytes, ...more }: KeepJob): Promise<Uint8Array | undefined> {
    const loan = loanOf(bytes);
    const job = { kind: "keep", fd: file.fd, treeFd: tree.fd, ...more, bytes: loan.bytes } as const;
    return this.#run(this.#keeping, job, loan);
  }

  read({ file, position, bytes, leafHashes, trusted, into: loan }: VerifiedRead): Promise<ReadRun> {
    const copy = new Uint8Array(leafHashes);
    const into = loan?.bytes;
    const job = { kind: "read", fd: file.fd, position, bytes, leafHashes: copy, trusted, into } as const;
    return this.#run(this.#urgent, job, loan);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #run<Result extends HashResult>(queue: WaitingJob[], job: HashJob, loan?: Loan): Promise<Result> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const memory = movedWith(loan?.bytes);
    return new Promise<HashResult>((resolve, reject) => {
      queue.push({ job, memory, loan, resolve, reject });
      this.#give();
    }) as Promise<Result>;
  }

  /** Gives jobs to threads as long as there are both. */
  #give(): void {
    let isGiven = true;
    while (isGiven && this.#stopped === undefined)
      isGiven =
        this.#giveFrom(this.#urgent, () => this.#threadFor(true)) ||
        this.#giveFrom(this.#keeping, () => this.#writer()) ||
        this.#giveFrom(this.#patient, () => this.#threadFor(false));
  }

  #giveFrom(queue: WaitingJob[], thread: () => HashThread | undefined): boolean {
    const taker = queue.length === 0 ? undefined : thread();
    if (taker === undefined) return false;
    taker.give(queue.shift() as WaitingJob);
    return true;
  }

  /** The thread that writes chunks, when it has room, or any when none does. */
  #writer(): HashThread | undefined {
    const writer = this.#threads.find(({ keeps }) => keeps);
    if (writer === undefined) return this.#threadFor(true);
    return writer.load < SHORT_JOBS_AHEAD ? writer : undefined;
  }

  /** A thread for the next job: an idle one, a new one, or, when somebody waits, one that is soon done. */
  #threadFor(urgent: boolean): HashThread | undefined {
    const idle = this.#threads.find(({ load }) => load === 0);
    if (idle !== undefined) return idle;
    const soonFree = urgent ? this.#threads.find(({ load, slow }) => load < SHORT_JOBS_AHEAD && !slow) : undefined;
    if (soonFree !== undefined || this.#threads.length >= this.width) return soonFree;
    const isSoonGiven = urgent && this.#urgent.length < BACKLOG_JOBS && this.#threads.some(({ slow }) => !slow);
    return isSoonGiven ? undefined : this.#start();
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
    const waiting = [this.#urgent, this.#keeping, this.#patient].flatMap((queue) => queue.splice(0));
    for (const { reject } of waiting) reject(this.#stopped);
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

/** A view is posted with all the memory behind it, and leaves its owner without it: plain bytes are copied. */
const loanOf = (bytes: Uint8Array | Loan): Loan =>
  bytes instanceof Uint8Array ? { bytes: new Uint8Array(bytes) } : bytes;

const hasherStopped = (why: string, cause: unknown): CardumeError =>
  new CardumeError("hasher-stopped", why, { exitCode: 5, cause });
