import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import type { Library } from "../../../src/store/library.ts";
import { openStore } from "../../../src/store/open.ts";
import { NODE } from "./places.ts";
import { type Ledger, strays } from "./store-ledger.ts";
import type { Ack, Workload } from "./store-workload.ts";

const CHILD = fileURLToPath(new URL("store-child.ts", import.meta.url));

/** Compiled once for hundreds of starts. */
const COMPILED = join(tmpdir(), "cardume-test-compiled");

/** What a whole run of many libraries side by side takes. */
const ROOM_BYTES = 512 * 1024 * 1024;

/** Hundreds of libraries are made: in memory where there is room, since what a killed process leaves is the same there. */
function quickPlace(): string {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize >= ROOM_BYTES ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Does something in an empty folder, which is gone afterwards. */
export async function inFolder<Result>(action: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(quickPlace(), "cardume-test-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program that uses a library, until it ends or is killed. */
export interface ChildRun {
  /** Resolves at its first word: it begins. */
  readonly started: Promise<void>;
  /** Whether it came to the end of its work. */
  readonly ended: Promise<boolean>;
  kill(): void;
}

/** Starts it. @param args as `store-child.ts` takes them */
export function startChild(args: readonly string[], note: (ack: Ack) => void, command: string[] = [NODE]): ChildRun {
  const [program = NODE, ...words] = command;
  const child = spawn(program, [...words, CHILD, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  });
  const started = Promise.withResolvers<void>();
  let isDone = false;
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "started") started.resolve();
    else if (line.startsWith("done")) isDone = true;
    // A line that was cut short was not said.
    else if (line.startsWith("{") && line.endsWith("}")) note(JSON.parse(line) as Ack);
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once("close", (code, signal) => {
      started.resolve();
      if (signal === "SIGKILL" || (code === 0 && isDone)) resolve(isDone);
      else reject(new Error(`the program ended with ${code ?? signal}: ${complaint}`));
    });
  });
  return { started: started.promise, ended, kill: () => void child.kill("SIGKILL") };
}

/** How long an opening may take, see reference/faults.md. */
const MAX_OPENING_MS = 2000;

/** Opens a library again, looks at everything, and goes on with it. @returns what is wrong, in words */
export async function lookAgain(
  { library: folder }: Workload,
  ledger: Ledger,
  goOn: (library: Library) => Promise<void>,
): Promise<string[]> {
  const before = performance.now();
  const library = await openStore({ folder }, { hasher: new InlineHasher() });
  const openedMs = performance.now() - before;
  try {
    const problems = openedMs > MAX_OPENING_MS ? [`opening took ${openedMs.toFixed()} ms`] : [];
    problems.push(...strays(folder).map((name) => `stray: ${name}`), ...(await ledger.problems(library)));
    await goOn(library);
    problems.push(...strays(folder).map((name) => `stray after going on: ${name}`));
    return problems;
  } finally {
    await library.close();
  }
}
