import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import type { Figure } from "./page-figure.ts";
import { newWindow, type ServedPage, until } from "./page-stand.ts";

const MOST_BEFORE_KB = 60;
const MOST_WITH_PLAYER_KB = 300;

/**
 * What the page loads of JavaScript: for the library, and until a film plays that needs HLS. Which files those are is the
 * browser's to say; what they weigh is gzip's.
 * @param id of a video that is played by HLS
 */
export async function measureWeight(
  browser: Browser,
  served: ServedPage,
  folder: string,
  id: string,
): Promise<Figure[]> {
  const { context, page } = await newWindow(browser, served.node);
  const scripts = new Set<string>();
  const styles = new Set<string>();
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith(".js")) scripts.add(pathname);
    if (pathname.endsWith(".css")) styles.add(pathname);
  });
  const kb = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path)), { level: 9 }).length, 0) / 1000;
  try {
    await page.goto(served.address);
    await page.locator(".card").first().waitFor();
    await page.waitForTimeout(1000);
    const before = kb(scripts);
    await page.goto(`${served.address}#/v/${id}`);
    await until(page, "document.querySelector('video')?.readyState >= 3");
    if (![...scripts].some((path) => path.includes("hls"))) throw new Error("the film was not played by HLS");
    return [
      { name: "JavaScript before a player, gzip", value: before, unit: "kB", most: MOST_BEFORE_KB },
      {
        name: "JavaScript with the player and hls.js, gzip",
        value: kb(scripts),
        unit: "kB",
        most: MOST_WITH_PLAYER_KB,
      },
      { name: "styles, gzip", value: kb(styles), unit: "kB" },
    ];
  } finally {
    await context.close();
  }
}
