import type { FastifyReply } from "fastify";
import { CardumeError } from "../core/errors.ts";
import { apiError } from "./api-errors.ts";
import { sendProblem } from "./api-server.ts";

/** What differs for media from what the API says: here the network stands behind the gateway. */
const STATUSES: Readonly<Record<string, number>> = {
  "foreign-page": 403,
  "media-unsupported": 404,
  "condition-failed": 412,
  "range-unsatisfiable": 416,
  "media-failed": 500,
  "chunks-missing": 502,
  "fetch-stopped": 503,
  "video-damaged": 503,
  "video-changed": 503,
  "file-missing": 503,
  "disk-failed": 503,
  "video-late": 504,
};

/** A person's program may try again after this. */
const RETRY_S = 5;

/**
 * Answers with what went wrong, as a problem that no cache keeps.
 * @throws what is no CardumeError: a mistake in the program, or whoever asked has gone
 */
export function sendVideoProblem(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof CardumeError)) throw error;
  const problem = apiError(error);
  const status = STATUSES[problem.code] ?? problem.status;
  reply.header("cache-control", "no-store");
  if (status > 500) reply.header("retry-after", String(RETRY_S));
  return sendProblem(reply, { ...problem, status });
}
