import { createServer, type ServerOptions as HttpOptions, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { CardumeError } from "../core/errors.ts";
import { GATEWAY, NETWORK } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { type ApiParts, apiRoutes } from "./api-routes.ts";
import { apiServer, type OnBug, type Routes, sendProblem } from "./api-server.ts";
import { type GiveLogin, sessionRoutes } from "./session-routes.ts";
import { Sessions } from "./sessions.ts";
import { readToken } from "./token-file.ts";
import { type Door, refusal } from "./web-access.ts";
import { type ConnectionBounds, WebConnections } from "./web-connections.ts";
import { pass, rawAnswer } from "./web-gate.ts";
import { surfaceOf } from "./web-headers.ts";
import { isLoopback } from "./web-hosts.ts";

/** Where a gateway listens, and how it may be called. */
export interface WebPlace {
  /** An IPv4 or IPv6 address of this machine. */
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Another free port is taken where this one is taken. */
  readonly isPortOptional?: boolean;
  /** Further names that it may be called by. */
  readonly names?: readonly string[];
}

/** Times after which connections are let go, and how many there may be. */
export interface WebBounds extends ConnectionBounds {
  readonly idleHttpMs: number;
  readonly stalledApiMs: number;
  readonly stalledMediaMs: number;
}

/** What a gateway serves. */
export interface WebParts extends Omit<ApiParts, "giveLogin" | "gateway"> {
  readonly place: WebPlace;
  readonly onBug: OnBug;
  /** Served beside the API: media below `/v/`, the files of the page. */
  readonly routes?: readonly Routes[];
  /** Other bounds than the usual ones. */
  readonly bounds?: Partial<WebBounds>;
}

/** A gateway that listens. */
export interface WebServer {
  /** `http://127.0.0.1:8420/`: as people call it. */
  readonly address: string;
  readonly port: number;
  /** An address that logs a browser in, once. */
  readonly login: NonNullable<GiveLogin>;
  /** Ends what is under way, and listens no more. */
  close(): Promise<void>;
}

/** How often it is looked whose bytes move. */
const LOOK_MS = 2000;

/**
 * Serves a node on a TCP port: the API, and what else is given. See docs/adr/0015-gateway-safety.md.
 * @throws CardumeError `port-in-use`, `port-unavailable`, `token-invalid`, `token-unwritable` (exit code 5)
 */
export async function serveWeb(parts: WebParts): Promise<WebServer> {
  const { node, place, onBug, routes = [], bounds: given = {} } = parts;
  const bounds: WebBounds = { ...GATEWAY, ...given };
  const sessions = new Sessions(await readToken(node.library.folder), Date.now);
  const connections = new WebConnections(bounds, monotonicMs);
  let address = "";
  const login = (): ReturnType<WebServer["login"]> => {
    const { code, endsAtMs } = sessions.login();
    return { url: `${address}#login=${code}`, code, endsAtMs };
  };
  const door = { sessions, isOpen: !isLoopback(place.host), cookie: "cardume" };
  const server = apiServer(
    [
      withDoor(door),
      ...apiRoutes({ ...parts, giveLogin: login, gateway: () => address }),
      sessionRoutes(door),
      ...routes,
    ],
    onBug,
    {
      serverFactory: (handler) => carrier(handler, connections, bounds, place.names ?? []),
      clientError: (problem, socket) => {
        if (socket.writable) socket.end(rawAnswer(problem));
        else socket.destroy();
      },
      hidesBugs: true,
    },
  );
  const port = await listen(server, place);
  door.cookie = `cardume-${port}`;
  address = addressOf(place.host, port);
  const looking = setInterval(() => connections.look(), LOOK_MS).unref();
  const close = async (): Promise<void> => {
    clearInterval(looking);
    await server.close();
  };
  return { address, port, login, close };
}

/** Asked after routing, since a route says whether it is public; a path that is none is not. */
const withDoor =
  (door: Door): Routes =>
  (server) => {
    server.addHook("onRequest", (request, reply, done) => {
      const problem = refusal(request.raw, door, request.routeOptions.config.isPublic ?? false);
      if (problem === undefined) return done();
      if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="cardume"');
      sendProblem(reply, problem);
    });
  };

type Handler = Parameters<typeof createServer>[1];

function carrier(
  handler: NonNullable<Handler>,
  connections: WebConnections,
  bounds: WebBounds,
  names: readonly string[],
): Server {
  const options: HttpOptions = {
    headersTimeout: NETWORK.apiRequestMs,
    requestTimeout: NETWORK.apiRequestMs,
    keepAliveTimeout: bounds.idleHttpMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: GATEWAY.maxHttpHeadBytes,
  };
  const server = createServer(options, (request, response) => {
    if (!connections.began(request, response)) return;
    const isMedia = surfaceOf(request.url ?? "") === "media";
    request.socket.setTimeout(isMedia ? bounds.stalledMediaMs : bounds.stalledApiMs);
    if (pass(request, response, names)) handler(request, response);
  });
  server.on("connection", (socket: Socket) => connections.opened(socket));
  server.timeout = bounds.stalledApiMs;
  server.on("timeout", (socket: Socket) => {
    if (connections.isDone(socket)) socket.destroy();
  });
  return server;
}

async function listen(server: FastifyInstance, { host, port, isPortOptional = false }: WebPlace): Promise<number> {
  try {
    await server.listen({ host, port }).then(() => {});
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" && isPortOptional && port !== 0) return listen(server, { host, port: 0 });
    await server.close();
    throw code === "EADDRINUSE"
      ? new CardumeError("port-in-use", `http: ${host}:${port} is in use by another program`, { exitCode: 5 })
      : new CardumeError("port-unavailable", `http: cannot listen on ${host}:${port}: ${message}`, { exitCode: 5 });
  }
  return (server.server.address() as AddressInfo).port;
}

/** As a browser on this machine can call it, where it listens everywhere. */
function addressOf(host: string, port: number): string {
  const called = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${called.includes(":") ? `[${called}]` : called}:${port}/`;
}
