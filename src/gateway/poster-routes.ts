import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import type { Library } from "../store/library.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked, idSchema } from "./checked.ts";
import type { PosterShelf } from "./poster-shelf.ts";

const paramsSchema = z.strictObject({ id: idSchema });

const ROUTES = {
  list: described({
    summary: "The videos that have a poster",
    answer: { kind: "json", schema: z.strictObject({ posters: z.array(z.string()) }) },
  }),
  get: described({
    summary: "A video's poster",
    params: paramsSchema,
    answer: { kind: "other", mediaType: "image/jpeg" },
  }),
  put: described(
    {
      summary: "Keeps a poster: a JPEG",
      params: paramsSchema,
      answer: { kind: "json", schema: z.strictObject({ bytes: z.int().nonnegative() }) },
    },
    { bodyLimit: PAGE.maxPosterBytes },
  ),
  remove: described({
    summary: "Takes a poster away",
    params: paramsSchema,
    answer: { kind: "json", schema: z.strictObject({ id: z.string() }) },
  }),
} as const;

/** `/api/v1/posters`: pictures of videos, made by ffmpeg, or by the page of whoever plays a video first. */
export const posterRoutes =
  (library: Pick<Library, "get">, shelf: PosterShelf): Routes =>
  (server) => {
    if (!server.hasContentTypeParser("image/jpeg"))
      server.addContentTypeParser("image/jpeg", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    server.get("/api/v1/posters", ROUTES.list, async () => ({ posters: await shelf.list() }));
    server.get("/api/v1/posters/:id", ROUTES.get, async ({ params }, reply) => {
      const bytes = await shelf.read(checked(paramsSchema, params).id);
      // It may be taken anew under the same name.
      return reply.type("image/jpeg").header("cache-control", "private, max-age=300").send(bytes);
    });
    server.put("/api/v1/posters/:id", ROUTES.put, async ({ params, body }) => {
      const { id } = checked(paramsSchema, params);
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      if ((await library.get(id)) === undefined)
        throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
      await shelf.keep(id, bytes);
      return { bytes: bytes.length };
    });
    server.delete("/api/v1/posters/:id", ROUTES.remove, async ({ params }) => {
      const { id } = checked(paramsSchema, params);
      await shelf.remove(id);
      return { id: toBase32(id) };
    });
  };
