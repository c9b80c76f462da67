import type { Browser, Route } from "playwright-core";
import type { Figure } from "./page-figure.ts";
import { OBSERVED, type Observed } from "./page-observe.ts";
import { newWindow, type ServedPage, tokenOf, until } from "./page-stand.ts";

const MOST_SHIFT = 0.001;
/** The library is there so long before it hears of posters, and each of them takes a moment more. */
const LATER_MS = 800;
const EACH_MS = 250;
const WIDTH = 640;
const HEIGHT = 360;

/** Posters that come when the library is there already: what shifts. */
export async function measurePosters(browser: Browser, served: ServedPage): Promise<Figure[]> {
  const ids = await keepPosters(browser, served);
  const { context, page } = await newWindow(browser, served.node);
  const later =
    (ms: number) =>
    async (route: Route): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      await route.continue().catch(() => {});
    };
  try {
    await page.route("**/api/v1/posters", later(LATER_MS));
    await page.route("**/api/v1/sight?*", later(LATER_MS));
    await page.route("**/api/v1/posters/*", later(EACH_MS));
    await page.goto(served.address);
    await page.locator(".card").first().waitFor();
    const early = Number(await page.evaluate(SHOWN));
    await until(page, `${SHOWN} >= ${ids.length}`);
    await page.waitForTimeout(500);
    const { cls, shifted } = (await page.evaluate(OBSERVED)) as Observed;
    const remark = `${ids.length} posters, ${early} of them before they were due ${shifted.slice(0, 3).join("; ")}`;
    return [{ name: "layout shift when posters come", value: cls, unit: "", most: MOST_SHIFT, remark }];
  } finally {
    await context.close();
    for (const id of ids) await change(served, id, { method: "DELETE" });
  }
}

const SHOWN =
  "[...document.querySelectorAll('.picture img')].filter((one) => one.complete && one.naturalWidth > 0).length";

/** Keeps a poster for each video that is on the first screen. */
async function keepPosters(browser: Browser, served: ServedPage): Promise<string[]> {
  const { context, page } = await newWindow(browser, served.node);
  try {
    await page.goto(served.address);
    await page.locator(".card").first().waitFor();
    await page.waitForTimeout(500);
    const ids = (await page.evaluate(
      `[...document.querySelectorAll(".card")].filter((one) => one.getBoundingClientRect().top < innerHeight).map((one) => one.href.slice(-52))`,
    )) as string[];
    const clip = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    const body = new Blob([Uint8Array.from(await page.screenshot({ type: "jpeg", quality: 70, clip }))]);
    for (const id of ids) await change(served, id, { method: "PUT", body, headers: { "content-type": "image/jpeg" } });
    return ids;
  } finally {
    await context.close();
  }
}

async function change(served: ServedPage, id: string, { headers = {}, ...init }: RequestInit): Promise<void> {
  const authorization = `Bearer ${tokenOf(served.node)}`;
  const answer = await fetch(`${served.address}api/v1/posters/${id}`, {
    ...init,
    headers: { ...headers, authorization },
  });
  if (!answer.ok) throw new Error(`${init.method} of a poster: ${answer.status} ${await answer.text()}`);
}
