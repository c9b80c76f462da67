import type { Lab } from "../../lab/lab.ts";
import { line } from "../../lab/shaping/link-shape.ts";
import { tableOf } from "../../lab/table.ts";
import type { Random } from "../../sim/random.ts";
import { p95, TIMES_HEAD, timesRow } from "./watch-figures.ts";
import type { Film } from "./watch-film.ts";
import { placesOf, type Times, watch } from "./watch-session.ts";
import type { Shoal, Side } from "./watch-side.ts";
import type { Way } from "./watch-ways.ts";

/** How much is measured, and what chance draws. */
export interface TimesPlan {
  readonly lab: Lab;
  readonly film: Film;
  readonly random: Random;
  readonly seeks: number;
  readonly say: (text: string) => void;
}

/** A side and its holders. */
interface Stand {
  readonly side: Side;
  readonly shoal: Shoal;
}

const ALL_MBIT = 20;
const DELAY_MS = 20;
const SEEKS_A_SESSION = 4;

/** First frames and cold seeks of all sides, in turn, each session at a fresh gateway. @returns which targets were missed */
export async function measureTimes(
  plan: TimesPlan,
  holders: number,
  sides: readonly Side[],
  ways: readonly Way[],
): Promise<string[]> {
  const lines = Array.from({ length: holders }, () => line(ALL_MBIT / holders, DELAY_MS));
  const stands: Stand[] = [];
  for (const side of sides) {
    const shoal = await side.shoal(plan.lab, plan.film, lines);
    if (shoal !== undefined) stands.push({ side, shoal });
  }
  const rows: string[][] = [];
  const missed: string[] = [];
  for (const way of ways) {
    const able = stands.filter(({ side }) => side.hasHls || !way.needsHls);
    for (const times of await measureWay(plan, way, able)) {
      rows.push(rowOf(way, times));
      plan.say(`  measured: ${rows.at(-1)?.join("  ")}`);
      if (times.side.isOurs) missed.push(...missedBy(way, times, holders));
      for (const failure of new Set(times.failures)) plan.say(`${times.side.name}, ${way.name}: ${failure}`);
    }
  }
  const rate = (ALL_MBIT / holders).toFixed(1);
  plan.say(
    `\n${holders} holder(s) of ${rate} Mbit/s, ${DELAY_MS} ms one way; ms until a frame's bytes (browser: it) are here:\n`,
  );
  const more = TIMES_HEAD.slice(1);
  plan.say(tableOf(["", "first frame: median ms", ...more, "cold seek: median ms", ...more], rows));
  return missed;
}

/** One way of watching, at all sides in turn. */
async function measureWay({ film, random, seeks }: TimesPlan, way: Way, stands: readonly Stand[]): Promise<Times[]> {
  const all = stands.map(({ side }): Times => ({ side, first: [], seeks: [], failures: [] }));
  const withSeeks = Math.ceil(seeks / SEEKS_A_SESSION);
  // As many again for the first frame alone: four seeks a session leave few of those.
  for (let session = 0; session < (way.hasSecond ? 1 : 2) * withSeeks; session++) {
    const count = Math.max(0, Math.min(SEEKS_A_SESSION, seeks - session * SEEKS_A_SESSION));
    const places = placesOf(film, random.fork(`session ${session}`), count);
    for (let turn = 0; turn < stands.length; turn++) {
      const at = (session + turn) % stands.length;
      await watch(await (stands[at] as Stand).shoal.gateway(), film, way, places, all[at] as Times);
    }
  }
  return all;
}

const rowOf = (way: Way, { side, first, seeks, failures }: Times): string[] => [
  `${side.name}, ${way.name}${failures.length > 0 ? ` (${failures.length} failed)` : ""}`,
  ...timesRow(first),
  ...timesRow(seeks),
];

function missedBy(way: Way, { first, seeks, failures }: Times, holders: number): string[] {
  const over = (what: string, times: readonly number[], targetMs: number | undefined): string[] =>
    targetMs === undefined || times.length === 0 || p95(times) <= targetMs
      ? []
      : [`${holders} holder(s), ${way.name}: ${what} p95 ${p95(times).toFixed(0)} ms, target ≤ ${targetMs}`];
  return [
    ...over("first frame", first, way.firstMs),
    ...over("cold seek", seeks, way.seekMs),
    ...(failures.length > 0 ? [`${holders} holder(s), ${way.name}: ${failures.length} sessions failed`] : []),
  ];
}
