import type { BrowserContext, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { type ServedWeb, servedWeb } from "../unit/gateway/served-web.ts";
import { ATTACK_SCRIPT } from "./support/attack-script.ts";
import { rebinding, serveStranger, test } from "./support/browser.ts";
import { PAGE_ROUTES } from "./support/gateway-page.ts";

/** What a hostile page got out of each try; `nothing` when it failed. */
type Spoils = Readonly<Record<string, string>>;

/** All that a page can try, tried in that page. */
async function attack(page: Page, served: ServedWeb): Promise<Spoils> {
  await page.evaluate(ATTACK_SCRIPT);
  return page.evaluate(`window.attack(${JSON.stringify(served.web.address)})`);
}

const hostile = (): Promise<number> =>
  serveStranger((_request, response) =>
    response
      .setHeader("connection", "close")
      .setHeader("content-type", "text/html")
      .end("<!doctype html><body>hostile"),
  );

/** A gateway on which this browser is logged in. */
async function loggedIn(context: BrowserContext): Promise<ServedWeb> {
  const served = await servedWeb({ routes: [PAGE_ROUTES] });
  const page = await context.newPage();
  await page.goto(served.web.login()?.url ?? "");
  expect(await page.evaluate("window.logIn()")).toBe(200);
  return served;
}

function expectNothingChanged({ node, shutdowns, hub }: ServedWeb): void {
  expect([node.asked, shutdowns, node.targets, hub.listeners]).toEqual([[], 0, [], 0]);
}

const gained = (spoils: Spoils): Spoils =>
  Object.fromEntries(Object.entries(spoils).filter(([, gain]) => gain !== "nothing"));

describe("a hostile page", () => {
  test.for(["127.0.0.1", "localhost", "evil.example"])(
    "at %s on another port changes nothing and reads nothing",
    async (host, { browser }) => {
      const context = await browser.newContext();
      const served = await loggedIn(context);
      const port = await hostile();
      const page = await context.newPage();
      await page.goto(`http://${host}:${port}/`);
      const spoils = await attack(page, served);
      expect(Object.keys(spoils).length).toBeGreaterThan(35);
      expect(gained(spoils)).toEqual({});
      await page.waitForTimeout(300);
      expectNothingChanged(served);
      // What it is allowed: media, without credentials.
      const film = await page.evaluate(`fetch("${served.web.address}v/film.mp4").then((answer) => answer.text())`);
      expect(film).toBe("the film");
    },
  );
});

describe("a hostile page of another kind", () => {
  test("has the page of the gateway in no frame, and no handle on its window", async ({ browser }) => {
    const context = await browser.newContext();
    const served = await loggedIn(context);
    const port = await hostile();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate(ATTACK_SCRIPT);
    for (const path of ["", "api/v1/status", "v/active.html"]) {
      await page.evaluate(`frame(${JSON.stringify(served.web.address + path)})`);
      expect([path, await page.frames().at(-1)?.evaluate("document.body.innerText")]).toEqual([
        path,
        expect.not.stringMatching(/page|12D3|inert/),
      ]);
    }
    const [opened] = await Promise.all([
      context.waitForEvent("page"),
      page.evaluate(`window.opened = window.open(${JSON.stringify(served.web.address)}); 0`),
    ]);
    await opened.waitForLoadState();
    expect(await opened.title()).toBe("script ran");
    expect(await page.evaluate("opened.closed"), "its window is in another group").toBe(true);
    expectNothingChanged(served);
  });

  test("whose name is made to lead to the gateway reads nothing and changes nothing, though it is all one origin", async ({
    browser,
  }) => {
    const context = await browser.newContext();
    const served = await loggedIn(context);
    const base = `http://rebound.example:${served.web.port}/`;
    const move = await rebinding(await hostile(), served.web.port);
    const page = await context.newPage();
    await page.goto(base);
    expect(await page.evaluate("document.body.innerText")).toBe("hostile");
    move();
    const paths = ["", "api/v1/status", "api/v1/videos", "metrics", "v/film.mp4", "api/v1/events", "nothing"];
    const asked = paths
      .map((path) => [path, "GET"])
      .concat([
        ["api/v1/peers", "POST"],
        ["api/v1/shutdown", "POST"],
      ]);
    const statuses = await page.evaluate(`Promise.all(${JSON.stringify(asked)}.map(async ([path, method]) => {
      const answer = await fetch("/" + path, { method, credentials: "include" });
      return answer.status + " " + (await answer.json()).code;
    }))`);
    expect(statuses).toEqual(asked.map(() => "403 host-refused"));
    expectNothingChanged(served);
  });
});

test("the same tries succeed for a page of the gateway itself: they are no blanks", async ({ browser }) => {
  const served = await servedWeb({ routes: [PAGE_ROUTES] });
  const page: Page = await browser.newPage();
  await page.goto(served.web.address);
  const spoils = gained(await attack(page, served));
  expect(spoils).toMatchObject({
    events: "open",
    "read api/v1/status": expect.stringContaining("12D3KooWScripted"),
  });
  expect(spoils["change application/json cors"]).toContain("token-wrong");
  expect(served.node.asked, "but without the token even it changes nothing").toEqual([]);
});
