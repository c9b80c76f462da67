import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { type ApiError, apiError, statusOf } from "./api-errors.ts";

/** How often late requests are looked for. */
const CHECK_MS = 1000;

/** Adds routes to a server. */
export type Routes = (server: FastifyInstance) => void;

/** Told of an answer that nobody expected: a mistake in the program. */
export type OnBug = (error: unknown, request: string) => void;

/**
 * An HTTP server with these routes, which listens nowhere yet: on a Unix socket for this machine's commands, or later on
 * a port. Answers are JSON; errors are `{"error": {"code", "message", "exitCode"}}`. There is no CORS, and what changes
 * anything is asked for by POST or DELETE with a JSON body, which a stranger's web page cannot send unasked.
 */
export function apiServer(routes: readonly Routes[], onBug: OnBug): FastifyInstance {
  const server = fastify({
    bodyLimit: NETWORK.maxApiBodyBytes,
    forceCloseConnections: true,
    requestTimeout: NETWORK.apiRequestMs,
    http: {
      headersTimeout: NETWORK.apiRequestMs,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: NETWORK.maxApiHeadBytes,
    },
    routerOptions: { ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
  });
  server.server.maxConnections = NETWORK.maxApiConnections;
  // Fastify would take plain text, too: a web page may send that without asking.
  server.removeContentTypeParser("text/plain");
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const said = requestError(error) ?? apiError(error);
    // Whoever has gone away is the reason then, and not there to be told.
    if (said.code === "internal" && !reply.raw.destroyed) onBug(error, `${request.method} ${request.url}`);
    return sendError(reply, said);
  });
  server.setNotFoundHandler((request, reply) => {
    const error = new CardumeError("path-unknown", `no such path: ${request.url}`, { exitCode: 3 });
    return sendError(reply, apiError(error));
  });
  const known = new Map<string, Set<string>>();
  server.addHook("onRoute", ({ url, method }) => {
    const methods = known.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  for (const add of routes) add(server);
  refuseOtherMethods(server, new Map([...known].map(([url, methods]) => [url, new Set(methods)])));
  return server;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Answers what is not for a path with 405, and with what is. */
function refuseOtherMethods(server: FastifyInstance, known: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of known)
    server.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      // A body is not looked at: it may be of any kind.
      onRequest: (request, reply) => {
        reply.header("allow", [...methods].join(", "));
        const error = new CardumeError("method-not-allowed", `${request.method} is not for ${url}`);
        sendError(reply, apiError(error));
      },
      handler: () => {},
    });
}

const sendError = (reply: FastifyReply, error: ApiError): FastifyReply =>
  reply.code(statusOf(error)).type("application/json").send({ error });

/** What Fastify has against a request, in our words. */
function requestError({ code, statusCode, message }: FastifyError): ApiError | undefined {
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return { code: "body-too-large", message, exitCode: 2 };
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return { code: "content-type-unsupported", message: "a request's body is JSON", exitCode: 2 };
  const isWrong = code?.startsWith("FST_ERR_") === true && statusCode !== undefined && statusCode < 500;
  return isWrong ? { code: "request-invalid", message, exitCode: 2 } : undefined;
}
