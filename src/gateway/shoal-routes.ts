import type { ServerResponse } from "node:http";
import { z } from "zod";
import { GATEWAY } from "../core/limits.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked, idSchema } from "./checked.ts";
import type { ShoalService, ShoalUse } from "./shoal-service.ts";
import type { ShoalNews } from "./shoal-watch.ts";

const paramsSchema = z.strictObject({ id: idSchema });
const runSchema = z.tuple([z.int().nonnegative(), z.int().positive(), z.int().min(-1)]);
const count = z.int().nonnegative();

const holderSchema = z.strictObject({
  peer: z.string(),
  name: z.string(),
  state: z.enum(["connecting", "serving", "gone", "dropped"]),
  reason: z.string().nullable(),
  carrier: z.enum(["direct", "libp2p"]).nullable(),
  roundTripMs: z.number().nonnegative().nullable(),
  bytesPerSecond: z.number().nonnegative(),
  receivedBytes: count,
  heldChunks: count,
});

const newsSchema = z.strictObject({
  phase: z.enum(["idle", "finding", "connecting", "fetching", "ended"]),
  held: count,
  bytesPerSecond: z.number().nonnegative(),
  peers: z.array(z.string()),
  names: z.array(z.string()),
  holders: z.array(holderSchema),
  more: count,
  came: z.array(runSchema),
  lost: z.array(count),
});

const SHOAL = described({
  summary: "The chunks of a video of the library as they come: runs of chunks with who sent them, and the holders",
  params: paramsSchema,
  answer: {
    kind: "events",
    schemas: {
      all: z.strictObject({ chunks: count, bytes: count, chunkBytes: count, held: z.array(runSchema) }),
      news: newsSchema,
    },
  },
});

/**
 * `GET /api/v1/videos/ID/shoal`: server-sent events. `all` is the map of chunks: first, and again for who did not read
 * fast enough; `news` is what happened since, four times a second at most, and only when something did.
 */
export const shoalRoutes =
  (shoals: ShoalService): Routes =>
  (server) => {
    server.get("/api/v1/videos/:id/shoal", SHOAL, async ({ params }, reply) => {
      const { raw } = reply;
      const use = await shoals.use(checked(paramsSchema, params).id, () => {
        if (raw.headersSent) raw.end();
      });
      if (raw.destroyed) use.release();
      else {
        reply.hijack();
        follow(use, raw);
      }
    });
  };

function follow({ watch, release }: ShoalUse, response: ServerResponse): void {
  let isFull = false;
  let isBehind = false;
  let last = "";
  const put = (event: string, value: object): void => {
    const data = JSON.stringify(value);
    // What is said again says nothing.
    if (response.destroyed || (event === "news" && data === last)) return;
    last = event === "news" ? data : last;
    isFull = !response.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  const putAll = (): void => {
    const { chunks, bytes, chunkBytes } = watch;
    put("all", { chunks, bytes, chunkBytes, held: watch.all() });
    put("news", watch.now());
  };
  const stop = watch.listen((news: ShoalNews) => {
    if (isFull) isBehind = true;
    else put("news", news);
  });
  const beating = setInterval(() => {
    if (!isFull && !response.destroyed) isFull = !response.write(":\n\n");
  }, GATEWAY.heartbeatMs).unref();
  response.on("drain", () => {
    isFull = false;
    if (isBehind) putAll();
    isBehind = false;
  });
  response.once("close", () => {
    clearInterval(beating);
    stop();
    release();
  });
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
  putAll();
}
