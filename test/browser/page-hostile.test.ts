import type { Browser, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { test } from "./support/browser.ts";
import { type Group, idOfNumber, joined } from "./support/hostile-answers.ts";
import { type Detector, detectHarm } from "./support/hostile-detector.ts";
import { DRIVE } from "./support/hostile-drive.ts";
import { type HostileGateway, hostileGateway } from "./support/hostile-gateway.ts";
import { HOSTILE_TEXTS } from "./support/hostile-texts.ts";

const PATIENCE = { timeout: 30_000 };

/** Texts that run nothing and are awkward all the same. */
const AWKWARD = [
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "[object Object]",
  "null",
  "a".repeat(5000),
  "\u202e\u2066\u0007",
];
const TEXTS: readonly string[] = [...HOSTILE_TEXTS, ...AWKWARD];
/** So many are shown in one view. */
const IN_ONE_VIEW = 28;
const GROUPS: readonly Group[] = [...slices(TEXTS, IN_ONE_VIEW)];
const JOINED: readonly string[] = GROUPS.map(joined);

interface Stage {
  readonly gateway: HostileGateway;
  readonly page: Page;
  readonly found: Detector;
}

/** The page as it was built, where everybody is hostile. */
async function opened(browser: Browser, height = 900, isLoggedIn = true): Promise<Stage> {
  const gateway = await hostileGateway(GROUPS);
  const context = await browser.newContext({ viewport: { width: 1300, height }, locale: "en-GB" });
  const found = await detectHarm(context, gateway.host);
  if (isLoggedIn) await context.addInitScript('try { localStorage.setItem("cardume-key", "1.x") } catch {}');
  const page = await context.newPage();
  await page.goto(gateway.address);
  await page.evaluate(DRIVE);
  return { gateway, page, found };
}

const drive = (page: Page, part: string, ...given: readonly unknown[]): Promise<unknown> =>
  page.evaluate(`drive.${part}(${given.map((one) => JSON.stringify(one)).join(", ")})`);

/** Texts that were not seen as they are, the first of them. */
const unseen = async (...given: Parameters<typeof drive>): Promise<readonly string[]> =>
  ((await drive(...given)) as readonly string[]).slice(0, 5);

async function expectNoHarm({ page, found }: Stage): Promise<void> {
  expect([[...found.ran], found.seen, await found.audit(page)]).toEqual([[], [], []]);
}

/** The groups as videos. @param from their first number: beyond the groups none can be opened */
const videos = (from = 0): { readonly id: string; readonly text: string; readonly group: Group }[] =>
  GROUPS.map((group, number) => ({ id: idOfNumber(number + from), text: joined(group), group }));

function* slices<Value>(values: readonly Value[], size: number): Generator<readonly Value[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

describe(`${TEXTS.length} hostile texts are text, and no more`, () => {
  test("as titles in the library, and of what a search finds here and elsewhere", async ({ browser }) => {
    const stage = await opened(browser, 4500);
    const { gateway, page } = stage;
    gateway.shown = TEXTS;
    await page.reload();
    await page.evaluate(DRIVE);
    await page.getByText(`${TEXTS.length.toLocaleString("en")} videos`).waitFor(PATIENCE);
    expect(await unseen(page, "cards", TEXTS)).toEqual([]);
    await page.setViewportSize({ width: 1300, height: 900 });
    for (const some of slices(TEXTS, 350)) {
      gateway.shown = some;
      await page.getByRole("searchbox").fill(`words ${TEXTS.indexOf(some[0] ?? "")}`);
      await page.getByText(`${some.length} more in the network`).waitFor(PATIENCE);
      await page.getByText(`${some.length} videos here`).waitFor(PATIENCE);
      expect(await unseen(page, "cards", some)).toEqual([]);
      await expectNoHarm(stage);
    }
  });

  test("as names of a video, its file, its tracks and codecs, its holders and their reasons, and in its link", async ({
    browser,
  }) => {
    const stage = await opened(browser);
    await drive(stage.page, "watch", videos());
    await expectNoHarm(stage);
  });

  test("as the node's reason why a video cannot be opened", async ({ browser }) => {
    const stage = await opened(browser);
    await drive(stage.page, "problems", videos(GROUPS.length));
    await expectNoHarm(stage);
  });

  test("as words that are sought, and as the name that a link gives", async ({ browser }) => {
    const stage = await opened(browser);
    await drive(stage.page, "search", videos());
    await expectNoHarm(stage);
  });

  test("as names of files that are sent, as paths, and as what the node says of them", async ({ browser }) => {
    const stage = await opened(browser);
    for (const part of ["upload", "paths"]) expect(await unseen(stage.page, part, JOINED)).toEqual([]);
    expect(await unseen(stage.page, "links", videos())).toEqual([]);
    stage.gateway.fetched = TEXTS;
    await stage.page.reload();
    await stage.page.evaluate(DRIVE);
    expect(await unseen(stage.page, "jobs", TEXTS)).toEqual([]);
    await expectNoHarm(stage);
  });

  test("as the node's answer to a wrong token", async ({ browser }) => {
    const stage = await opened(browser, 900, false);
    await stage.page.getByRole("button", { name: "Add", exact: true }).first().click();
    await drive(stage.page, "signIn", [...JOINED.entries()]);
    await expectNoHarm(stage);
  });
});
