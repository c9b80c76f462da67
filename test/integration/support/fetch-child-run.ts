import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NODE } from "./places.ts";

const CHILD = fileURLToPath(new URL("fetch-child.ts", import.meta.url));

/** Compiled once for all starts. */
const COMPILED = join(tmpdir(), "cardume-test-compiled");

/** What a node that fetches in a process of its own is to do. */
export interface FetchChildOrder {
  readonly folder: string;
  /** The address of the one who has it. */
  readonly holder: string;
  readonly id: Uint8Array;
  /** The change of the disk or the catalogue, counted from the fetch's first, at which it is killed; 0 for none. */
  readonly killAt: number;
}

/** What it said before it was gone. */
export interface FetchChildEnd {
  /** Chunks that it said are held. */
  readonly held: readonly number[];
  /** `undefined` when it was killed. */
  readonly outcome: string | undefined;
}

/** Runs one to its end, or to the change at which it is killed. */
export function fetchInChild({ folder, holder, id, killAt }: FetchChildOrder): Promise<FetchChildEnd> {
  const args = [CHILD, folder, holder, Buffer.from(id).toString("hex"), String(killAt)];
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED };
  const child = spawn(NODE, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const held: number[] = [];
  let outcome: string | undefined;
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, chunk] = line.split(" ");
    if (word === "held") held.push(Number(chunk));
    else outcome = word;
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL" || (code === 0 && outcome !== undefined)) resolve({ held, outcome });
      else reject(new Error(`the fetching process ended with ${code ?? signal}: ${complaint}`));
    });
  });
}
