import type { Browser, BrowserContext, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { test } from "./support/browser.ts";
import { type Detector, detectHarm } from "./support/hostile-detector.ts";
import { type HostileGateway, hostileGateway } from "./support/hostile-gateway.ts";
import { ONE_MISTAKE } from "./support/hostile-sinks.ts";
import { HOSTILE, HOSTILE_TEXTS, type HostileText } from "./support/hostile-texts.ts";

interface Planted {
  readonly gateway: HostileGateway;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly found: Detector;
}

async function planted(browser: Browser, path: string): Promise<Planted> {
  const gateway = await hostileGateway();
  const context = await browser.newContext();
  const found = await detectHarm(context, gateway.host);
  const page = await context.newPage();
  await page.goto(`${gateway.address}${path}`);
  return { gateway, context, page, found };
}

const plant = (page: Page, texts: readonly HostileText[]): Promise<unknown> =>
  page.evaluate(`plant(${JSON.stringify(texts)})`);

/** Every family in every context as it is, and in every encoding: what an encoding does, it does in every context. */
const COVERING = HOSTILE.filter(({ context, encoding }) => encoding === "plain" || context === "plain");

/** What has not one text that is alive. */
const dead = (ran: ReadonlySet<number>, part: (one: HostileText) => string): string[] => {
  const alive = new Set(COVERING.filter(({ number }) => ran.has(number)).map(part));
  return [...new Set(HOSTILE.map(part))].filter((name) => !alive.has(name));
};

describe("the hostile texts", () => {
  test("are more than 2,000, each once, and nearly all of them harm a page that makes the mistake that they wait for", async ({
    browser,
  }) => {
    expect(new Set(HOSTILE_TEXTS).size).toBe(HOSTILE_TEXTS.length);
    expect(HOSTILE_TEXTS.length).toBeGreaterThan(2000);
    const { page, found } = await planted(browser, "planted-bare");
    await plant(page, COVERING);
    const { ran } = found;
    console.log(`${ran.size} of ${COVERING.length} hostile texts came alive in the planted page`);
    await expect.poll(() => dead(ran, ({ family }) => family)).toEqual([]);
    expect(dead(ran, ({ context }) => context)).toEqual([]);
    expect(dead(ran, ({ encoding }) => encoding)).toEqual([]);
    expect(ran.size).toBeGreaterThan(0.95 * COVERING.length);
  });
});

describe("the one who looks for harm", () => {
  test("sees the same texts where our policy keeps them from running: by its reports, by the parser, and in the page", async ({
    browser,
  }) => {
    const { page, found } = await planted(browser, "planted");
    const some = HOSTILE.filter(({ encoding, context }) => encoding === "plain" && context === "plain");
    await plant(page, some);
    const kinds = new Set(found.seen.map((text) => text.replace(/:.*/s, "")));
    expect([...kinds]).toEqual(expect.arrayContaining(["policy", "innerHTML", "write"]));
    expect(found.seen.some((text) => text.startsWith("policy: script-src"))).toBe(true);
    // What asks somebody else is seen to have tried. No script has run.
    const asked = some.filter(({ number }) => found.ran.has(number)).map(({ family }) => family);
    expect(asked.filter((family) => !family.includes("http://evil.example/"))).toEqual([]);
  });

  test("sees one single text that our own page takes for markup", async ({ browser }) => {
    const { page, found } = await planted(browser, "");
    await page.getByRole("heading").first().waitFor();
    await page.waitForTimeout(300);
    expect([found.seen, await found.audit(page)]).toEqual([[], []]);
    await page.evaluate(`(${ONE_MISTAKE})(${JSON.stringify("<img src=x onerror=harm(1)>")})`);
    await expect.poll(() => found.seen.map((text) => text.replace(/:.*/s, ""))).toContain("policy");
    expect(await found.audit(page)).toEqual([expect.stringContaining("attribute onerror")]);
    expect(found.ran.size).toBe(0);
  });
});
