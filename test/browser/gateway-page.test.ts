import { describe, expect } from "vitest";
import { servedWeb } from "../unit/gateway/served-web.ts";
import { test } from "./support/browser.ts";
import { PAGE_ROUTES } from "./support/gateway-page.ts";
import { SHORT_FILM } from "./support/short-film.ts";

describe("a page of the gateway", () => {
  test("logs in with its one-time address, changes things, hears of events, and keeps no secret in its address", async ({
    browser,
  }) => {
    const { web, node } = await servedWeb({ routes: [PAGE_ROUTES] });
    const page = await browser.newPage();
    const url = web.login()?.url ?? "";
    await page.goto(url);
    expect(await page.evaluate(`window.change('10.0.0.1:1', {})`)).toBe(401);
    expect(await page.evaluate(`window.logIn()`)).toBe(200);
    expect(page.url()).toBe(web.address);
    expect(await page.evaluate(`window.change('10.0.0.2:1')`)).toBe(200);
    expect(await page.evaluate(`window.hears()`)).toBe('{"missed":true}');
    expect(node.asked).toEqual(["join 10.0.0.2:1"]);
    // The cookie is there, out of reach of scripts, and not enough for a change.
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: `cardume-${web.port}`, httpOnly: true, sameSite: "Strict" });
    expect(await page.evaluate(`document.cookie`)).toBe("");
    expect(await page.evaluate(`window.change('10.0.0.3:1', {})`)).toBe(401);
    const again = await browser.newPage();
    await again.goto(url);
    expect(await again.evaluate("window.logIn()"), "its address is used up").toBe(403);
  });

  test("has its own scripts and styles, and no inline ones or handlers", async ({ browser }) => {
    const { web } = await servedWeb({ routes: [PAGE_ROUTES] });
    const page = await browser.newPage();
    await page.goto(web.address);
    expect(await page.title()).toBe("script ran");
    expect(await page.evaluate(`getComputedStyle(document.querySelector("p")).color`)).toBe("rgb(1, 2, 3)");
  });

  test("is logged in where others can reach it, by the cookie that the browser sends by itself", async ({
    browser,
  }) => {
    const { web } = await servedWeb({ place: { host: "0.0.0.0" }, routes: [PAGE_ROUTES] });
    const page = await browser.newPage();
    await page.goto(web.login()?.url ?? "");
    const read = (path: string): Promise<number> => page.evaluate(`fetch("${path}").then(({ status }) => status)`);
    expect([await read("/v/film.mp4"), await read("/api/v1/status"), await page.evaluate(`window.hears()`)]).toEqual([
      401,
      401,
      "error",
    ]);
    await page.evaluate(`window.logIn()`);
    expect([await read("/v/film.mp4"), await read("/api/v1/status")]).toEqual([200, 200]);
    expect(await page.evaluate(`window.hears()`)).toBe('{"missed":true}');
  });
});

describe("active content where media are", () => {
  test.for(["active.html", "active.svg"])("is inert: %s", async (name, { browser }) => {
    const { web, shutdowns } = await servedWeb({ routes: [PAGE_ROUTES] });
    const page = await browser.newPage();
    await page.goto(`${web.address}v/${name}`);
    expect(await page.title()).not.toBe("active");
    expect(await page.evaluate(`window.active`)).toBeUndefined();
    // A document of its own, which no cookie and no storage of ours is in reach of.
    expect(await page.evaluate(`window.origin`)).toBe("null");
    expect(shutdowns).toBe(0);
  });
});

test("a film that is opened by itself is played, sandboxed as it is", async ({ browser }) => {
  const film = Buffer.from(SHORT_FILM, "base64");
  const { web } = await servedWeb({
    routes: [(server) => server.get("/v/film.webm", (_request, reply) => reply.type("video/webm").send(film))],
  });
  const page = await browser.newPage();
  await page.goto(`${web.address}v/film.webm`);
  await expect.poll(() => page.evaluate("document.querySelector('video').readyState")).toBeGreaterThan(1);
  expect(await page.evaluate("document.querySelector('video').videoWidth")).toBe(16);
});
