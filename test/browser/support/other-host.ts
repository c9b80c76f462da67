import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { test as base, inject, onTestFinished, type TestAPI } from "vitest";
import { EventHub } from "../../../src/gateway/event-hub.ts";
import { pageParts } from "../../../src/gateway/page-parts.ts";
import { readToken } from "../../../src/gateway/token-file.ts";
import { videoRoutes } from "../../../src/gateway/video-routes.ts";
import { VideoService } from "../../../src/gateway/video-service.ts";
import { serveWeb } from "../../../src/gateway/web-server.ts";
import { HlsService } from "../../../src/media/hls/hls-service.ts";
import { startNode } from "../../../src/node/node.ts";
import { openLibrary } from "../../../src/open-library.ts";
import { requirement } from "../../integration/support/requirement.ts";
import { addFile, QUIET_OPTIONS } from "../../integration/support/running-node.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";
import { builtPage } from "./page-build.ts";

/** The other host's address, as this machine sees it: loopback, but not where browsers think that they are at home. */
const ADDRESS = "127.0.0.2";
/** By what name it may be called, and a name whose owner made it lead there. */
const NAME = "casa.example";
const STRANGE_NAME = "rebound.example";

const RULES = [`MAP ${NAME} ${ADDRESS}`, `MAP ${STRANGE_NAME} ${ADDRESS}`, "MAP * ~NOTFOUND", `EXCLUDE ${ADDRESS}`];

/** A test with the browser of somebody who is elsewhere. */
export const test: TestAPI<{ browser: Browser }> = base.extend<{ browser: Browser }>({
  browser: async ({ task, skip }, use) => {
    requirement({ task, skip }, inject("chromium") === "" ? "chromium" : undefined);
    const browser = await chromium.launch({
      executablePath: inject("chromium"),
      args: ["--no-sandbox", `--host-resolver-rules=${RULES.join(", ")}`],
    });
    await use(browser);
    await browser.close();
  },
});

/** A gateway that others can reach. */
export interface OtherHost {
  /** By its name, by its address, and by a name that is none of its own. */
  readonly named: string;
  readonly numbered: string;
  readonly strange: string;
  readonly token: string;
  /** What stands behind an address to log in, once. */
  login(): string;
  readonly bugs: readonly unknown[];
}

/** Starts a node that holds these files, with its page, on all addresses of this machine; it ends with the test. */
export async function otherHost(paths: readonly string[]): Promise<OtherHost> {
  const folder = join(tempFolder(), "data");
  const library = await openLibrary({ folder });
  for (const path of paths) await addFile(library, path);
  const node = await startNode({ library, options: QUIET_OPTIONS, onEvent: () => {} });
  const hub = new EventHub(node);
  const media = new HlsService();
  const videos = new VideoService({ library, media, watch: (target, more) => node.watch(target, more) });
  const page = await pageParts(node, hub.videoChanged, { folder: await builtPage() });
  const bugs: unknown[] = [];
  const web = await serveWeb({
    ...{ node, hub, shutdown: () => {}, onBug: (error) => bugs.push(error) },
    place: { host: "0.0.0.0", port: 0, names: [NAME] },
    routes: [videoRoutes(videos), ...page.routes],
  });
  onTestFinished(async () => {
    await page.close();
    await web.close();
    await videos.close();
    await media.close();
    await node.close();
    await library.close();
  });
  const at = (host: string): string => `http://${host}:${web.port}/`;
  return {
    ...{ named: at(NAME), numbered: at(ADDRESS), strange: at(STRANGE_NAME), bugs },
    token: await readToken(folder),
    login: () => new URL(web.login()?.url ?? "").hash,
  };
}
