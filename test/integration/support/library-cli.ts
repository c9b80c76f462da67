import { createHash } from "node:crypto";
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { expect } from "vitest";
import { numbers } from "./noise.ts";
import { CARDUME, NODE } from "./places.ts";
import type { Ended, Running } from "./running.ts";
import type { Stage } from "./stage.ts";

const MEDIA = new URL("../../fixtures/media/", import.meta.url);

/** One line of a command's `--json`. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** The library of a stage, in its folder `data`, used by the command line alone. */
export class CliLibrary {
  readonly #stage: Stage;
  readonly #env: Record<string, string>;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#env = { CARDUME_DATA: stage.path("data") };
  }

  start(...args: readonly string[]): Running {
    return this.#stage.cardume(args, { env: this.#env });
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** A command that has to end well. */
  async good(...args: readonly string[]): Promise<Ended> {
    const ended = await this.run(...args);
    expect(ended.code, ended.stderr).toBe(0);
    return ended;
  }

  /** A command that has to end well, with `--json`. */
  async json(...args: readonly string[]): Promise<JsonLine[]> {
    return jsonLines(await this.good(...args, "--json"));
  }

  /** Adds one file, and says its id in hex. */
  async add(...args: readonly string[]): Promise<string> {
    const [line] = await this.json("add", ...args);
    return line?.["id"] as string;
  }

  /** A shell's command line, in which `cardume` stands for the launcher. */
  shell(line: string): Running {
    const cardume = `cardume() { '${NODE}' '${CARDUME}' "$@"; }`;
    return this.#stage.start("bash", ["-c", `${cardume}; ${line}`], { env: this.#env });
  }

  /** A command on a terminal of so many columns: what is printed on both streams is its standard output. */
  onTerminal(columns: number, ...args: readonly string[]): Running {
    const spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    const sized = ["sh", "-c", `stty cols ${columns} rows 24; exec "$@"`, "sh"];
    return this.#stage.start("python3", ["-c", spawn, ...sized, NODE, CARDUME, ...args], { env: this.#env });
  }

  /** What lies in the folder of videos: their ids, and what should not be there. */
  folders(): string[] {
    return readdirSync(this.#stage.path("data/videos")).sort();
  }
}

/** The objects of a command's `--json`, one a line. */
export const jsonLines = ({ stdout }: Pick<Ended, "stdout">): JsonLine[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);

/** Bytes that are the same in every run. */
export function noise(length: number, seed: number = length): Buffer {
  const next = numbers(seed);
  const bytes = Buffer.alloc(length + (4 - (length % 4)));
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(next(2 ** 32), at);
  return bytes.subarray(0, length);
}

/** Real files of several formats in a new folder of the stage, some with subtitle files. @returns their names */
export function furnishVideos(stage: Stage, folder: string): string[] {
  mkdirSync(stage.path(folder), { recursive: true });
  const from: Readonly<Record<string, string>> = {
    "Férias em São Paulo.mp4": "plain.mp4",
    "Natal 2019.mkv": "two-audios.mkv",
    "curta.webm": "picture.webm",
  };
  for (const [name, fixture] of Object.entries(from)) cpSync(new URL(fixture, MEDIA), stage.path(`${folder}/${name}`));
  stage.write(`${folder}/curta.pt-BR.srt`, "1\n00:00:00,000 --> 00:00:01,000\nolá\n");
  stage.write(`${folder}/aula_de_dança.bin`, noise(2_500_000));
  return [...Object.keys(from), "aula_de_dança.bin"];
}

/** Changes one bit of a file, at its place. */
export function flipBit(path: string, at: number): void {
  const file = openSync(path, "r+");
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ 1;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}

/** SHA-256 in hex, shorter to compare than megabytes. */
export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The one line on standard error that a person who did something wrong is given. */
export function expectOneLine({ stderr }: Pick<Ended, "stderr">, says: RegExp): void {
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^cardume: /);
  expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
}
