import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Routes } from "../../../src/gateway/api-server.ts";
import { EventHub } from "../../../src/gateway/event-hub.ts";
import { readToken } from "../../../src/gateway/token-file.ts";
import { serveWeb, type WebBounds, type WebPlace, type WebServer } from "../../../src/gateway/web-server.ts";
import { openLibrary } from "../../../src/open-library.ts";
import type { Library } from "../../../src/store/library.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ScriptedNode } from "./scripted-node.ts";
import type { RawAnswer, RawRequest } from "./served-node.ts";

/** A node that serves its gateway. */
export interface ServedWeb {
  readonly node: ScriptedNode;
  readonly library: Library;
  readonly hub: EventHub;
  readonly web: WebServer;
  readonly folder: string;
  readonly token: string;
  readonly shutdowns: number;
  readonly bugs: readonly unknown[];
}

/** How it is served. */
export interface WebOptions {
  readonly place?: Partial<WebPlace>;
  readonly routes?: readonly Routes[];
  readonly bounds?: Partial<WebBounds>;
}

/** Opens a library in a new folder, and serves it on any port; everything is closed after the test. */
export async function servedWeb({ place, ...more }: WebOptions = {}): Promise<ServedWeb> {
  const folder = join(tempFolder(), "data");
  const library = await openLibrary({ folder });
  const node = new ScriptedNode(library);
  const hub = new EventHub(node);
  const bugs: unknown[] = [];
  let shutdowns = 0;
  const web = await serveWeb({
    ...{ node, hub, shutdown: () => shutdowns++, onBug: (error) => bugs.push(error) },
    place: { host: "127.0.0.1", port: 0, ...place },
    ...more,
  });
  onTestFinished(async () => {
    await web.close();
    await library.close();
  });
  return {
    ...{ node, library, hub, web, folder, bugs },
    token: await readToken(folder),
    get shutdowns() {
      return shutdowns;
    },
  };
}

/** The answer's head. `path` is from the root; Host is right unless told. */
export function beginOn(
  { address, port }: WebServer,
  { method = "GET", path, headers = {}, body }: RawRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const host = new URL(address).hostname.replaceAll(/[[\]]/g, "");
  const outgoing = request({ host, port, method, path, headers, agent: false }, resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

/** The whole answer. */
export async function askOn(web: WebServer, asked: RawRequest): Promise<RawAnswer> {
  const answer = await beginOn(web, asked);
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += part as string;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** A change, with these headers beside those of a JSON body. */
export const change = (
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: object = {},
): RawRequest => ({
  ...{ method: "POST", path, body: JSON.stringify(body) },
  headers: { "content-type": "application/json", ...headers },
});
