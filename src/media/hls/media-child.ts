import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { HLS } from "../../core/limits.ts";
import { sibling } from "../../runtime/worker-url.ts";
import { BytePipe, PIPE_FD } from "./byte-pipe.ts";
import type { FromChild, Grant, Refusal, ToChild, Wish } from "./messages.ts";

/** The media process ended, or was ended, while something was under way in it. */
export class ChildEnded extends Error {}

/** A wish that the media process did not grant. */
export class Refused extends Error {
  readonly why: Refusal;

  constructor(why: Refusal) {
    super(why);
    this.why = why;
  }
}

/** Who reads for it. */
export interface ReadsFor {
  /** Resolves with nothing when the bytes cannot be had; never rejects. */
  read(file: number, input: number, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Nobody waits any more for what is being read of a file. */
  rest(file: number): void;
}

/** Other bounds, and another program for the media process, for tests. */
export interface MediaChildOptions {
  readonly entry?: URL;
  readonly pulseMs?: number;
  readonly maxSilentMs?: number;
}

interface Job {
  readonly file: number;
  granted(grant: Grant): void;
  piece(bytes: Uint8Array): void;
  end(error?: Error): void;
}

/** One media process: started with the first wish, gone when it ends. It is not started again: that takes a new one. */
export class MediaChild {
  readonly #child: ChildProcess;
  readonly #stream: Socket;
  readonly #pipe: BytePipe;
  readonly #reads: ReadsFor;
  readonly #jobs = new Map<number, Job>();
  readonly #maxSilentPulses: number;
  readonly #watch: NodeJS.Timeout;
  #lastJob = 0;
  #silentPulses = 0;
  #hasEnded = false;
  /** The files that are open in it, or were: it may have let go of some. */
  readonly files: Set<number> = new Set();

  /** @param onEnd told once, with the files that something was under way for */
  constructor(reads: ReadsFor, onEnd: (files: ReadonlySet<number>) => void, options: MediaChildOptions = {}) {
    const {
      entry = sibling("hls-worker", import.meta.url),
      pulseMs = HLS.pulseMs,
      maxSilentMs = HLS.maxSilentMs,
    } = options;
    this.#reads = reads;
    this.#child = start(entry);
    this.#stream = this.#child.stdio[PIPE_FD] as Socket;
    this.#pipe = new BytePipe(this.#stream, ({ id, frameBytes, bytes }) => this.#piece(id, frameBytes, bytes));
    this.#maxSilentPulses = Math.ceil(maxSilentMs / pulseMs);
    this.#watch = setInterval(() => this.#listen(), pulseMs).unref();
    this.#child.on("message", (message) => this.#take(message as FromChild));
    const ended = (): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      clearInterval(this.#watch);
      this.#child.kill("SIGKILL");
      this.#stream.destroy();
      const jobs = [...this.#jobs.values()];
      this.#jobs.clear();
      onEnd(new Set(jobs.map(({ file }) => file)));
      for (const job of jobs) job.end(new ChildEnded("the media process ended"));
    };
    this.#child.once("exit", ended).once("error", ended).once("disconnect", ended);
    this.#rest();
  }

  /** Whether nothing more can be wished of it. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many wishes are under way. */
  get jobs(): number {
    return this.#jobs.size;
  }

  /** Ends it. What is under way rejects. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  /** Lets go of a file. */
  close(file: number): void {
    if (this.files.delete(file)) this.#send({ is: "close", file });
  }

  /** Anything but a segment. Rejects with `Refused` or `ChildEnded`. */
  ask(wish: Exclude<Wish, { is: "segment" }>): Promise<Grant> {
    const { promise, resolve, reject } = Promise.withResolvers<Grant>();
    const job = this.#begin(wish, {
      granted: (grant) => {
        this.#jobs.delete(job);
        this.#rest();
        resolve(grant);
      },
      piece: () => undefined,
      end: (error) => reject(error ?? new Refused("unsupported")),
    });
    return promise;
  }

