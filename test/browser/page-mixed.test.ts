import { expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { test } from "./support/browser.ts";
import { MIXED, mixedFilm } from "./support/page-mixed.ts";
import { openPage, pageStage } from "./support/page-stage.ts";

const PATIENCE = { timeout: 30_000 };

/** Runs in the page: ms from the next click until the video that it opens has a picture and moves on. */
const FIRST_PICTURE = `new Promise((resolve) => {
  addEventListener("click", ({ timeStamp }) => {
    const look = () => {
      const video = document.querySelector("video");
      if (video === null) return requestAnimationFrame(look);
      video.muted = true;
      if (video.paused) video.play().catch(() => {});
      if (video.readyState < 2 || video.currentTime === 0) return requestAnimationFrame(look);
      resolve(performance.now() - timeStamp);
    };
    look();
  }, { once: true, capture: true });
})`;

test("every kind of file of another node's folder plays from this node's page, and seeks", async ({ browser }) => {
  const paths = await Promise.all(MIXED.map((name) => mixedFilm(name)));
  const stage = await pageStage({ holders: ["Ana's shelf"], theirs: paths });
  const { page, wrong } = await openPage(browser, stage.web);
  const videos = (await stage.holders[0]?.library.list()) ?? [];
  expect(videos).toHaveLength(MIXED.length);
  for (const { id, title } of videos) {
    // As a person does it: looks for it in the network, points at it, presses.
    await page.getByRole("searchbox").fill(title);
    const isShown = page.evaluate<number>(FIRST_PICTURE);
    await page.locator(`a[href="#/v/${toBase32(id)}"]`).click(PATIENCE);
    const ms = await isShown;
    // A figure of its own, not a claim: this machine does other things as well.
    process.stdout.write(`the page: ${title} plays ${Math.round(ms)} ms after it was opened\n`);
    await page.evaluate("(document.querySelector('video').currentTime = 14, 0)");
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('video').currentTime"), PATIENCE)
      .toBeGreaterThan(14.3);
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").waitFor(PATIENCE);
  }
  expect([wrong, stage.bugs]).toEqual([[], []]);
});
