import { z } from "zod";
import type { CardumeNode } from "../node/node-types.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import type { NodeMetrics } from "./node-metrics.ts";

const METRICS = described({
  summary: "The node in numbers, for Prometheus",
  answer: { kind: "other", mediaType: "text/plain; version=0.0.4; charset=utf-8" },
});
const HEALTH = described({
  summary: "Whether the node works",
  answer: { kind: "json", schema: z.strictObject({ status: z.literal("ok"), uptimeMs: z.number().nonnegative() }) },
});

/** `GET /metrics` and `GET /healthz`. What makes the metrics is loaded when they are first asked for. */
export const metricsRoutes =
  (node: CardumeNode): Routes =>
  (server) => {
    let metrics: Promise<NodeMetrics> | undefined;
    server.get("/metrics", METRICS, async (_request, reply) => {
      metrics ??= import("./node-metrics.ts").then(({ NodeMetrics: Metrics }) => new Metrics(node));
      const { text, type } = await (await metrics).read();
      return reply.type(type).send(text);
    });
    // The library's catalogue is asked: a node whose disk is gone is not well.
    server.get("/healthz", HEALTH, async () => {
      await node.library.list({ limit: 1 });
      return { status: "ok", uptimeMs: Math.max(0, Date.now() - node.status().startedAtMs) };
    });
  };
