import type { Browser } from "playwright-core";
import type { Figure } from "./page-figure.ts";
import { profiled } from "./page-profile.ts";
import { newWindow, type ServedPage, type Visit } from "./page-stand.ts";
import { median, spread } from "./statistics.ts";
import { p95 } from "./watch-figures.ts";

/** A frame that is not there by then has missed its turn at 60 a second. */
const LATE_MS = 17.5;
const SCROLL_PX = 24_000;
const PX_PER_S = 3000;
/** What the library may be worse than a page on which nothing happens: in shares of frames. */
const MOST_MORE_LATE = 0.02;

/** Frames of one scroll. */
interface Scrolled {
  readonly p95Ms: number;
  readonly late: number;
  readonly frames: number;
}

/** A long scroll by the wheel through the library, and through a page of the same height with nothing on it, in turn. */
export async function measureScrolling(
  browser: Browser,
  served: ServedPage,
  rounds: number,
  tell?: (text: string) => void,
): Promise<Figure[]> {
  const visit = await newWindow(browser, served.node);
  const still = await newWindow(browser, served.node);
  try {
    await visit.page.goto(served.address);
    await visit.page.locator(".card").first().waitFor();
    await visit.page.waitForTimeout(1500);
    const height = await visit.page.evaluate("document.documentElement.scrollHeight");
    await still.page.setContent(
      `<body style="margin:0"><div style="height:${String(height)}px;background:repeating-linear-gradient(#245 0 180px,#fff 180px 276px)">`,
    );
    const library: Scrolled[] = [];
    const nothing: Scrolled[] = [];
    for (let round = 0; round < rounds; round++) {
      library.push(await scrolled(visit));
      nothing.push(await scrolled(still));
    }
    if (tell !== undefined) tell(await profiled(visit, () => scrolled(visit)));
    return figuresOf(library, nothing);
  } finally {
    await visit.context.close();
    await still.context.close();
  }
}

function figuresOf(library: readonly Scrolled[], nothing: readonly Scrolled[]): Figure[] {
  const of = (all: readonly Scrolled[], one: (scroll: Scrolled) => number): number[] => all.map(one);
  const late = (all: readonly Scrolled[]): number[] => of(all, (scroll) => scroll.late / scroll.frames);
  const limit = median(of(nothing, ({ p95Ms }) => p95Ms));
  const times = of(library, ({ p95Ms }) => p95Ms);
  return [
    {
      ...{ name: "scrolling: frame time, p95", value: median(times), unit: "ms", most: Math.max(LATE_MS, limit) },
      remark: `${spread(times, 1)}; a page with nothing on it ${limit.toFixed(1)}`,
    },
    {
      name: "frames later than 17.5 ms, more than on a page with nothing on it",
      ...{
        value: 100 * Math.max(0, median(late(library)) - median(late(nothing))),
        unit: "%",
        most: 100 * MOST_MORE_LATE,
      },
      remark: `${spread(
        late(library).map((part) => 100 * part),
        1,
      )}; nothing ${spread(
        late(nothing).map((part) => 100 * part),
        1,
      )}`,
    },
  ];
}

/** Frames are counted while the wheel turns. */
async function scrolled({ context, page }: Visit): Promise<Scrolled> {
  await page.evaluate("scrollTo(0, 0)");
  await page.waitForTimeout(700);
  await page.evaluate(`(() => {
    window.frames_ = [];
    const step = (now) => { frames_.push(now); if (frames_ !== undefined && !window.isOver) requestAnimationFrame(step); };
    window.isOver = false;
    requestAnimationFrame(step);
  })()`);
  const session = await context.newCDPSession(page);
  await session.send("Input.synthesizeScrollGesture", {
    ...{ x: 600, y: 500, yDistance: -SCROLL_PX, speed: PX_PER_S, gestureSourceType: "mouse" },
  });
  const times = (await page.evaluate("(window.isOver = true, frames_)")) as number[];
  const at = (await page.evaluate("scrollY")) as number;
  if (at < SCROLL_PX / 2) throw new Error(`the wheel has turned for ${SCROLL_PX} px, and the page is at ${at}`);
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
  return { p95Ms: p95(gaps), late: gaps.filter((ms) => ms > LATE_MS).length, frames: gaps.length };
}
