import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { PAGE } from "./watch-page.ts";
import type { Viewer } from "./watch-viewer.ts";
import type { Way } from "./watch-ways.ts";

const CHROMIUM = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const HLS_SEEK_MS = 800;
const FIRST_MS = 1000;
/** A picture that does not come in this time never will. */
const PATIENCE_MS = 60_000;

/** A headless Chromium, and a page of ours for it. */
export interface BrowserStand {
  readonly version: string;
  /** hls.js, and the file itself by the browser's own player. */
  readonly ways: readonly Way[];
  close(): Promise<void>;
}

/** Starts Chromium; `undefined` where there is none. It reaches loopback alone. */
export async function browserStand(): Promise<BrowserStand | undefined> {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) return undefined;
  const args = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  const browser = await chromium.launch({
    executablePath,
    args: [...args, "--autoplay-policy=no-user-gesture-required"],
  });
  const server = await servePage();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const way = (name: string, isHls: boolean): Way => ({
    name,
    hasSecond: false,
    firstMs: isHls ? FIRST_MS : undefined,
    seekMs: isHls ? HLS_SEEK_MS : undefined,
    needsHls: isHls,
    viewer: ({ url, hlsUrl }) => browserViewer(browser, origin, isHls ? (hlsUrl ?? "") : url, isHls),
  });
  return {
    version: browser.version(),
    ways: [way("Chromium, hls.js", true), way("Chromium, the file", false)],
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function servePage(): Promise<Server> {
  const hlsJs = readFileSync(fileURLToPath(import.meta.resolve("hls.js/dist/hls.min.js")));
  const server = createServer(({ url }, answer) => {
    answer.setHeader("content-type", url === "/hls.js" ? "text/javascript" : "text/html");
    answer.end(url === "/hls.js" ? hlsJs : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** A viewer in a profile of its own. */
async function browserViewer(browser: Browser, origin: string, url: string, isHls: boolean): Promise<Viewer> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  const ask = async (call: string): Promise<number> => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`${call}: no picture in ${PATIENCE_MS} ms`)), PATIENCE_MS);
    try {
      return await Promise.race([page.evaluate<number>(call), promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    open: () => ask(`begin(${JSON.stringify(url)}, ${isHls})`),
    // Some way into the group: a person does not hit a key frame.
    seek: ({ atS }) => ask(`seek(${atS + 0.5})`),
    close: () => context.close(),
  };
}
