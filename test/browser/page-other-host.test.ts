import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { type OtherHost, otherHost, test } from "./support/other-host.ts";

const DEMO = new URL("../../demo/shoal.mp4", import.meta.url).pathname;
const PATIENCE = { timeout: 30_000 };

/** What a page gets that asks from within, where it stands. */
const statuses = (page: Page, paths: readonly string[]): Promise<unknown> =>
  page.evaluate(`Promise.all(${JSON.stringify(paths)}.map(async (path) => (await fetch(path)).status))`);

const SECRETS = ["/api/v1/videos", "/api/v1/status", "/api/v1/posters", "/api/v1/events", "/api/v1/find?words=x"];

/** The page shows the sign-in, and nothing of the library. */
async function expectSignIn(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Who are you?" }).waitFor(PATIENCE);
  expect(await page.locator(".card").count()).toBe(0);
  expect(await page.evaluate("document.body.innerText")).not.toMatch(/shoal|video|neighbour/i);
}

describe("the page of a node on another machine", () => {
  test("without its token shows the sign-in and nothing else, by its name and by its address", async ({ browser }) => {
    const host = await otherHost([DEMO]);
    for (const address of [host.named, host.numbered]) {
      const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
      await page.goto(address);
      await expectSignIn(page);
      expect(await statuses(page, SECRETS)).toEqual(SECRETS.map(() => 401));
      expect(await page.context().cookies()).toEqual([]);
    }
    expect(host.bugs).toEqual([]);
  });

  test("with a login shows the library and plays, keeps nothing of the login in its address, and is closed to the next", async ({
    browser,
  }) => {
    const host = await otherHost([DEMO]);
    const hash = host.login();
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(`${host.named}${hash}`);
    await page.locator(".card").waitFor(PATIENCE);
    expect(page.url()).toBe(host.named);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    await page.locator(".card").click();
    await page.locator("video").waitFor(PATIENCE);
    await page.evaluate(
      "document.querySelector('video').muted = true, document.querySelector('video').play().catch(() => {}), 0",
    );
    // The browser asks for the bytes by itself: the cookie is all that it can show.
    await expect
      .poll(() => page.evaluate("document.querySelector('video').currentTime"), PATIENCE)
      .toBeGreaterThan(0.5);
    await page.reload();
    await page.locator("video").waitFor(PATIENCE);
    const next = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await next.goto(`${host.named}${hash}`);
    await expectSignIn(next);
    expect(host.bugs).toEqual([]);
  });

  test("with the token that is typed in works the same, and says of a wrong one in one line that it is wrong", async ({
    browser,
  }) => {
    const host = await otherHost([DEMO]);
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(host.named);
    for (const wrong of ["wrong", `${host.token}x`, "<b>wrong</b>", "wr\u00f6ng", "x".repeat(5000)]) {
      await page.getByLabel("Token").fill(wrong);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect.poll(() => page.getByRole("alert").innerText(), PATIENCE).toMatch(/^[\w" ,:'()“”-]{10,160}\.?$/);
      expect(await page.locator(".card").count()).toBe(0);
      await page.reload();
    }
    await page.getByLabel("Token").fill(host.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".card").waitFor(PATIENCE);
    expect(await page.evaluate("JSON.stringify(localStorage) + document.cookie")).not.toContain(host.token);
    expect(host.bugs).toEqual([]);
  });

  test("with a login that is none says so in one line beside the sign-in", async ({ browser }) => {
    const host = await otherHost([DEMO]);
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(`${host.named}#login=AAAAAAAAAAAAAAAAAAAAAA`);
    await expectSignIn(page);
    expect(page.url()).toBe(host.named);
    await expect.poll(() => page.getByRole("alert").innerText(), PATIENCE).toMatch(/^[^\n]{10,160}$/);
  });
});

async function refused(page: Page, { strange }: OtherHost, hash: string): Promise<void> {
  for (const path of ["/", ...SECRETS, "/v/x", "/assets/x.js"]) {
    const answer = await page.goto(`${strange.slice(0, -1)}${path}${hash}`);
    expect([path, answer?.status(), await answer?.text()]).toEqual([
      path,
      403,
      expect.stringContaining("host-refused"),
    ]);
  }
  expect(await page.context().cookies(strange)).toEqual([]);
}

test("a name that was made to lead there is refused, with and without a login, and uses none up", async ({
  browser,
}) => {
  const host = await otherHost([DEMO]);
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const hash = host.login();
  await refused(page, host, "");
  await refused(page, host, hash);
  await page.goto(`${host.named}${hash}`);
  await page.locator(".card").waitFor(PATIENCE);
  await refused(page, host, "");
  expect(host.bugs).toEqual([]);
});
