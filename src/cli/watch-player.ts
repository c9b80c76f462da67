import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { EXIT } from "./exit-code.ts";
import type { WatchFlags } from "./watch.ts";

const ARGUMENTS: Readonly<Record<NonNullable<WatchFlags["player"]>, readonly string[]>> = {
  mpv: [],
  vlc: ["--play-and-exit"],
};

/** What opens an address as a person's desktop has it. */
const OPENERS: Readonly<Record<string, string>> = { darwin: "open", win32: "explorer" };

/** How a player is started. */
export interface PlayOptions {
  readonly signal: AbortSignal;
  /** Whether standard output is for a program. */
  readonly isJson: boolean;
}

/**
 * Plays an address, until the player ends or is stopped. One with a key in it is given in a file that nobody else can
 * read: everybody on a machine sees the arguments of its processes.
 * @returns the exit code: 1 when the player failed
 * @throws CardumeError `program-missing` (exit code 5)
 */
export async function play(
  player: NonNullable<WatchFlags["player"]>,
  address: string,
  { signal, isJson }: PlayOptions,
): Promise<number> {
  if (new URL(address).password === "") return await run(player, [...ARGUMENTS[player], address], isJson, signal);
  const folder = await mkdtemp(join(tmpdir(), "cardume-watch-"));
  try {
    const playlist = join(folder, "video.m3u");
    await writeFile(playlist, `${address}\n`, { mode: 0o600 });
    return await run(player, [...ARGUMENTS[player], playlist], isJson, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], isJson: boolean, signal: AbortSignal): Promise<number> {
  const child = spawn(program, args, { stdio: ["inherit", isJson ? "ignore" : "inherit", "inherit"] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  child.once("error", (error) => reject(missing(program, error)));
  // A player that was stopped with us has done what it should.
  child.once("exit", (code) => resolve(code === 0 || signal.aborted ? EXIT.done : EXIT.incomplete));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Opens an address in the browser, which goes on by itself. @throws CardumeError `program-missing` (exit code 5) */
export function openInBrowser(address: string): Promise<void> {
  const program = OPENERS[process.platform] ?? "xdg-open";
  const child = spawn(program, [address], { stdio: "ignore", detached: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", (error) => reject(missing(program, error)));
  child.once("spawn", () => {
    child.unref();
    resolve();
  });
  return promise;
}

const missing = (program: string, cause: unknown): CardumeError =>
  new CardumeError("program-missing", `${program} cannot be started: is it installed?`, {
    exitCode: EXIT.refused,
    cause,
  });
