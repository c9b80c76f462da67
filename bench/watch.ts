/**
 * Watching, all sides in one run: `node bench/watch.ts [--only range,browser,held,stalls,crowd] [--seeks 40] [--film mp4|mkv]
 * [--holders 1,3] [--sides cardume,webtorrent,nginx] [--rounds 5] [--stall-seconds 120] [--seed 1]`. Exit code 1 when a target is missed. Cardume is the built
 * package: dist/ is made anew. `--install` installs WebTorrent, as bench/peers pins it, into .cache/, and ends.
 *
 *   range    first frames and cold seeks, a plain HTTP client, by Range and by HLS, alone and beside a second viewer
 *   browser  the same in headless Chromium: hls.js, and the file in the browser's own player
 *   held     a held file over HTTP, MB/s
 *   stalls   a whole film at its own speed, one holder slow and two killed
 *   crowd    twenty viewers of one held film: RSS
 */
import { cpus, release, tmpdir, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { build } from "../lab/built.ts";
import { Lab } from "../lab/lab.ts";
import { Random } from "../sim/random.ts";
import { browserStand } from "./support/watch-browser.ts";
import { measureCrowd } from "./support/watch-crowd.ts";
import { type Container, filmOf } from "./support/watch-film.ts";
import { measureHeld } from "./support/watch-held.ts";
import { nginxSide, nginxVersion } from "./support/watch-nginx.ts";
import { hasGateway, ours } from "./support/watch-ours.ts";
import type { Side } from "./support/watch-side.ts";
import { measureStalls } from "./support/watch-stalls.ts";
import { measureTimes } from "./support/watch-times.ts";
import { PLAIN_WAYS, type Way } from "./support/watch-ways.ts";
import { hasWebtorrent, installWebtorrent, webtorrent } from "./support/watch-webtorrent.ts";

const FILM_S = 600;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "range,browser,held,stalls,crowd" },
    seeks: { type: "string", default: "40" },
    film: { type: "string", default: "mp4" },
    holders: { type: "string", default: "1,3" },
    sides: { type: "string", default: "cardume,webtorrent,nginx" },
    rounds: { type: "string", default: "5" },
    "stall-seconds": { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    install: { type: "boolean", default: false },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.install) process.exit(installWebtorrent());

// Its processes end with it, and its folder goes.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

say(`node bench/watch.ts ${process.argv.slice(2).join(" ")}`);
const [cpu] = cpus();
const memory = `${Math.round(totalmem() / 1e9)} GB`;
say(`${cpus().length} × ${cpu?.model.trim()}, ${memory}, Linux ${release()}, Node ${process.version}, ${tmpdir()}`);
// Not by itself: Node may wait for ever for handles that are gone already (Environment::CleanupHandles).
process.exit(await main());

/** Whoever is wanted and can be measured here. */
async function sidesHere(): Promise<Side[]> {
  const wanted = new Set(values.sides.split(","));
  const sides: Side[] = [];
  if (wanted.has("cardume") && (await hasGateway())) {
    build();
    sides.push(ours);
  } else say("without cardume: not wanted, or its up has no --http");
  if (wanted.has("webtorrent") && hasWebtorrent()) sides.push(webtorrent);
  else say("without WebTorrent: not wanted, or not installed (node bench/watch.ts --install)");
  const version = wanted.has("nginx") ? await nginxVersion() : undefined;
  if (version === undefined) say("without nginx: not wanted, or not here");
  else sides.push(nginxSide(version));
  return sides;
}

async function main(): Promise<number> {
  const parts = new Set(values.only.split(","));
  const sides = await sidesHere();
  const film = filmOf(values.film as Container, FILM_S);
  const { groups, durationS } = film.index;
  const mbit = ((film.bytes * 8) / 1e6 / durationS).toFixed(2);
  say(`${values.film}: ${durationS.toFixed(0)} s, ${film.bytes} bytes, ${mbit} Mbit/s, ${groups.length} key frames`);
  const seed = Number(values.seed);
  const missed: string[] = [];
  const inLab = async (part: string, run: (lab: Lab) => Promise<string[]>): Promise<void> => {
    if (!parts.has(part)) return;
    const lab = new Lab(seed, undefined, say);
    try {
      missed.push(...(await run(lab)));
    } catch (error) {
      // The other parts are measured all the same.
      missed.push(`${part}: ${(error as Error).message}`);
    } finally {
      await lab.close();
    }
  };
  const times = async (part: string, ways: readonly Way[]): Promise<void> => {
    for (const holders of values.holders.split(",").map(Number))
      await inLab(part, (lab) =>
        measureTimes({ lab, film, random: new Random(seed), seeks: Number(values.seeks), say }, holders, sides, ways),
      );
  };
  await times("range", PLAIN_WAYS);
  if (parts.has("browser")) {
    const stand = await browserStand();
    if (stand === undefined) say("Chromium is not here and left out");
    else {
      say(`Chromium ${stand.version}`);
      try {
        await times("browser", stand.ways);
      } finally {
        await stand.close();
      }
    }
  }
  await inLab("held", (lab) => measureHeld(lab, film, sides, Number(values.rounds), say));
  await inLab("stalls", (lab) => measureStalls(lab, filmOf("mp4", Number(values["stall-seconds"])), sides, say));
  await inLab("crowd", (lab) => measureCrowd(lab, film, sides, say));
  for (const what of missed) say(`MISSED: ${what}`);
  return missed.length > 0 ? 1 : 0;
}
