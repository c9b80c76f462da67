import type { IncomingMessage, ServerResponse } from "node:http";
import { PROBLEM_TYPE, type Problem, problemOf } from "./api-errors.ts";
import { apiHeaders, surfaceHeaders, surfaceOf } from "./web-headers.ts";
import { isHostAllowed } from "./web-hosts.ts";

/**
 * What every request passes before anything else is looked at: the headers that every answer has are put on, and who
 * asks by another name than ours is refused. @returns whether it may go on; else it has been answered
 */
export function pass(request: IncomingMessage, response: ServerResponse, names: readonly string[]): boolean {
  const target = request.url ?? "";
  const isPath = target.startsWith("/");
  for (const [name, value] of Object.entries(isPath ? surfaceHeaders(surfaceOf(target)) : apiHeaders()))
    response.setHeader(name, value);
  if (!isCalledRight(request, names)) {
    const detail = "the gateway is not called so: http_hosts in the configuration allows further names";
    return refuse(response, problemOf("host-refused", detail, 2));
  }
  return isPath || refuse(response, problemOf("request-invalid", "the target has to be a path", 2));
}

function isCalledRight({ rawHeaders, headers, socket }: IncomingMessage, names: readonly string[]): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  const { localAddress: address = "", localPort: port = 0 } = socket;
  return hosts.length === 1 && isHostAllowed(headers.host, { address, port, names });
}

function refuse(response: ServerResponse, problem: Problem): false {
  const text = JSON.stringify(problem);
  // What is left of the request is not waited for.
  response.writeHead(problem.status, {
    ...apiHeaders(),
    "content-type": PROBLEM_TYPE,
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  response.end(text);
  return false;
}

/** The whole answer to what was no request, with the headers that every answer has. */
export function rawAnswer(problem: Problem): string {
  const text = JSON.stringify(problem);
  const headers = {
    ...apiHeaders(),
    "content-type": PROBLEM_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${problem.status} ${problem.title}`, ...lines, "", text].join("\r\n");
}
