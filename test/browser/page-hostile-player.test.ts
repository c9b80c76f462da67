import type { Page, Route } from "playwright-core";
import { describe, expect } from "vitest";
import { test } from "./support/browser.ts";
import { detectHarm } from "./support/hostile-detector.ts";
import { HOSTILE_TEXTS } from "./support/hostile-texts.ts";
import { film } from "./support/page-films.ts";
import { pageStage } from "./support/page-stage.ts";

const PATIENCE = { timeout: 40_000 };
/** What no line of a playlist or of subtitles can hold. */
const LINES: readonly string[] = HOSTILE_TEXTS.map((text) =>
  text
    .replace(/[\r\n\u2028]/g, " ")
    .replaceAll("\0", " ")
    .replaceAll("-->", "->")
    .trim(),
);
/** Nor a quoted word of a playlist. */
const QUOTED: readonly string[] = LINES.map((text) => text.replaceAll('"', "'"));

/** Cues are shown together, so many, for so long. */
const CUES_AT_ONCE = 12;
const CUE_MS = 100;

/** Subtitles as a node of a stranger's might send them: nothing is taken out of them. */
function rawCues(): string {
  const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
  const cues = LINES.map((text, number) => {
    const fromMs = Math.floor(number / CUES_AT_ONCE) * CUE_MS;
    return `${time(fromMs)} --> ${time(fromMs + CUE_MS)}\n${text}\n\n`;
  });
  return `WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n${cues.join("")}`;
}

/** A playlist that gives every sound and all subtitles once more for each text, by that name and in that language. */
function manyTracks(playlist: string): string {
  return playlist
    .split("\n")
    .flatMap((line) => {
      if (!line.startsWith("#EXT-X-MEDIA:TYPE=SUBTITLES") && !/TYPE=AUDIO.*DEFAULT=YES/.test(line)) return [line];
      const more = QUOTED.map((text) =>
        line
          .replace(/NAME="[^"]*"/, () => `NAME="${text}"`)
          .replace(/,LANGUAGE="[^"]*"/, "")
          .replace("DEFAULT=YES", "DEFAULT=NO")
          .replace(/,URI=/, () => `,LANGUAGE="${text}",URI=`),
      );
      return [line, ...more];
    })
    .join("\n");
}

/** Puts hostile words into all that the gateway says of a film. */
async function spoil(page: Page): Promise<void> {
  const answered = (act: (text: string) => string) => async (route: Route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: act(await response.text()) });
  };
  const lost = LINES.map((text, index) => ({
    ...{ number: 100 + index, kind: index % 2 === 0 ? "audio" : "subtitle", codec: text, codecString: text },
    ...{ language: text, title: text, isDefault: false, problem: text, width: null, height: null, channels: null },
  }));
  await page.route(
    "**/info.json",
    answered((text) => {
      const facts = JSON.parse(text) as { readonly tracks: readonly object[] };
      return JSON.stringify({ ...facts, tracks: [...facts.tracks, ...lost] });
    }),
  );
  await page.route("**/master.m3u8*", answered(manyTracks));
  await page.route("**/*.vtt", answered(rawCues));
}

/** What the browser makes of cues when it shows them: names of elements, and of attributes that run something. */
const CUES = `(() => {
  const cues = [...document.querySelector("video").textTracks].flatMap((track) => [...(track.cues ?? [])]);
  const names = new Set();
  for (const cue of cues)
    for (const element of cue.getCueAsHTML().querySelectorAll("*")) {
      names.add(element.localName);
      for (const { name } of element.attributes) if (/^on|src|href/.test(name)) names.add(name);
    }
  return { texts: cues.map(({ text }) => text), names: [...names] };
})()`;

describe("a film whose every word is hostile", () => {
  test("plays: its subtitles, the names of its tracks and what is left out of it are text", async ({ browser }) => {
    const { web } = await pageStage({ ours: [await film("two-tongues.mkv")] });
    const { host } = new URL(web.address);
    const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: "en-GB" });
    const found = await detectHarm(context, host);
    const page = await context.newPage();
    await spoil(page);
    await page.goto(web.login()?.url ?? "");
    await page.locator(".card").click();
    await page.getByText(/^Not played here: /).waitFor(PATIENCE);
    const left = await page.getByText(/^Not played here: /).textContent();
    expect(LINES.filter((text) => left?.includes(text) !== true).slice(0, 3)).toEqual([]);
    for (const name of ["Audio", "Subtitles"]) {
      const menu = page.getByRole("combobox", { name });
      await menu.waitFor(PATIENCE);
      const options = new Set(await menu.locator("option").allTextContents());
      expect(QUOTED.filter((text) => !options.has(text)).slice(0, 3)).toEqual([]);
    }
    await page.getByRole("combobox", { name: "Subtitles" }).selectOption({ index: 1 });
    const cues = async (): Promise<{ readonly texts: readonly string[]; readonly names: readonly string[] }> =>
      (await page.evaluate(CUES)) as { texts: string[]; names: string[] };
    await expect.poll(async () => (await cues()).texts.length, PATIENCE).toBeGreaterThan(LINES.length * 0.98);
    const { texts, names } = await cues();
    expect(texts.filter((text) => text.includes("harm(")).length).toBeGreaterThan(LINES.length * 0.98);
    expect(names.filter((name) => !/^(?:b|i|u|ruby|rt|span)$/.test(name))).toEqual([]);
    // All of them are drawn: the film is shorter at twice its speed.
    await page.evaluate(
      "(({ video }) => { video.muted = true; video.playbackRate = 2; video.play(); })({ video: document.querySelector('video') })",
    );
    await expect.poll(() => page.evaluate("document.querySelector('video').currentTime"), PATIENCE).toBeGreaterThan(22);
    expect([[...found.ran], found.seen, await found.audit(page)]).toEqual([[], [], []]);
  });
});
