import { spawnSync } from "node:child_process";
import { line } from "../../lab/shaping/link-shape.ts";
import { Random } from "../../sim/random.ts";
import { filmOf } from "../support/watch-film.ts";
import { placesOf, type Times, watch } from "../support/watch-session.ts";
import type { Side as WatchSide } from "../support/watch-side.ts";
import { PLAIN_WAYS } from "../support/watch-ways.ts";
import type { Figures, Stand } from "./side.ts";
import type { TaskOf } from "./task.ts";

const ALL_MBIT = 20;
const DELAY_MS = 20;

/** Work 4: one session at a fresh gateway, by the sides of bench:watch: its first frame, and seeks to cold places. */
export function watchBy(side: WatchSide, task: TaskOf<"watch">, stand: Stand): Promise<Figures | string> {
  const why = whyNot(side, task);
  return why === undefined ? session(side, task, stand) : Promise.resolve(why);
}

function whyNot({ hasHls }: WatchSide, { via }: TaskOf<"watch">): string | undefined {
  if (via === "HLS" && !hasHls) return "it makes no HLS";
  const hasFfmpeg = spawnSync(process.env["FFMPEG"] ?? "ffmpeg", ["-version"]).status === 0;
  return hasFfmpeg ? undefined : "no ffmpeg here, to make the film";
}

function session(
  side: WatchSide,
  { holders, hasSecond, via }: TaskOf<"watch">,
  stand: Stand,
): Promise<Figures | string> {
  const film = filmOf("mp4", stand.sizes.filmS);
  const way = PLAIN_WAYS.find((one) => one.hasSecond === hasSecond && one.needsHls === (via === "HLS"));
  if (way === undefined) throw new Error(`no way of watching by ${via}`);
  // The same places for all sides of a round.
  const places = placesOf(film, new Random(1).fork(`round ${stand.round}`), stand.sizes.seeks);
  return stand.inLab(async (lab) => {
    const shapes = Array.from({ length: holders }, () => line(ALL_MBIT / holders, DELAY_MS));
    const shoal = await side.shoal(lab, film, shapes);
    if (shoal === undefined) return "it reads from one holder only";
    const times: Times = { side, first: [], seeks: [], failures: [] };
    await watch(await shoal.gateway(), film, way, places, times);
    if (times.failures.length > 0) throw new Error(times.failures.join("; "));
    return { seekMs: times.seeks, firstMs: times.first };
  });
}
