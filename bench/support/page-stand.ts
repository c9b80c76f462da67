import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { LabNode } from "../../lab/lab-node.ts";
import { OBSERVE } from "./page-observe.ts";

const CHROMIUM = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const VIEWPORT = { width: 1360, height: 900 } as const;

/** Starts a headless Chromium that reaches loopback alone; `undefined` where there is none. */
export async function pageBrowser(): Promise<Browser | undefined> {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) return undefined;
  const args = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  return await chromium.launch({ executablePath, args: [...args, "--autoplay-policy=no-user-gesture-required"] });
}

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** From where every node serves the page. */
export const PAGE_FOLDER: string = at("dist/web");

/** Builds the page as it is now. @returns the folder */
export async function buildPage(): Promise<string> {
  await build({ configFile: at("web/vite.config.ts"), logLevel: "error" });
  return PAGE_FOLDER;
}

/** A node with its page. */
export interface ServedPage {
  readonly node: LabNode;
  /** `http://127.0.0.1:8420/` */
  readonly address: string;
}

/** What opens a node's API to a page or a program. */
export const tokenOf = ({ folder }: LabNode): string => readFileSync(join(folder, "token"), "utf8").trim();

/** A window of somebody who is logged in and has never been here. @param scripts run before the page's own, in every page */
export async function newWindow(browser: Browser, node: LabNode, ...scripts: readonly string[]): Promise<Visit> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: "en-GB" });
  const key = JSON.stringify(tokenOf(node));
  await context.addInitScript(`try { localStorage.setItem("cardume-key", ${key}) } catch {}`);
  for (const script of [OBSERVE, ...scripts]) await context.addInitScript(script);
  return { context, page: await context.newPage() };
}

/** A window and its page. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
}

const LOOK_MS = 50;
const PATIENCE_MS = 60_000;

/** Waits until an expression is true in a page. Playwright's own waiting needs `eval`, which the page's policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while ((await page.evaluate(`Boolean(${expression})`)) !== true) {
    if (performance.now() > endMs) throw new Error(`never true in the page: ${expression}`);
    await page.waitForTimeout(LOOK_MS);
  }
}

/** Makes the processor of a page so many times slower. */
export async function slowDown({ context, page }: Visit, times: number): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: times });
}
