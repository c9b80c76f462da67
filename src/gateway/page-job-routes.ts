import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { VIDEO } from "../core/limits.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked, idSchema } from "./checked.ts";
import type { JobView } from "./page-job.ts";
import type { FetchJobs } from "./page-jobs.ts";

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const paramsSchema = z.strictObject({ id: idSchema });
const nothingSchema = z.strictObject({});
const orderSchema = z.strictObject({ id: idSchema, link: z.string().max(VIDEO.maxLinkChars).optional() });

const jobSchema: z.ZodType<JobView> = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    state: z.enum(["waiting", "fetching", "later", "done", "stopped", "failed"]),
    phase: z.enum(["finding", "connecting", "fetching", "ended"]).nullable(),
    bytes: count,
    writtenBytes: count,
    bytesPerSecond: amount,
    leftMs: amount.nullable(),
    peers: count,
    outcome: z.enum(["complete", "missing", "not-found", "unreachable", "stopped"]).nullable(),
    problem: z.string(),
    begunAtMs: amount,
    nextTryAtMs: amount.nullable(),
  })
  .meta({ id: "Job" });

const answer = { kind: "json", schema: jobSchema } as const;

const ROUTES = {
  list: described({
    summary: "The fetches that belong to the node, whoever looks on",
    answer: { kind: "json", schema: z.strictObject({ jobs: z.array(jobSchema) }) },
  }),
  begin: described({
    summary: "Fetches all of a video in the background, or goes on with it",
    body: orderSchema,
    answer,
  }),
  stop: described({
    summary: "Stops a background fetch; what came is kept",
    params: paramsSchema,
    body: nothingSchema,
    answer,
  }),
  remove: described({
    summary: "Stops a background fetch, and takes it from the list",
    params: paramsSchema,
    answer: { kind: "json", schema: z.strictObject({ id: z.string() }) },
  }),
} as const;

/** `/api/v1/jobs`: fetches in the background, see docs/PAGE.md. */
export const jobRoutes =
  (jobs: FetchJobs): Routes =>
  (server) => {
    server.get("/api/v1/jobs", ROUTES.list, () => ({ jobs: jobs.list() }));
    server.post("/api/v1/jobs", ROUTES.begin, ({ body }) => jobs.begin(checked(orderSchema, body)));
    server.post("/api/v1/jobs/:id/stop", ROUTES.stop, ({ params, body }) => {
      checked(nothingSchema, body);
      return jobs.stop(checked(paramsSchema, params).id);
    });
    server.delete("/api/v1/jobs/:id", ROUTES.remove, ({ params }) => {
      const { id } = checked(paramsSchema, params);
      jobs.drop(id);
      return { id: toBase32(id) };
    });
  };
