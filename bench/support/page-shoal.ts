import type { Browser } from "playwright-core";
import type { Lab } from "../../lab/lab.ts";
import type { LabNode } from "../../lab/lab-node.ts";
import { untilNeighbours } from "../../lab/scenarios/holders.ts";
import { line } from "../../lab/shaping/link-shape.ts";
import type { Figure } from "./page-figure.ts";
import { smallFilm } from "./page-film.ts";
import { pageNode } from "./page-library.ts";
import { profiled } from "./page-profile.ts";
import { newWindow, type ServedPage, until } from "./page-stand.ts";
import { median, spread } from "./statistics.ts";

const HOLDERS = 3;
/** Of each holder's line. Together they bring the film at one and a half times its rate, for longer than anybody looks. */
const MBIT = 2.2;
const DELAY_MS = 15;
const FILM_S = 360;
/** What comes up has come up. */
const SETTLED_MS = 3000;
const WATCHED_MS = 12_000;
const MOST_OF_A_CORE = 2;
/** Of the frames: a browser without a screen loses one now and then by itself. */
const MOST_MORE_DROPPED = 0.5;

/** What one look at a film cost. */
interface Watched {
  /** Of the node, in % of a core. */
  readonly node: number;
  /** Of the page's main thread, in % of a core. */
  readonly page: number;
  /** Of the film's frames, in %. */
  readonly dropped: number;
  readonly frames: number;
  /** Bytes of the film came all the while. */
  readonly isFetching: boolean;
}

/** Without the shoal: the page asks for nothing of it, and draws nothing. */
const WITHOUT = `
const Source = EventSource;
window.EventSource = function (url, ...more) {
  return /shoal$/.test(url) ? Object.assign(new EventTarget(), { close() {} }) : new Source(url, ...more);
};
addEventListener("DOMContentLoaded", () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".shoal { display: none !important }");
  document.adoptedStyleSheets.push(sheet);
});
`;

/** A film that is watched while it comes from three holders, with its shoal on the screen and without it, in turn. */
export async function measureShoal(
  browser: Browser,
  lab: Lab,
  rounds: number,
  tell?: (text: string) => void,
): Promise<Figure[]> {
  const path = smallFilm(FILM_S);
  const holders: LabNode[] = [];
  for (let number = 1; number <= HOLDERS; number++) {
    const wishes = { shape: line(MBIT, DELAY_MS), holds: [path], join: holders.slice(0, 1), more: ["--http", "off"] };
    holders.push(await lab.node(`holder-${number}`, wishes));
  }
  const id = holders[0]?.ids[0] as string;
  const served = await pageNode(lab, "watcher", [], { join: holders });
  await untilNeighbours(served.node, HOLDERS);
  const fetching = served.node.api.fetch(id).catch(() => {});
  const shown: Watched[] = [];
  const hidden: Watched[] = [];
  for (let round = 0; round < rounds; round++) {
    shown.push(await watched(browser, served, id, []));
    hidden.push(await watched(browser, served, id, [WITHOUT]));
  }
  if (tell !== undefined) await watched(browser, served, id, [], tell);
  const figures = figuresOf(shown, hidden);
  await served.node.kill();
  await fetching;
  return figures;
}

function figuresOf(shown: readonly Watched[], hidden: readonly Watched[]): Figure[] {
  const all = [...shown, ...hidden];
  if (all.some(({ isFetching }) => !isFetching))
    throw new Error("the film was all here before the end: nothing to show");
  const more = (one: (watched: Watched) => number): { readonly value: number; readonly remark: string } => ({
    value: Math.max(0, median(shown.map(one)) - median(hidden.map(one))),
    remark: `with it ${spread(shown.map(one), 1)}, without ${spread(hidden.map(one), 1)}`,
  });
  return [
    { name: "the live view costs the node", unit: "% of a core", most: MOST_OF_A_CORE, ...more(({ node }) => node) },
    { name: "the live view costs the page's main thread", unit: "% of a core", ...more(({ page }) => page) },
    {
      ...{ name: "frames of the film that the live view costs", unit: "%", most: MOST_MORE_DROPPED },
      ...more(({ dropped }) => dropped),
    },
    { name: "frames of the film in one look", unit: "", value: median(all.map(({ frames }) => frames)) },
  ];
}

async function watched(
  browser: Browser,
  { node, address }: ServedPage,
  id: string,
  scripts: readonly string[],
  tell?: (text: string) => void,
): Promise<Watched> {
  const visit = await newWindow(browser, node, ...scripts);
  const { context, page } = visit;
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  const look = async (): Promise<Omit<Watched, "isFetching">> => {
    const { metrics } = await session.send("Performance.getMetrics");
    const { droppedVideoFrames, totalVideoFrames } = (await page.evaluate(QUALITY)) as VideoPlaybackQuality;
    const seconds = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
    return { node: node.usage().cpuS, page: seconds, dropped: droppedVideoFrames, frames: totalVideoFrames };
  };
  try {
    await page.goto(`${address}#/v/${id}`);
    await until(page, "document.querySelector('video')?.currentTime > 0.5");
    await page.waitForTimeout(SETTLED_MS);
    const before = await look();
    const beganAtMs = performance.now();
    await page.waitForTimeout(WATCHED_MS);
    const after = await look();
    const per = 100 / ((performance.now() - beganAtMs) / 1000);
    if (tell !== undefined) tell(await profiled(visit, () => page.waitForTimeout(WATCHED_MS)));
    const frames = after.frames - before.frames;
    return {
      node: (after.node - before.node) * per,
      page: (after.page - before.page) * per,
      ...{ dropped: (100 * (after.dropped - before.dropped)) / frames, frames },
      isFetching: (await node.api.fetches()).some((fetch) => fetch.writtenBytes < fetch.bytes),
    };
  } finally {
    await context.close();
  }
}

interface VideoPlaybackQuality {
  readonly droppedVideoFrames: number;
  readonly totalVideoFrames: number;
}

const QUALITY = `(({ droppedVideoFrames, totalVideoFrames }) => ({ droppedVideoFrames, totalVideoFrames }))(
  document.querySelector("video").getVideoPlaybackQuality())`;
