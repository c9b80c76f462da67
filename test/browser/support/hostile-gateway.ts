import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { onTestFinished } from "vitest";
import { surfaceHeaders, surfaceOf } from "../../../src/gateway/web-headers.ts";
import {
  factsOf,
  foundNamed,
  type Group,
  jobNamed,
  joined,
  numberOf,
  problemNamed,
  shoalOf,
  videoNamed,
} from "./hostile-answers.ts";
import { PLANTED_SINKS } from "./hostile-sinks.ts";
import { builtPage } from "./page-build.ts";

/** A gateway with our page, our headers, and nothing but hostile texts in its answers. */
export interface HostileGateway {
  readonly host: string;
  readonly address: string;
  /** What its library has, and its neighbours find, by titles. */
  shown: readonly string[];
  /** What it fetches, by titles. */
  fetched: readonly string[];
}

/** What is asked: the parts of the path that a route names, and the body. */
interface Asked {
  readonly gateway: HostileGateway;
  readonly id: string;
  readonly group: Group;
  /** Whether the number of the video is that of a group; above them are videos that cannot be opened. */
  readonly isKnown: boolean;
}

interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
  /** It stays open. */
  readonly isOpen?: boolean;
}

const json = (value: object, status = 200): Answer => ({
  status,
  type: "application/json",
  body: JSON.stringify(value),
});
const problem = (text: string): Answer => json(problemNamed(text), 400);
const lines = (values: readonly object[]): Answer => ({
  type: "application/x-ndjson",
  body: values.map((value) => `${JSON.stringify(value)}\n`).join(""),
});
const events = (body: string): Answer => ({ type: "text/event-stream", body, isOpen: true });
const html = (body: string): Answer => ({ type: "text/html; charset=utf-8", body });

/** A page that makes every mistake, with our policy and without one. */
const PLANTED = "<!doctype html><body id=planted><script src=/planted.js></script>";
const ID = "([a-z2-7]{52})";

/** What is read, first match first. */
const READ: readonly (readonly [RegExp, (asked: Asked) => Answer])[] = [
  [/^\/api\/v1\/events$/, () => events('event: hello\ndata: {"missed":true}\n\n')],
  [/^\/api\/v1\/status$/, () => json({ peers: [] })],
  [/^\/api\/v1\/sight$/, () => json({ videos: [], isLooking: false })],
  [/^\/api\/v1\/posters$/, () => json({ posters: [] })],
  [/^\/api\/v1\/find$/, ({ gateway }) => lines(gateway.shown.map(foundNamed))],
  [/^\/api\/v1\/videos$/, ({ gateway }) => lines(gateway.shown.map(videoNamed))],
  // Where there are none it does not say: then what the page knows stands.
  [
    /^\/api\/v1\/jobs$/,
    ({ gateway: { fetched } }) => (fetched.length > 0 ? json({ jobs: fetched.map(jobNamed) }) : problem("")),
  ],
  [new RegExp(`^/api/v1/videos/${ID}/shoal$`), ({ group }) => events(shoalOf(group))],
  [
    new RegExp(`^/api/v1/videos/${ID}/link$`),
    ({ id, group }) => {
      const link = `cardume:${joined(group)}`;
      return numberOf(id) % 2 === 0 ? json({ link }) : problem(link);
    },
  ],
  [
    new RegExp(`^/v/${ID}/info\\.json$`),
    ({ id, group, isKnown }) => (isKnown ? json(factsOf(id, group)) : problem(joined(group))),
  ],
  [/^\/planted(?:-bare)?$/, () => html(PLANTED)],
  [/^\/planted\.js$/, () => ({ type: "text/javascript", body: PLANTED_SINKS })],
];

/**
 * Starts one; it ends with the test.
 * @param groups what it says of the video with the number of a group
 */
export async function hostileGateway(groups: readonly Group[] = []): Promise<HostileGateway> {
  const files = await builtPage();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    for (const [name, value] of Object.entries(surfaceHeaders(surfaceOf(pathname)))) response.setHeader(name, value);
    if (pathname === "/planted-bare") response.removeHeader("content-security-policy");
    if (request.method !== "GET")
      changed(request, groups).then(
        (answer) => send(response, answer),
        () => response.destroy(),
      );
    else send(response, read(pathname, gateway, groups) ?? fileAt(files, pathname));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway: HostileGateway = { host, address: `http://${host}/`, shown: [], fetched: [] };
  return gateway;
}

function read(pathname: string, gateway: HostileGateway, groups: readonly Group[]): Answer | undefined {
  for (const [pattern, answer] of READ) {
    const match = pattern.exec(pathname);
    if (match === null) continue;
    const [, id = ""] = match;
    return answer({ gateway, id, group: groupOf(id, groups), isKnown: numberOf(id) < groups.length });
  }
  return undefined;
}

const groupOf = (id: string, groups: readonly Group[]): Group => groups[numberOf(id) % groups.length] ?? [];

/** Whatever is to be changed: what was told is thrown back. */
async function changed(request: IncomingMessage, groups: readonly Group[]): Promise<Answer> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part as string;
  const { name, paths, link } = JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
  if (Array.isArray(paths)) return lines([{ report: { outcome: "skipped", reason: paths[0] } }]);
  const [, id] = /^cardume:(\w+)/.exec(String(link)) ?? [];
  if (id !== undefined) return problem(joined(groupOf(id, groups)));
  if (typeof name === "string") return problem(name);
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  return problem(joined(groups[Number(token)] ?? []));
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

function fileAt(folder: string, pathname: string): Answer {
  const name = pathname === "/" ? "/index.html" : pathname;
  if (!/^(?:\/[\w-][\w.-]*)+$/.test(name)) return problem(name);
  try {
    return { type: TYPES[extname(name)] ?? "text/html; charset=utf-8", body: readFileSync(join(folder, name), "utf8") };
  } catch {
    return json({}, 404);
  }
}

function send(response: ServerResponse, { status = 200, type, body, isOpen = false }: Answer): void {
  response.writeHead(status, { "content-type": type });
  if (isOpen) response.write(body);
  else response.end(body);
}
