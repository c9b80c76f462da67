import type { Lab } from "../../lab/lab.ts";
import { line } from "../../lab/shaping/link-shape.ts";
import { tableOf } from "../../lab/table.ts";
import type { Film } from "./watch-film.ts";
import type { Group } from "./watch-index.ts";
import { SimulatedPlayer } from "./watch-playing.ts";
import type { Side } from "./watch-side.ts";
import { pause, rangeViewer } from "./watch-viewer.ts";

const DELAY_MS = 20;
const SLOW_KIB_PER_S = 32;
/** Holders at an even rate; two of them are killed. */
const EVEN = 4;
const KILLED = 2;
/** What those that are left bring, of the film's rate. */
const LEFT = 2.02;

/**
 * Plays a whole film at its own speed with a buffer of 10 s, from four holders and one of 32 KiB/s; after a fifteenth and
 * two fifteenths of it a holder is killed. Those left bring little more than twice the rate. @returns which targets were missed
 */
export async function measureStalls(
  lab: Lab,
  film: Film,
  sides: readonly Side[],
  say: (text: string) => void,
): Promise<string[]> {
  const filmMbit = (film.bytes * 8) / 1e6 / film.index.durationS;
  const slowMbit = (SLOW_KIB_PER_S * 1024 * 8) / 1e6;
  const evenMbit = (filmMbit * LEFT) / (EVEN - KILLED);
  const lines = [slowMbit, ...Array.from({ length: EVEN }, () => evenMbit)].map((mbit) => line(mbit, DELAY_MS));
  const rows: string[][] = [];
  const missed: string[] = [];
  for (const side of sides) {
    const shoal = await side.shoal(lab, film, lines);
    if (shoal === undefined) continue;
    const gateway = await shoal.gateway();
    const viewer = rangeViewer(gateway.url, film);
    const firstMs = await viewer.open();
    await viewer.close();
    const player = new SimulatedPlayer(gateway.url, film, film.index.groups[0] as Group, new AbortController().signal);
    const playing = player.play();
    for (let killed = 1; killed <= KILLED; killed++) {
      await pause((film.index.durationS * 1000) / 15);
      await shoal.kill(killed);
    }
    const { stalls, stalledMs, reconnects, playedS } = await playing;
    const hasEnded = playedS > film.index.durationS - 1;
    rows.push([side.name, ...[firstMs, stalls, stalledMs, reconnects, playedS].map((value) => value.toFixed(0))]);
    if (side.isOurs && (stalls > 0 || !hasEnded))
      missed.push(`the whole film: ${stalls} stalls, ${playedS.toFixed(0)} s played; target 0, and all of it`);
    await gateway.stop();
    for (let holder = 0; holder < lines.length; holder++) await shoal.kill(holder);
  }
  say(
    `\n${film.index.durationS.toFixed(0)} s played as they are with a buffer of 10 s; one holder of ${SLOW_KIB_PER_S} KiB/s, ` +
      `${EVEN} of ${evenMbit.toFixed(2)} Mbit/s, of which ${KILLED} are killed:\n`,
  );
  say(tableOf(["", "first frame ms", "stalls", "stalled ms", "reconnects", "played s"], rows));
  return missed;
}
