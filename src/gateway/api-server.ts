import type { Socket } from "node:net";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerFactory,
  fastify,
} from "fastify";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { apiError, isBug, PROBLEM_TYPE, type Problem, problemOf } from "./api-errors.ts";
import type { RegisteredRoute } from "./api-route.ts";
import { openApiRoutes } from "./open-api-routes.ts";

/** How often late requests are looked for. */
const CHECK_MS = 1000;
/** A name of 255 characters of three bytes each, each byte as `%XX`. */
const MAX_PARAM_CHARS = 2295;

/** Adds routes to a server. */
export type Routes = (server: FastifyInstance) => void;

/** Told of an answer that nobody expected: a mistake in the program. */
export type OnBug = (error: unknown, request: string) => void;

/** How a server differs from the one on the control socket. */
export interface ServerOptions {
  /** Makes the server that carries it: whatever is refused before routing is refused there. */
  readonly serverFactory?: FastifyServerFactory;
  readonly maxHeadBytes?: number;
  /** What a head or a request is that cannot be read: written on the connection, which then ends. */
  readonly clientError?: (problem: Problem, socket: Socket) => void;
  /** Whether errors that nobody expected are kept from the one who asked. */
  readonly hidesBugs?: boolean;
}

/**
 * An HTTP server with these routes, which listens nowhere yet: on a Unix socket for this machine's commands, or on a
 * port. Errors are problems (RFC 9457). There is no CORS, and what changes anything is asked for by POST or DELETE with
 * a JSON body, which a stranger's web page cannot send unasked. What it serves is told by its OpenAPI document.
 */
export function apiServer(routes: readonly Routes[], onBug: OnBug, options: ServerOptions = {}): FastifyInstance {
  const { serverFactory, maxHeadBytes = NETWORK.maxApiHeadBytes, clientError, hidesBugs = false } = options;
  const server = fastify({
    bodyLimit: NETWORK.maxApiBodyBytes,
    forceCloseConnections: true,
    requestTimeout: NETWORK.apiRequestMs,
    http: {
      headersTimeout: NETWORK.apiRequestMs,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: maxHeadBytes,
    },
    // Names of files in a path are long, percent-encoded.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: MAX_PARAM_CHARS },
    exposeHeadRoutes: false,
    ...(serverFactory === undefined ? {} : { serverFactory }),
    ...(clientError === undefined
      ? {}
      : { clientErrorHandler: (error, socket) => clientError(clientProblem(error), socket as Socket) }),
  });
  if (serverFactory === undefined) server.server.maxConnections = NETWORK.maxApiConnections;
  // Fastify would take plain text, too: a web page may send that without asking.
  server.removeContentTypeParser("text/plain");
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = requestError(error) ?? apiError(error);
    // Whoever has gone away is the reason then, and not there to be told.
    if (isBug(problem) && !reply.raw.destroyed) onBug(error, `${request.method} ${request.url}`);
    return sendProblem(reply, isBug(problem) && hidesBugs ? { ...problem, detail: "its log says more" } : problem);
  });
  server.setNotFoundHandler((request, reply) => {
    const error = new CardumeError("path-unknown", `no such path: ${request.url}`, { exitCode: 3 });
    return sendProblem(reply, apiError(error));
  });
  const known: RegisteredRoute[] = [];
  server.addHook("onRoute", ({ url, method, config }) => {
    for (const one of [method].flat()) known.push({ method: one, url, api: config?.api });
  });
  for (const add of [...routes, openApiRoutes(known)]) add(server);
  refuseOtherMethods(server, [...known]);
  return server;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Answers what is not for a path with 405, and with what is. */
function refuseOtherMethods(server: FastifyInstance, known: readonly RegisteredRoute[]): void {
  const byUrl = Map.groupBy(known, ({ url }) => url);
  for (const [url, routes] of byUrl) {
    const methods = new Set(routes.map(({ method }) => method));
    server.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      // A body is not looked at: it may be of any kind.
      onRequest: (request, reply) => {
        reply.header("allow", [...methods].join(", "));
        const error = new CardumeError("method-not-allowed", `${request.method} is not for ${url}`);
        sendProblem(reply, apiError(error));
      },
      handler: () => {},
    });
  }
}

/** Answers with an error. */
export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));

/** What Fastify has against a request, in our words. */
function requestError({ code, statusCode, message }: FastifyError): Problem | undefined {
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return problemOf("body-too-large", message, 2);
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return problemOf("content-type-unsupported", "a request's body is JSON", 2);
  const isWrong = code?.startsWith("FST_ERR_") === true && statusCode !== undefined && statusCode < 500;
  return isWrong ? problemOf("request-invalid", message, 2) : undefined;
}

/** What Node has against what came on a connection. */
function clientProblem({ code }: { readonly code?: string }): Problem {
  if (code === "HPE_HEADER_OVERFLOW") return problemOf("head-too-large", "the request's head is too large", 2);
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return problemOf("request-timeout", "the request did not come in time", 2);
  return problemOf("request-invalid", "this is no HTTP request", 2);
}
