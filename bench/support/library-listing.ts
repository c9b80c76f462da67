import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openLibrary } from "../../src/open-library.ts";
import { median, spread } from "./statistics.ts";
import { makeSyntheticLibrary } from "./synthetic-library.ts";

const MOST_LS_MS = 1000;
const MOST_LS_MIB = 150;
const MOST_SEARCH_MS = 50;
const MOST_OPEN_MS = 500;
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Listing, searching and opening a library of 5,000 videos and 100,000 held chunks. */
export async function measureListing(folder: string, rounds: number, say: (text: string) => void): Promise<string[]> {
  const data = join(folder, "synthetic");
  await makeSyntheticLibrary(data, 5000, 20);
  const ls: number[] = [];
  const rss: number[] = [];
  const opens: number[] = [];
  const searches: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAtMs = performance.now();
    const { stdout } = spawnSync(process.execPath, [path("../../bin/cardume.js"), "ls", "--data", data]);
    ls.push(performance.now() - startedAtMs);
    const lines = stdout.toString().trim().split("\n").length;
    if (lines < 5000) throw new Error(`ls printed ${lines} lines`);
    rss.push(rssOf(data));
    opens.push(await openMs(data));
    searches.push(...(await searchMs(data)));
  }
  say(`5,000 videos: ls, from process start:    ${spread(ls)} ms  (target ≤ ${MOST_LS_MS})`);
  say(`  largest RSS:                           ${spread(rss)} MiB  (target ≤ ${MOST_LS_MIB})`);
  say(`  search:                                ${spread(searches, 1)} ms  (target ≤ ${MOST_SEARCH_MS})`);
  say(`  opening, with 100,000 held chunks:     ${spread(opens)} ms  (target ≤ ${MOST_OPEN_MS})`);
  return [
    ...(median(ls) > MOST_LS_MS ? ["ls is too slow"] : []),
    ...(median(rss) > MOST_LS_MIB ? ["ls takes too much memory"] : []),
    ...(median(searches) > MOST_SEARCH_MS ? ["search is too slow"] : []),
    ...(median(opens) > MOST_OPEN_MS ? ["opening is too slow"] : []),
  ];
}

function rssOf(data: string): number {
  const { stderr } = spawnSync(process.execPath, [path("../bare/run-cli.ts"), "ls", "--data", data]);
  return Number(stderr.toString().trim().split("\n").at(-1));
}

async function openMs(data: string): Promise<number> {
  const startedAtMs = performance.now();
  const library = await openLibrary({ folder: data });
  const ms = performance.now() - startedAtMs;
  await library.close();
  return ms;
}

/** One word, one that few have, the beginning of one, and two. */
async function searchMs(data: string): Promise<number[]> {
  const library = await openLibrary({ folder: data });
  const times: number[] = [];
  for (const words of ["ferias", "4711", "entr", "natal entr"]) {
    const startedAtMs = performance.now();
    const found = await library.list({ words });
    times.push(performance.now() - startedAtMs);
    if (found.length === 0) throw new Error(`nothing found for ${words}`);
  }
  await library.close();
  return times;
}
