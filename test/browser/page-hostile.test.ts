import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { test } from "./support/browser.ts";
import { HOSTILE_TEXTS } from "./support/hostile-texts.ts";
import { openPage, pageStage } from "./support/page-stage.ts";

const PATIENCE = { timeout: 20_000 };

const json = (value: unknown): { readonly contentType: string; readonly body: string } => ({
  contentType: "application/json",
  body: JSON.stringify(value),
});

const lines = (values: readonly object[]): { readonly contentType: string; readonly body: string } => ({
  contentType: "application/x-ndjson",
  body: values.map((value) => `${JSON.stringify(value)}\n`).join(""),
});

const idFor = (): string => toBase32(randomBytes(32));

const videoNamed = (title: string): object => ({
  ...{ id: idFor(), kind: "video", title, fileName: title, mediaType: title, durationMs: 1000, bytes: 10, chunks: 1 },
  ...{ held: 1, heldBytes: 10, addedAtMs: 0, state: "complete" },
});

const factsOf = (id: string, text: string): object => ({
  ...{ id, title: text, fileName: text, mediaType: text, bytes: 10, chunks: 4, container: text, durationMs: 1000 },
  ...{ path: `/v/${id}/x`, playlist: `/v/${id}/hls/master.m3u8`, isDirect: false, problem: text, peers: 3 },
  held: { bytes: 0, chunks: 0 },
  tracks: ["video", "audio", "subtitle"].map((kind, index) => ({
    ...{ number: index + 1, kind, codec: text, codecString: text, language: text, title: text, isDefault: true },
    ...{ problem: text, width: null, height: null, channels: null },
  })),
});

const shoalOf = (texts: readonly string[]): string => {
  const holders = texts.slice(0, 20).map((text, index) => ({
    ...{ peer: `${text} ${index}`, name: text, state: index % 2 === 0 ? "dropped" : "serving", reason: text },
    ...{ carrier: null, roundTripMs: 3, bytesPerSecond: 5, receivedBytes: 5, heldChunks: 1 },
  }));
  const news = {
    ...{ phase: "fetching", held: 1, bytesPerSecond: 1, peers: holders.map(({ peer }) => peer), holders, more: 0 },
    ...{ came: [[0, 1, 0]], lost: [] },
  };
  const all = { chunks: 4, bytes: 10, chunkBytes: 3, held: [] };
  return `event: all\ndata: ${JSON.stringify(all)}\n\nevent: news\ndata: ${JSON.stringify(news)}\n\n`;
};

/** Answers everything that the page asks for with texts of strangers. */
async function serveHostile(page: Page, texts: readonly string[]): Promise<void> {
  const [text = ""] = texts;
  await page.route("**/api/v1/videos?*", (route) => route.fulfill(lines(texts.map(videoNamed))));
  await page.route("**/api/v1/find?*", (route) =>
    route.fulfill(lines(texts.map((title) => ({ id: idFor(), bytes: 5, title, heldChunks: 1, holder: title })))),
  );
  await page.route("**/v/*/info.json", (route) => {
    const id = /\/v\/([^/]+)\//.exec(route.request().url())?.[1] ?? "";
    return route.fulfill(
      json(factsOf(id, texts[(Number(page.viewportSize()?.width ?? 0) * 7) % texts.length] ?? text)),
    );
  });
  await page.route("**/shoal", (route) => route.fulfill({ contentType: "text/event-stream", body: shoalOf(texts) }));
  await page.route("**/api/v1/videos", (route) =>
    route.fulfill({ status: 400, ...json({ code: text, detail: text, title: text, status: 400 }) }),
  );
  await page.route("**/link", (route) => route.fulfill(json({ link: `cardume:${text}` })));
}

test("no text of strangers is ever more than text: 250 of them in titles, names, tracks, peers, links and errors", async ({
  browser,
}) => {
  const { web } = await pageStage();
  const { page, wrong } = await openPage(browser, web, { viewport: { width: 1200, height: 60_000 } });
  await serveHostile(page, HOSTILE_TEXTS);
  await page.reload();
  await expect.poll(() => page.locator(".card").count(), PATIENCE).toBeGreaterThan(200);
  await page.getByRole("searchbox").fill("anything");
  await expect.poll(() => page.locator(".card").count(), PATIENCE).toBeGreaterThan(400);
  await page.setViewportSize({ width: 1200, height: 900 });
  for (let at = 0; at < HOSTILE_TEXTS.length; at += 25) {
    const texts = HOSTILE_TEXTS.slice(at, at + 25);
    await page.unrouteAll();
    await serveHostile(page, texts);
    await page.evaluate(`location.hash = "#/v/${idFor()}"`);
    await page.getByRole("heading", { name: "This browser cannot play it" }).waitFor();
    await expect.poll(() => page.locator(".peers tbody tr").count(), PATIENCE).toBe(20);
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByPlaceholder("Path of a file or a folder").fill("<img src=x onerror=window.harmed=1>/film.mp4");
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await page.locator(".task .grave").waitFor();
  expect(await page.evaluate("window.harmed")).toBeUndefined();
  expect(await page.evaluate("document.querySelectorAll('iframe, script:not([src]), base, object').length")).toBe(0);
  expect(wrong.filter((text) => !text.includes("status of 400") && !text.includes("event-stream"))).toEqual([]);
});
