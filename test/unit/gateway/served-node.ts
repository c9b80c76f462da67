import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type ControlServer, serveControl } from "../../../src/gateway/control-server.ts";
import { openLibrary } from "../../../src/open-library.ts";
import type { Library } from "../../../src/store/library.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ScriptedNode } from "./scripted-node.ts";

/** A node that serves its control API. */
export interface ServedNode {
  readonly node: ScriptedNode;
  readonly control: ControlServer;
  readonly library: Library;
  readonly folder: string;
  readonly shutdowns: number;
  /** What the server took for mistakes of the program. */
  readonly bugs: readonly unknown[];
}

/** Opens a library in this folder, and serves it; everything is closed after the test. */
export async function serveNode(
  folder: string = join(tempFolder(), "data"),
  wrap: (library: Library) => Library = same,
): Promise<ServedNode> {
  const library = await openLibrary({ folder });
  const node = new ScriptedNode(wrap(library));
  const bugs: unknown[] = [];
  let shutdowns = 0;
  const control = await serveControl(node, { shutdown: () => shutdowns++, onBug: (error) => bugs.push(error) });
  onTestFinished(async () => {
    await control.close();
    await library.close();
  });
  return {
    ...{ node, control, library, folder, bugs },
    get shutdowns() {
      return shutdowns;
    },
  };
}

const same = (library: Library): Library => library;

/** A request as a test makes it: `body` is sent as it is. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, read to its end. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The answer's head; its body is there to be read, or not. */
export function begin(
  socketPath: string,
  { method = "GET", path, headers = {}, body }: RawRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({ socketPath, method, path: `/api/v1${path}`, headers, agent: false }, resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

/** The whole answer. */
export async function ask(socketPath: string, asked: RawRequest): Promise<RawAnswer> {
  const answer = await begin(socketPath, asked);
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += part as string;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** A request with a JSON body. */
export const json = (method: string, path: string, body: unknown): RawRequest => ({
  ...{ method, path, body: JSON.stringify(body) },
  headers: { "content-type": "application/json" },
});

/** The objects of an answer, one a line. */
export const linesIn = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
