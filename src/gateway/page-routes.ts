import type { FastifyReply, FastifyRequest } from "fastify";
import { CardumeError } from "../core/errors.ts";
import type { Routes } from "./api-server.ts";
import { type PageFile, pageFolder, readPageFiles } from "./page-files.ts";

const PUBLIC = { config: { isPublic: true } } as const;

/**
 * Serves the files of the page: `/` and what it names. They say nothing of the library, so that they need no token; the
 * Content-Security-Policy is the gateway's for pages. Files with a hash in their name are kept for ever, the others never.
 * @param folder where the build put it
 */
export async function pageRoutes(folder: string = pageFolder()): Promise<Routes> {
  const files = await readPageFiles(folder);
  return (server) => {
    for (const [url, file] of files) {
      server.get(url, PUBLIC, (request, reply) => sendFile(request, reply, file));
      server.head(url, PUBLIC, (request, reply) => sendFile(request, reply, file));
    }
    if (!files.has("/")) server.get("/", PUBLIC, () => notBuilt());
  };
}

function notBuilt(): never {
  throw new CardumeError("page-missing", 'the page was not built: "npm run build:web" in the checkout does it', {
    exitCode: 3,
  });
}

function sendFile({ headers, method }: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  const coding = codingOf(headers["accept-encoding"], file);
  const body = coding === undefined ? file.plain : (file[coding] as Buffer);
  if (coding !== undefined) reply.header("content-encoding", coding === "brotli" ? "br" : "gzip");
  reply.headers({ "cache-control": file.cacheControl, vary: "accept-encoding", "content-length": body.length });
  return reply.type(file.type).send(method === "HEAD" ? "" : body);
}

/** The best coding that the browser names without taking it back (`;q=0`). */
function codingOf(accepted: string | undefined, file: PageFile): "brotli" | "gzip" | undefined {
  const names = (accepted ?? "")
    .toLowerCase()
    .split(",")
    .filter((one) => !/;\s*q=0(?:\.0*)?\s*$/.test(one))
    .map((one) => one.split(";", 1)[0]?.trim());
  if (file.brotli !== undefined && names.includes("br")) return "brotli";
  return file.gzip !== undefined && names.includes("gzip") ? "gzip" : undefined;
}
