/**
 * The page in headless Chromium: `node bench/page.ts [--only first,scroll,weight,posters,shoal] [--rounds 5] [--videos 5000]
 * [--seed 1] [--as-built] [--profile] [--json]`. Exit code 1 when a target is missed. dist/web is made anew unless `--as-built`;
 * the node is the checkout's.
 *
 *   first    a library of 5,000 videos: first view, paints, blocking, layout shift; and with a processor four times slower
 *   scroll   a long scroll by the wheel, beside a page of the same height with nothing on it
 *   weight   what the page loads of JavaScript, before a player and with one
 *   posters  what shifts when pictures come late
 *   shoal    what the live view costs the node, and the film its frames
 *
 * `--profile` says where the page's main thread was while it scrolled and while it showed the shoal. `--json`: one line, and
 * nothing else on standard output.
 */
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { Lab } from "../lab/lab.ts";
import { tableOf } from "../lab/table.ts";
import { type Figure, isMissed, rowOf } from "./support/page-figure.ts";
import { twoSounds } from "./support/page-film.ts";
import { measureFirstView } from "./support/page-first-view.ts";
import { manyVideosNode } from "./support/page-library.ts";
import { measurePosters } from "./support/page-posters.ts";
import { measureScrolling } from "./support/page-scroll.ts";
import { measureShoal } from "./support/page-shoal.ts";
import { buildPage, PAGE_FOLDER, pageBrowser, type ServedPage } from "./support/page-stand.ts";
import { measureWeight } from "./support/page-weight.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "first,scroll,weight,posters,shoal" },
    rounds: { type: "string", default: "5" },
    videos: { type: "string", default: "5000" },
    seed: { type: "string", default: "1" },
    "as-built": { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const parts = new Set(values.only.split(","));
const rounds = Number(values.rounds);
const videos = Number(values.videos);
const say = (text: string): void => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
const profile = values.profile ? say : undefined;

// Its processes end with it, and its folder goes.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

say(`node bench/page.ts ${process.argv.slice(2).join(" ")}`);
const [cpu] = cpus();
const memory = `${Math.round(totalmem() / 1e9)} GB`;
const machine = `${cpus().length} × ${cpu?.model.trim()}, ${memory}, Linux ${release()}, Node ${process.version}`;
// Not by itself: Node may wait for ever for handles that are gone already (Environment::CleanupHandles).
process.exit(await main());

async function main(): Promise<number> {
  const browser = await pageBrowser();
  if (browser === undefined) {
    say("there is no Chromium here (CHROMIUM=…)");
    return 1;
  }
  say(`${machine}, Chromium ${browser.version()}`);
  const figures: Figure[] = [];
  const failures: string[] = [];
  const inLab = async (measure: (lab: Lab) => Promise<void>): Promise<void> => {
    const lab = new Lab(Number(values.seed), undefined, say);
    try {
      await measure(lab);
    } catch (error) {
      // The other parts are measured all the same.
      failures.push((error as Error).message);
    } finally {
      await lab.close();
    }
  };
  try {
    const folder = values["as-built"] ? PAGE_FOLDER : await buildPage();
    if (["first", "scroll", "weight", "posters"].some((part) => parts.has(part)))
      await inLab((lab) => measureLibrary(browser, lab, folder, figures));
    if (parts.has("shoal"))
      await inLab(
        async (lab) => void figures.push(...(await measureShoal(browser, lab, Math.min(5, rounds), profile))),
      );
  } finally {
    await browser.close();
  }
  say(`\n${tableOf(["", "measured", "target", ""], figures.map(rowOf))}`);
  const missed = [...figures.filter(isMissed).map(({ name }) => name), ...failures];
  for (const what of missed) say(`MISSED: ${what}`);
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, figures, missed })}\n`);
  return missed.length > 0 ? 1 : 0;
}

async function measureLibrary(browser: Browser, lab: Lab, folder: string, figures: Figure[]): Promise<void> {
  const beganAtMs = performance.now();
  const served: ServedPage = await manyVideosNode(lab, videos, [twoSounds()]);
  say(`a library of ${videos} videos was made in ${((performance.now() - beganAtMs) / 1000).toFixed(1)} s`);
  // With the film for the player.
  const all = videos + 1;
  if (parts.has("first")) figures.push(...(await measureFirstView(browser, served, all, rounds)));
  if (parts.has("scroll")) figures.push(...(await measureScrolling(browser, served, rounds, profile)));
  if (parts.has("weight"))
    figures.push(...(await measureWeight(browser, served, folder, served.node.ids.at(-1) as string)));
  if (parts.has("posters")) figures.push(...(await measurePosters(browser, served)));
}
