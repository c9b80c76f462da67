import type { Browser } from "playwright-core";
import type { Figure } from "./page-figure.ts";
import { OBSERVED, type Observed } from "./page-observe.ts";
import { newWindow, type ServedPage, slowDown } from "./page-stand.ts";
import { median, spread } from "./statistics.ts";
import { p95 } from "./watch-figures.ts";

const MOST_FIRST_VIEW_MS = 1000;
const MOST_SHIFT = 0.001;
/** Nothing is loaded any more, and what would still shift has. */
const SETTLED_MS = 1500;
/** As Lighthouse slows a page down that is to stand for a telephone's. */
const SLOWER = 4;

/** The library's page, opened by somebody who has never been here, at the machine's speed and four times slower, in turn. */
export async function measureFirstView(
  browser: Browser,
  served: ServedPage,
  videos: number,
  rounds: number,
): Promise<Figure[]> {
  const usual: Observed[] = [];
  const slower: Observed[] = [];
  // One that does not count: the node has answered everything once.
  await firstView(browser, served, videos, 1);
  for (let round = 0; round < rounds; round++) {
    usual.push(await firstView(browser, served, videos, 1));
    slower.push(await firstView(browser, served, videos, SLOWER));
  }
  return [...figuresOf("", usual, MOST_FIRST_VIEW_MS), ...figuresOf(`, processor ${SLOWER} × slower`, slower)];
}

async function firstView(
  browser: Browser,
  { node, address }: ServedPage,
  videos: number,
  times: number,
): Promise<Observed> {
  const visit = await newWindow(browser, node);
  try {
    if (times > 1) await slowDown(visit, times);
    await visit.page.goto(address);
    await visit.page.getByText(`${videos.toLocaleString("en")} videos`).waitFor();
    await visit.page.waitForTimeout(SETTLED_MS);
    return (await visit.page.evaluate(OBSERVED)) as Observed;
  } finally {
    await visit.context.close();
  }
}

function figuresOf(how: string, all: readonly Observed[], most?: number): Figure[] {
  const ms = (name: string, one: (observed: Observed) => number, target?: number): Figure => {
    const values = all.map(one);
    const remark = `median ${spread(values)}`;
    return {
      name: `${name}${how}`,
      value: p95(values),
      unit: "ms",
      remark,
      ...(target === undefined ? {} : { most: target }),
    };
  };
  const shifts = all.map(({ cls }) => cls);
  return [
    ms("first view: navigation to first cards drawn, p95", ({ cardsMs }) => (cardsMs === 0 ? Infinity : cardsMs), most),
    ms("first contentful paint, p95", ({ fcpMs }) => fcpMs),
    ms("largest contentful paint, p95", ({ lcpMs }) => lcpMs),
    ms("total blocking time, p95", ({ tbtMs }) => tbtMs),
    {
      ...{ name: `cumulative layout shift, most${how}`, value: Math.max(...shifts), unit: "", most: MOST_SHIFT },
      remark: `median ${median(shifts).toFixed(4)} ${[...new Set(all.flatMap(({ shifted }) => shifted))].slice(0, 3).join("; ")}`,
    },
  ];
}
