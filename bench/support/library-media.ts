import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaReader } from "../../src/media/media-facts.ts";
import { median, spread } from "./statistics.ts";

const FOLDER = fileURLToPath(new URL("../../test/fixtures/media", import.meta.url));

/** Reading what media files say of themselves: the first file of a process, those after it, and the reading process. */
export async function measureMediaFacts(rounds: number, say: (text: string) => void): Promise<string[]> {
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  const cold: number[] = [];
  const warm: number[] = [];
  const rss: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const reader = new MediaReader();
    const times: number[] = [];
    for (const file of files) {
      const startedAtMs = performance.now();
      await reader.facts(file);
      times.push(performance.now() - startedAtMs);
    }
    cold.push(times[0] as number);
    warm.push(...times.slice(1));
    rss.push(...childrenMiB());
    await reader.close();
  }
  say(`media facts, the first file of a process: ${spread(cold)} ms`);
  say(`  each after it:                         ${spread(warm, 1)} ms`);
  say(`  largest RSS of the reading process:    ${rss.length === 0 ? "not known here" : `${spread(rss)} MiB`}`);
  return Number.isNaN(median(warm)) ? ["no media files were read"] : [];
}

/** The largest RSS that each child of this process has had, where the system says it (Linux). */
function childrenMiB(): number[] {
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
    return children.filter(Boolean).map((pid) => {
      const most = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return Number(most?.[1] ?? Number.NaN) / 1024;
    });
  } catch {
    return [];
  }
}
