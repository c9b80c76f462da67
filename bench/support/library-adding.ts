import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureHashCeiling } from "../hash-ceiling.ts";
import { runNode } from "./processes.ts";
import { median, spread } from "./statistics.ts";

const LEAST_RATIO = 0.75;
const MOST_DELAY_MS = 20;
const MOST_RSS_MIB = 200;
const MIB = 1_048_576;
const PROGRAM = fileURLToPath(new URL("../bare/add-one.ts", import.meta.url));

interface Added {
  readonly ms: number;
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

/** Adding a file in place, against what two threads hash from memory in the same run. */
export async function measureAdding(
  folder: string,
  bytes: number,
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  const path = join(folder, "video.bin");
  makeFile(path, bytes);
  const ceilings: number[] = [];
  const added: Added[] = [];
  for (let round = 0; round < rounds; round++) {
    ceilings.push((await measureHashCeiling({ threads: 2, ms: 2000 })) / MIB);
    const library = join(folder, `added-${round}`);
    readAll(path);
    added.push(JSON.parse(await runNode([PROGRAM, library, path])) as Added);
    ceilings.push((await measureHashCeiling({ threads: 2, ms: 2000 })) / MIB);
    rmSync(library, { recursive: true });
  }
  rmSync(path);
  const rates = added.map(({ ms }) => bytes / MIB / (ms / 1000));
  const ratios = rates.map((rate, round) => rate / median(ceilings.slice(2 * round, 2 * round + 2)));
  const delays = added.map(({ delayP99Ms }) => delayP99Ms);
  const rss = added.map(({ maxRssMiB }) => maxRssMiB);
  say(`two threads hashing leaves from memory:  ${spread(ceilings)} MiB/s`);
  say(`adding ${bytes / MIB} MiB in place:               ${spread(rates)} MiB/s`);
  say(`  of what two threads hash:              ${spread(ratios, 2)}  (target ≥ ${LEAST_RATIO})`);
  say(`  main thread's delay, p99:              ${spread(delays, 1)} ms  (target ≤ ${MOST_DELAY_MS})`);
  say(`  largest RSS:                           ${spread(rss)} MiB  (target ≤ ${MOST_RSS_MIB})`);
  return [
    ...(median(ratios) < LEAST_RATIO ? ["adding is too slow"] : []),
    ...(median(delays) > MOST_DELAY_MS ? ["adding keeps the main thread busy"] : []),
    ...(median(rss) > MOST_RSS_MIB ? ["adding takes too much memory"] : []),
  ];
}
