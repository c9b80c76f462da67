import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureHashCeiling } from "../hash-ceiling.ts";
import { runNode } from "./processes.ts";
import { median, spread } from "./statistics.ts";

const LEAST_RATIO = 0.75;
const MOST_DELAY_MS = 20;
const MOST_RSS_MIB = 200;
const MIB = 1_048_576;
const PROGRAM = fileURLToPath(new URL("../bare/add-in-turn.ts", import.meta.url));

/** Of the file that is added second: it only shows what a warm process reaches. */
const SECOND_BYTES = 1024 * MIB;

interface Added {
  /** A file. */
  readonly ms: readonly number[];
  readonly maxRssMiB: number;
  readonly delayP99Ms: number;
}

/** Writes a file of random blocks, none like another, which the page cache keeps. */
export function makeFile(path: string, bytes: number): void {
  const block = randomFillSync(Buffer.alloc(16 * MIB));
  const fd = openSync(path, "w");
  for (let at = 0; at < bytes; at += block.length) {
    block.writeDoubleLE(at, 0);
    writeSync(fd, block, 0, Math.min(block.length, bytes - at));
  }
  closeSync(fd);
}

/** Has the page cache hold a file: some machines take memory back that was not used for a while. */
function readAll(path: string): void {
  const buffer = new Uint8Array(MIB);
  const fd = openSync(path, "r");
  while (readSync(fd, buffer) > 0);
  closeSync(fd);
}

/** One process's adding, and what two threads hashed from memory just before and after it. */
interface Round extends Added {
  readonly ceilings: readonly number[];
}

/** Adds files in a fresh process, to a library that is thrown away. */
async function addOnce(library: string, paths: readonly string[]): Promise<Round> {
  const ceiling = async (): Promise<number> => (await measureHashCeiling({ threads: 2, ms: 2000 })) / MIB;
  const before = await ceiling();
  for (const path of paths) readAll(path);
  const added = JSON.parse(await runNode([PROGRAM, library, ...paths])) as Added;
  rmSync(library, { recursive: true });
  return { ...added, ceilings: [before, await ceiling()] };
}

const rateOf = (bytes: number, ms: number | undefined): number => bytes / MIB / ((ms ?? Number.NaN) / 1000);

/**
 * Adding a file in place, against what two threads hash from memory in the same run; a second one in the same process;
 * and, where the first has the name of a film, with the process that reads media facts beside it.
 */
export async function measureAdding(
  folder: string,
  bytes: number,
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  const [plain, film, other] = ["video.bin", "video.mp4", "other.bin"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const secondBytes = Math.min(bytes, SECOND_BYTES);
  const library = join(folder, "added");
  makeFile(plain, bytes);
  makeFile(other, secondBytes);
  const plains: Round[] = [];
  const films: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    plains.push(await addOnce(library, [plain, other]));
    renameSync(plain, film);
    films.push(await addOnce(library, [film]));
    renameSync(film, plain);
  }
  for (const path of [plain, other]) rmSync(path);
  const ratios = (all: readonly Round[], at: number, size: number): number[] =>
    all.map(({ ms, ceilings }) => rateOf(size, ms[at]) / median(ceilings));
  const first = ratios(plains, 0, bytes);
  const delays = plains.map(({ delayP99Ms }) => delayP99Ms);
  const rss = plains.map(({ maxRssMiB }) => maxRssMiB);
  say(`two threads hashing leaves from memory:  ${spread([...plains, ...films].flatMap((one) => one.ceilings))} MiB/s`);
  say(
    `adding ${bytes / MIB} MiB in place:               ${spread(plains.map(({ ms }) => rateOf(bytes, ms[0])))} MiB/s`,
  );
  say(`  of what two threads hash:              ${spread(first, 2)}  (target ≥ ${LEAST_RATIO})`);
  say(`  ${secondBytes / MIB} MiB after it, same process:     ${spread(ratios(plains, 1, secondBytes), 2)}`);
  say(`  named like a film, a fresh process:    ${spread(ratios(films, 0, bytes), 2)}`);
  say(`  main thread's delay, p99:              ${spread(delays, 1)} ms  (target ≤ ${MOST_DELAY_MS})`);
  say(`  largest RSS:                           ${spread(rss)} MiB  (target ≤ ${MOST_RSS_MIB})`);
  return [
    ...(median(first) < LEAST_RATIO ? ["adding is too slow"] : []),
    ...(median(delays) > MOST_DELAY_MS ? ["adding keeps the main thread busy"] : []),
    ...(median(rss) > MOST_RSS_MIB ? ["adding takes too much memory"] : []),
  ];
}
