import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { test } from "./support/browser.ts";
import { film } from "./support/page-films.ts";
import { openPage, type PageStage, pageStage, shoot } from "./support/page-stage.ts";

const PATIENCE = { timeout: 40_000 };

const video = <Value>(page: Page, expression: string): Promise<Value> =>
  page.evaluate(`((video) => ${expression})(document.querySelector("video"))`) as Promise<Value>;
const placeOf = (page: Page) => (): Promise<number> => video(page, "video?.currentTime ?? 0");

/** The ids of what the first of the others holds, by title. */
async function idOf({ holders }: PageStage, title: string): Promise<string> {
  const [found] = (await holders[0]?.library.list({ words: title })) ?? [];
  return toBase32(found?.id ?? new Uint8Array());
}

/** Opens the page of a video that others hold, and waits until it plays. */
async function watched(page: Page, id: string): Promise<void> {
  await page.evaluate(`location.hash = "#/v/${id}"`);
  await page.locator("media-controller").waitFor(PATIENCE);
  await video(page, "(video.muted = true, video.play().then(() => 0, () => 0))");
  await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(1.2);
}

const NAMES = ["Ana's shelf", "Bruno", "sala de estar"] as const;

describe("an MP4 that three others hold", () => {
  test("plays by ranges, seeks, shows its shoal and who sends, gets a poster, and goes on where it stopped", async ({
    browser,
  }) => {
    const stage = await pageStage({ holders: NAMES, theirs: [await film("slow-river.mp4")], bytesPerSecond: 350_000 });
    const { page, wrong } = await openPage(browser, stage.web, { colorScheme: "dark" });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const id = await idOf(stage, "river");
    await watched(page, id);
    for (const name of NAMES) await page.getByRole("cell", { name }).waitFor(PATIENCE);
    await page.getByText(/Swimming in from \d peers?/).waitFor(PATIENCE);
    await page
      .getByRole("cell", { name: /^\d+(?:\.\d)? ms$/ })
      .first()
      .waitFor(PATIENCE);
    // Nobody wants all of it: it is not on its way, it is here in part.
    await page
      .locator(".name .about")
      .getByText(/^\d+% here$/)
      .waitFor(PATIENCE);
    await shoot(page, "watch-dark");
    await page.locator(".shoal").scrollIntoViewIfNeeded();
    await page.screenshot({
      path: new URL("../../.cache/screenshots/watch-dark-full.png", import.meta.url).pathname,
      fullPage: true,
    });
    expect(asked.some((url) => url.endsWith("slow-river.mp4"))).toBe(true);
    expect(asked.filter((url) => url.includes("/hls/"))).toEqual([]);
    await video(page, "(video.currentTime = 18, 0)");
    await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(19);
    const label = await page.getByRole("img", { name: /Chunks of the video/ }).getAttribute("aria-label");
    expect(label).toMatch(/% from (?:Ana's shelf|Bruno|sala de estar)\./);
    await page.getByRole("link", { name: "Back to the library" }).click();
    await page.getByRole("heading", { name: "Go on watching" }).waitFor();
    await expect.poll(() => page.locator(".picture img").count(), PATIENCE).toBeGreaterThan(0);
    await shoot(page, "library-with-place-dark");
    await page.locator(".card").first().click();
    await page.getByText(/Went on at 0:(?:19|2\d)/).waitFor(PATIENCE);
    await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(18.5);
    expect([wrong, stage.bugs]).toEqual([[], []]);
  });

  test("goes on when a holder dies", async ({ browser }) => {
    const stage = await pageStage({ holders: NAMES, theirs: [await film("slow-river.mp4")], bytesPerSecond: 300_000 });
    const { page } = await openPage(browser, stage.web);
    await watched(page, await idOf(stage, "river"));
    await stage.holders[1]?.stop();
    await page.getByRole("row", { name: /Bruno.*gone/ }).waitFor(PATIENCE);
    await shoot(page, "watch-holder-gone-light");
    const before = await placeOf(page)();
    await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(before + 6);
  });
});

describe("a Matroska file that three others hold", () => {
  test("plays by HLS, seeks, switches sounds and subtitles, and runs nothing that stands in them", async ({
    browser,
  }) => {
    const stage = await pageStage({ holders: NAMES, theirs: [await film("two-tongues.mkv")], bytesPerSecond: 600_000 });
    const { page, wrong } = await openPage(browser, stage.web);
    await watched(page, await idOf(stage, "tongues"));
    const sound = page.getByRole("combobox", { name: "Audio" });
    const words = page.getByRole("combobox", { name: "Subtitles" });
    await sound.waitFor(PATIENCE);
    expect(await sound.locator("option").allTextContents()).toEqual([
      "Portuguese, Dublado",
      "English, <b>Original</b>",
    ]);
    await page.mouse.move(600, 400);
    await sound.selectOption("1");
    await expect.poll(() => sound.inputValue(), PATIENCE).toBe("1");
    await words.selectOption("0");
    await expect
      .poll(
        () => video(page, "[...video.textTracks].find((one) => one.mode === 'showing')?.cues?.length ?? 0"),
        PATIENCE,
      )
      .toBeGreaterThan(0);
    await video(page, "(video.currentTime = 13, 0)");
    await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(14);
    await page.mouse.move(620, 420);
    await shoot(page, "watch-hls-subtitles-light");
    await page.keyboard.press("c");
    await expect.poll(() => words.inputValue(), PATIENCE).toBe("-1");
    expect(await page.evaluate("window.harmed")).toBeUndefined();
    // Some of it is the library's from the first moments on, also while it is still open.
    await page.keyboard.press("Escape");
    await page
      .locator(".card")
      .filter({ hasText: "two-tongues" })
      .getByText(/\d+% here|all here/)
      .waitFor(PATIENCE);
    expect([wrong, stage.bugs]).toEqual([[], []]);
  });
});

test("what this browser cannot play is said plainly, with the address for others", async ({ browser }) => {
  const stage = await pageStage({ ours: [await film("old-tape.mkv")] });
  const { page } = await openPage(browser, stage.web);
  await page.locator(".card").click();
  await page.getByRole("heading", { name: "This browser cannot play it" }).waitFor(PATIENCE);
  expect(await page.locator(".over a").getAttribute("href")).toMatch(/\/v\/[a-z2-7]{52}\/old-tape\.mkv$/);
  await shoot(page, "cannot-play-light");
});

test("a keyboard is enough: from the library to the film, its sound, its places, and back", async ({ browser }) => {
  const stage = await pageStage({ ours: [await film("slow-river.mp4")] });
  const { page } = await openPage(browser, stage.web);
  await page.locator(".card").waitFor();
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate("document.activeElement?.classList.contains('card')")) break;
  }
  await page.keyboard.press("Enter");
  await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(0.3);
  await page.keyboard.press("m");
  expect(await video(page, "video.muted")).toBe(true);
  await page.keyboard.press("5");
  await expect.poll(placeOf(page), PATIENCE).toBeGreaterThan(11);
  await page.keyboard.press("k");
  await expect.poll(() => video(page, "video.paused")).toBe(true);
  const at = await placeOf(page)();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(placeOf(page)).toBeLessThan(at - 9);
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Library" }).waitFor();
});
