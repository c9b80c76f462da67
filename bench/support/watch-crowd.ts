import { readdirSync, readFileSync } from "node:fs";
import type { Lab } from "../../lab/lab.ts";
import { usageOf } from "../../lab/process-usage.ts";
import { tableOf } from "../../lab/table.ts";
import type { Film } from "./watch-film.ts";
import { hlsViewer } from "./watch-hls.ts";
import type { Group } from "./watch-index.ts";
import { SimulatedPlayer } from "./watch-playing.ts";
import type { Gateway, Side } from "./watch-side.ts";
import { pause } from "./watch-viewer.ts";

const VIEWERS = 20;
const WATCHED_MS = 20_000;
const LOOK_EVERY_MS = 200;
const MOST_RSS_MB = 300;

/** Twenty viewers of one held film at once, each elsewhere in it: the memory of its server. @returns which targets were missed */
export async function measureCrowd(
  lab: Lab,
  film: Film,
  sides: readonly Side[],
  say: (text: string) => void,
): Promise<string[]> {
  const rows: string[][] = [];
  const missed: string[] = [];
  for (const side of sides)
    for (const isHls of side.hasHls ? [false, true] : [false]) {
      const name = `${side.name}, ${isHls ? "HLS" : "Range"}`;
      const gateway = await side.held(lab, film);
      const before = rssMbOf(gateway.pid);
      const { mostMb, mostNodeMb, stalls } = await crowd(gateway, film, isHls);
      await gateway.stop();
      rows.push([name, before.all.toFixed(0), mostMb.toFixed(0), mostNodeMb.toFixed(0), stalls?.toFixed(0) ?? "–"]);
      if (side.isOurs && mostMb > MOST_RSS_MB)
        missed.push(`${VIEWERS} viewers, ${name}: RSS of ${mostMb.toFixed(0)} MB, target ≤ ${MOST_RSS_MB}`);
    }
  say(`\n${VIEWERS} viewers of one held film for ${WATCHED_MS / 1000} s, RSS in MB, child processes included:\n`);
  say(tableOf(["", "before", "most", "most of the main process", "stalls"], rows));
  return missed;
}

async function crowd(
  gateway: Gateway,
  film: Film,
  isHls: boolean,
): Promise<{ mostMb: number; mostNodeMb: number; stalls: number | undefined }> {
  const stop = new AbortController();
  const { groups } = film.index;
  const starts = Array.from(
    { length: VIEWERS },
    (_, viewer) => groups[Math.floor((groups.length * viewer) / (VIEWERS + 1))] as Group,
  );
  const viewers = isHls ? starts.map(() => hlsViewer(gateway.hlsUrl ?? "")) : [];
  const seeking = Promise.all(
    viewers.map(async (viewer, index) => {
      await viewer.open();
      await viewer.seek(starts[index] as Group);
    }),
  );
  const playing = isHls ? [] : starts.map((start) => new SimulatedPlayer(gateway.url, film, start, stop.signal).play());
  let [mostMb, mostNodeMb] = [0, 0];
  for (let atMs = 0; atMs < WATCHED_MS; atMs += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS);
    const { all, main } = rssMbOf(gateway.pid);
    mostMb = Math.max(mostMb, all);
    mostNodeMb = Math.max(mostNodeMb, main);
  }
  stop.abort();
  await seeking;
  for (const viewer of viewers) await viewer.close();
  const played = await Promise.all(playing);
  return { mostMb, mostNodeMb, stalls: isHls ? undefined : played.reduce((sum, { stalls }) => sum + stalls, 0) };
}

/** RSS of a process, and with those that it started, in MB. */
function rssMbOf(pid: number): { readonly main: number; readonly all: number } {
  const main = usageOf(pid).rssMiB * 1.048576;
  return { main, all: main + childrenOf(pid).reduce((sum, child) => sum + rssMbOf(child).all, 0) };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  });
}
