import { type ChildProcess, spawn } from "node:child_process";

/** How a process is started. */
export interface StartOptions {
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
  /** `ignore` by default. A number is a file descriptor, for standard output only. */
  readonly stdout?: "pipe" | number;
}

/** How a process ended, and all it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
  readonly ms: number;
}

/** Longer than any wait of the programs under test; a test that meets it is stuck. */
const PATIENCE_MS = 20_000;

/** A process that runs, and what it says. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #said: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  readonly #listeners = new Set<() => void>();
  #over: Ended | undefined;

  constructor(command: string, args: readonly string[], { cwd, env, stdout = "pipe" }: StartOptions) {
    const startedAt = performance.now();
    this.#child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", stdout, "pipe"] });
    for (const name of ["stdout", "stderr"] as const)
      this.#child[name]?.on("data", (bytes: Buffer) => {
        this.#said[name].push(bytes);
        this.#tell();
      });
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.#child.once("error", reject);
    this.#child.once("close", (code, signal) => {
      const ms = performance.now() - startedAt;
      const stdoutBytes = Buffer.concat(this.#said.stdout);
      this.#over = { code, signal, stdout: this.stdout, stdoutBytes, stderr: this.stderr, ms };
      resolve(this.#over);
      this.#tell();
    });
    promise.catch(() => {}); // seen by whoever waits for it
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get stdout(): string {
    return Buffer.concat(this.#said.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#said.stderr).toString();
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Waits until it has said something; what it said before counts. */
  async says(pattern: RegExp, on: "stdout" | "stderr" = "stdout"): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const fail = (how: string): void =>
      reject(new Error(`${how} without ${pattern} on ${on}; it said:\n${this.stdout}${this.stderr}`));
    const look = (): void => {
      const match = pattern.exec(this[on]);
      if (match !== null) resolve(match);
      else if (this.#over !== undefined) fail(`ended (${this.#over.code ?? this.#over.signal})`);
    };
    const timer = setTimeout(() => fail("nothing more came"), PATIENCE_MS);
    this.#listeners.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops it as a person would, and waits for its end. */
  stop(): Promise<Ended> {
    this.kill("SIGTERM");
    return this.ended;
  }

  /** Whatever its state, also stopped or stuck: it is gone afterwards. */
  async end(): Promise<void> {
    if (this.#over === undefined) this.kill("SIGKILL");
    await this.ended.catch(() => {});
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
