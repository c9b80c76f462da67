import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import type { Library } from "../store/library.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked, idSchema } from "./checked.ts";
import { jpegSize } from "./poster-jpeg.ts";

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

/**
 * `/api/v1/posters`: pictures of videos, kept in `posters/` of the data folder as `<id>.jpg`. They are made by the page of
 * whoever plays a video first, are nobody's claim, and go no further than this machine.
 */
export const posterRoutes =
  (library: Pick<Library, "folder" | "get">): Routes =>
  (server) => {
    const folder = join(library.folder, "posters");
    const fileOf = (params: unknown): string => join(folder, `${toBase32(checked(paramsSchema, params).id)}.jpg`);
    if (!server.hasContentTypeParser("image/jpeg"))
      server.addContentTypeParser("image/jpeg", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    server.get("/api/v1/posters", ROUTES.list, async () => ({ posters: await namesIn(folder) }));
    server.get("/api/v1/posters/:id", ROUTES.get, async ({ params }, reply) => {
      const bytes = await readFile(fileOf(params)).catch(noPoster);
      // It may be taken anew under the same name.
      return reply.type("image/jpeg").header("cache-control", "private, max-age=300").send(bytes);
    });
    server.put("/api/v1/posters/:id", ROUTES.put, async ({ params, body }) => {
      const bytes = posterOf(body);
      const path = fileOf(params);
      if ((await library.get(checked(paramsSchema, params).id)) === undefined)
        throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
      if ((await namesIn(folder)).length >= PAGE.maxPosters)
        throw new CardumeError("too-many-requests", "there are too many posters already", { exitCode: 5 });
      await keep(folder, path, bytes);
      return { bytes: bytes.length };
    });
    server.delete("/api/v1/posters/:id", ROUTES.remove, async ({ params }) => {
      await rm(fileOf(params), { force: true });
      return { id: toBase32(checked(paramsSchema, params).id) };
    });
  };

/** Takes the poster of a video away that is to be removed. What cannot be taken away is only a picture. */
export async function dropPoster(library: Pick<Library, "folder">, id: Uint8Array): Promise<void> {
  await rm(join(library.folder, "posters", `${toBase32(id)}.jpg`), { force: true }).catch(() => {});
}

/** @throws CardumeError `poster-invalid` */
function posterOf(body: unknown): Buffer {
  const size = Buffer.isBuffer(body) ? jpegSize(body) : undefined;
  if (!Buffer.isBuffer(body) || size === undefined)
    throw new CardumeError("poster-invalid", "a poster is a JPEG (Content-Type: image/jpeg)");
  if (Math.max(size.width, size.height) > PAGE.maxPosterSide)
    throw new CardumeError("poster-invalid", `a poster has ${PAGE.maxPosterSide} pixels a side at most`);
  return body;
}

/** Whole or not at all, for whoever reads it meanwhile. Losing one costs a picture, so it is not synced. */
async function keep(folder: string, path: string, bytes: Buffer): Promise<void> {
  const draft = join(folder, `.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(draft, bytes, { flag: "wx", mode: 0o600 });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw new CardumeError("disk-failed", `cannot keep the poster: ${(cause as Error).message}`, {
      exitCode: 5,
      cause,
    });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.filter((name) => /^[a-z2-7]{52}\.jpg$/.test(name)).map((name) => name.slice(0, 52));
}

const noPoster = (): never => {
  throw new CardumeError("poster-missing", "there is no poster of this video", { exitCode: 3 });
};
