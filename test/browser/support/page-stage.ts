import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { EventHub } from "../../../src/gateway/event-hub.ts";
import { type PageOptions, pageParts } from "../../../src/gateway/page-parts.ts";
import { videoRoutes } from "../../../src/gateway/video-routes.ts";
import { VideoService } from "../../../src/gateway/video-service.ts";
import { serveWeb, type WebServer } from "../../../src/gateway/web-server.ts";
import { HlsService } from "../../../src/media/hls/hls-service.ts";
import { startNode } from "../../../src/node/node.ts";
import type { CardumeNode, NodeEvent } from "../../../src/node/node-types.ts";
import { openLibrary } from "../../../src/open-library.ts";
import type { Library } from "../../../src/store/library.ts";
import { addFile, QUIET_OPTIONS, type TestNode, testNode } from "../../integration/support/running-node.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";
import { builtPage } from "./page-build.ts";

/** A node with its page. */
export interface PageStage {
  readonly node: CardumeNode;
  readonly library: Library;
  readonly web: WebServer;
  readonly hub: EventHub;
  readonly holders: readonly TestNode[];
  readonly bugs: readonly unknown[];
}

/** How a stage is set. */
export interface StageOptions {
  /** Names of the other nodes. */
  readonly holders?: readonly string[];
  /** Files that every one of them holds. */
  readonly theirs?: readonly string[];
  /** Files that the node with the page holds. */
  readonly ours?: readonly string[];
  /** How the page's part of the gateway is made. */
  readonly page?: PageOptions;
  /** How fast the others send, each. */
  readonly bytesPerSecond?: number;
}

/** Starts nodes on loopback, one with the page as it was built; all are stopped after the test. */
export async function pageStage(options: StageOptions = {}): Promise<PageStage> {
  const { holders: names = [], theirs = [], ours = [], bytesPerSecond = 0 } = options;
  const holders = await Promise.all(names.map((name) => testNode({ name, uploadBytesPerSecond: bytesPerSecond })));
  for (const { library } of holders) for (const path of theirs) await addFile(library, path);
  const library = await openLibrary({ folder: join(tempFolder(), "data") });
  for (const path of ours) await addFile(library, path);
  let told = (_event: NodeEvent): void => {};
  const join_ = holders.map(({ address }) => address);
  const node = await startNode({
    library,
    options: { ...QUIET_OPTIONS, name: "the page's", join: join_ },
    onEvent: (event) => told(event),
  });
  const hub = new EventHub(node);
  told = (event) => hub.told(event);
  const stage = await served(node, hub, options.page);
  onTestFinished(async () => {
    await stage.close();
    await node.close();
    await library.close();
  });
  return { node, library, hub, holders, ...stage };
}

async function served(
  node: CardumeNode,
  hub: EventHub,
  how: PageOptions = {},
): Promise<{ readonly web: WebServer; readonly bugs: readonly unknown[]; close(): Promise<void> }> {
  const media = new HlsService();
  const videos = new VideoService({
    ...{ library: node.library, media },
    watch: (target, more) => node.watch(target, more),
  });
  const page = await pageParts(node, hub.videoChanged, { folder: await builtPage(), ...how });
  const bugs: unknown[] = [];
  const web = await serveWeb({
    ...{ node, hub, shutdown: () => {}, onBug: (error) => bugs.push(error) },
    place: { host: "127.0.0.1", port: 0 },
    routes: [videoRoutes(videos), ...page.routes],
    beforeRemove: async (id) => {
      await Promise.all([videos.drop(id), page.drop(id)]);
    },
  });
  const close = async (): Promise<void> => {
    await page.close();
    await web.close();
    await videos.close();
    await media.close();
  };
  return { web, bugs, close };
}

/** A page of the gateway, logged in, with what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors that nobody caught, what the console calls errors, and requests to other hosts. */
  readonly wrong: readonly string[];
}

/** Opens the page in a window of its own. */
export async function openPage(
  browser: Browser,
  web: WebServer,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(web.address))
      wrong.push(`request: ${request.url()}`);
  });
  await page.goto(web.login()?.url ?? web.address);
  return { page, wrong };
}

const SHOTS = new URL("../../../.cache/screenshots/", import.meta.url).pathname;

/** Keeps what a page shows in `.cache/screenshots`. */
export const shoot = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
};