  /** The pieces of a segment, `undefined` when there is none. Rejects, and its loop throws, with `Refused` or `ChildEnded`. */
  async stream(wish: Wish & { readonly is: "segment" }): Promise<AsyncGenerator<Uint8Array> | undefined> {
    const begun = Promise.withResolvers<boolean>();
    const pieces: Uint8Array[] = [];
    let wake = (): void => undefined;
    let outcome: { readonly error: Error | undefined } | undefined;
    const job = this.#begin(wish, {
      granted: ({ hasBegun }) => {
        if (hasBegun !== true) {
          this.#jobs.delete(job);
          this.#rest();
        }
        begun.resolve(hasBegun === true);
      },
      piece: (bytes) => {
        pieces.push(bytes);
        wake();
      },
      end: (error) => {
        outcome = { error };
        // What comes through the pipe may be there before the message that it begins.
        if (error === undefined) begun.resolve(true);
        else begun.reject(error);
        wake();
      },
    });
    if (!(await begun.promise)) return undefined;
    const isThere = (): boolean => pieces.length > 0 || outcome !== undefined;
    const piece = async (): Promise<Uint8Array | undefined> => {
      while (!isThere())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const bytes = pieces.shift();
      if (bytes === undefined && outcome?.error !== undefined) throw outcome.error;
      return bytes;
    };
    const cancel = (): void => {
      pieces.length = 0;
      outcome ??= { error: undefined };
      wake();
      if (!this.#jobs.delete(job)) return;
      this.#send({ is: "cancel", job });
      if (!this.#isAtWorkOn(wish.file)) this.#reads.rest(wish.file);
      this.#rest();
    };
    return this.#pieces(job, piece, cancel);
  }

  /** Leaving it takes the wish back at once, also while a piece is waited for, and before the first was. */
  #pieces(job: number, piece: () => Promise<Uint8Array | undefined>, cancel: () => void): AsyncGenerator<Uint8Array> {
    const send = (message: ToChild): void => this.#send(message);
    async function* all(): AsyncGenerator<Uint8Array> {
      try {
        for (let bytes = await piece(); bytes !== undefined; bytes = await piece()) {
          yield bytes;
          send({ is: "taken", job, bytes: bytes.length });
        }
      } finally {
        cancel();
      }
    }
    const pieces = all();
    const leave = pieces.return.bind(pieces);
    pieces.return = async (value) => {
      cancel();
      return await leave(value);
    };
    return pieces;
  }

  #begin(wish: Wish, job: Omit<Job, "file">): number {
    const number = ++this.#lastJob;
    if (this.#hasEnded) job.end(new ChildEnded("the media process ended"));
    else {
      this.#jobs.set(number, { ...job, file: wish.file });
      this.files.add(wish.file);
      // While something is under way the program waits for it.
      this.#child.ref();
      this.#child.channel?.ref();
      this.#stream.ref();
      this.#send({ is: "wish", job: number, wish });
    }
    return number;
  }

  #take(message: FromChild): void {
    this.#silentPulses = 0;
    if (message.is === "read") void this.#answer(message);
    if (message.is === "read" || message.is === "pulse") return;
    const job = this.#jobs.get(message.job);
    if (job === undefined) return;
    if (message.is === "granted") job.granted(message.grant);
    else this.#over(message.job, new Refused(message.why));
  }

  #piece(job: number, frameBytes: number, bytes: Uint8Array): void {
    this.#silentPulses = 0;
    if (frameBytes > 0) this.#jobs.get(job)?.piece(bytes);
    else this.#over(job, undefined);
  }

  #over(number: number, error: Error | undefined): void {
    const job = this.#jobs.get(number);
    this.#jobs.delete(number);
    this.#rest();
    job?.end(error);
  }

  async #answer(message: FromChild & { readonly is: "read" }): Promise<void> {
    const { read, file, input } = message;
    const bytes = await this.#reads.read(file, input, message.start, message.end);
    if (this.#hasEnded) return;
    if (bytes?.length === message.end - message.start) this.#pipe.send(read, bytes);
    else this.#send({ is: "unreadable", read });
  }

  /** Pulses are counted, not time: a machine that slept is no reason. */
  #listen(): void {
    if (this.#jobs.size === 0) this.#silentPulses = 0;
    else if (++this.#silentPulses > this.#maxSilentPulses) this.end();
  }

  #isAtWorkOn(file: number): boolean {
    for (const job of this.#jobs.values()) if (job.file === file) return true;
    return false;
  }

  #rest(): void {
    if (this.#jobs.size > 0) return;
    this.#child.unref();
    this.#child.channel?.unref();
    this.#stream.unref();
  }

  #send(message: ToChild): void {
    // A failed send is one to a process that has ended, which says so itself; the callback keeps it from being thrown.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function start(entry: URL): ChildProcess {
  const child = fork(entry, [], {
    // Not the parent's inspector, preloaded modules or heap. Segments are bytes outside of the heap: a small young generation
    // is enough for what is made around them, and left alone it grows for nothing.
    execArgv: [`--max-old-space-size=${HLS.maxHlsHeapMiB}`, "--max-semi-space-size=2"],
    env: { ...process.env, NODE_OPTIONS: "" },
    serialization: "advanced",
    // V8's last words and mediabunny's remarks on files are for nobody.
    stdio: ["ignore", "ignore", "ignore", "ipc", "pipe"],
  });
  child.on("error", () => undefined);
  return child;
}
