import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The launcher of the command line. */
export const LAUNCHER: string = fileURLToPath(new URL("../bin/cardume.js", import.meta.url));

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Node program that runs. It dies with this process. */
export class Program {
  static readonly #running = new Set<Program>();
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";
  readonly #listeners = new Set<() => void>();

  static {
    process.on("exit", () => {
      for (const { child } of Program.#running) child.kill("SIGKILL");
    });
  }

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    Program.#running.add(this);
    this.child.stdin?.on("error", () => {});
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.#stdout += bytes.toString();
      this.#tell();
    });
    this.child.stderr?.on("data", (bytes: Buffer) => {
      this.#stderr += bytes.toString();
      this.#tell();
    });
    this.ended = once(this.child, "close").then(([code]) => {
      Program.#running.delete(this);
      this.#tell();
      return { code: code as number | null, stdout: this.#stdout, stderr: this.#stderr };
    });
    // Whoever waits for it sees why; nobody has to.
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** All it has said, standard error behind standard output. */
  get said(): string {
    return this.#stdout + this.#stderr;
  }

  /** Waits until it has said this on either output. @throws Error when it ends before, or takes longer */
  async says(pattern: RegExp, patienceMs = 60_000): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const fail = (why: string): void => reject(new Error(`${this.child.spawnargs.join(" ")}: ${why}\n${this.said}`));
    const look = (): void => {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) resolve(match);
      else if (!this.isRunning) fail(`ended without ${pattern}`);
    };
    const timer = setTimeout(() => fail(`did not say ${pattern}`), patienceMs);
    this.#listeners.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  /** Ends it, and waits until it has. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.isRunning) this.child.kill(signal);
    await this.ended;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Runs a Node program to its end. */
export const runNode = (args: readonly string[]): Promise<Ended> => {
  const program = new Program(process.execPath, args);
  program.child.stdin?.end();
  return program.ended;
};

/** Runs a command of ours to its end. @throws Error when it does not end with one of these codes */
export async function runCardume(args: readonly string[], okCodes: readonly number[] = [0]): Promise<Ended> {
  const ended = await runNode([LAUNCHER, ...args]);
  if (ended.code !== null && okCodes.includes(ended.code)) return ended;
  throw new Error(`cardume ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
}
