import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import type { CardumeNode } from "../node/node-types.ts";
import type { AddProgress } from "../store/add-paths.ts";
import type { Library } from "../store/library.ts";
import { sendBytes } from "./api-bytes.ts";
import { sendLines, whileConnected } from "./api-lines.ts";
import type { Routes } from "./api-server.ts";
import { apiDetails, apiReport, apiVerified, apiVideo, filePath } from "./api-values.ts";
import { checked, idSchema, numberSchema } from "./checked.ts";
import { Latest, once, withProgress } from "./with-progress.ts";

const pathSchema = z.union([z.string().min(1), z.strictObject({ base64: z.base64() })]);
const addSchema = z.strictObject({
  paths: z.array(pathSchema).min(1),
  copy: z.boolean().optional(),
  title: z.string().optional(),
});
const listSchema = z.strictObject({
  words: z.string().optional(),
  kind: z.enum(["video", "subtitle"]).optional(),
  limit: numberSchema.optional(),
});
const textSchema = z.strictObject({ video: z.string() });
const paramsSchema = z.strictObject({ id: idSchema });
const rangeSchema = z.strictObject({ from: numberSchema.optional(), to: numberSchema.optional() });
const removeSchema = z.strictObject({ files: z.enum(["true", "false"]).optional() });
const nothingSchema = z.strictObject({});

/** The routes of a library, under `/api/v1/videos` and `/api/v1/lookup`: see docs/API.md. */
export const libraryRoutes =
  (node: Pick<CardumeNode, "library" | "remove">): Routes =>
  (server) => {
    addReading(server, node.library);
    addChanging(server, node);
  };

function addReading(server: FastifyInstance, library: Library): void {
  server.get("/api/v1/videos", async ({ query }, reply) =>
    sendLines(reply, (await library.list(defined(checked(listSchema, query)))).map(apiVideo)),
  );
  server.get("/api/v1/lookup", async ({ query }) => apiVideo(await library.find(checked(textSchema, query).video)));
  server.get("/api/v1/videos/:id", async ({ params }) => {
    const video = await library.get(checked(paramsSchema, params).id);
    if (video === undefined) throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
    return apiVideo(video);
  });
  server.get("/api/v1/videos/:id/details", async ({ params }) => {
    const { manifest: _, ...details } = await library.details(checked(paramsSchema, params).id);
    return apiDetails(details);
  });
  server.get("/api/v1/videos/:id/link", async ({ params }) => ({
    link: await library.link(checked(paramsSchema, params).id),
  }));
  server.get("/api/v1/videos/:id/bytes", ({ params, query }, reply) => {
    const { from = 0, to } = checked(rangeSchema, query);
    return sendBytes(reply, library.stream(checked(paramsSchema, params).id, from, to));
  });
}

function addChanging(server: FastifyInstance, node: Pick<CardumeNode, "library" | "remove">): void {
  const { library } = node;
  server.post("/api/v1/videos", { bodyLimit: NETWORK.maxApiPathsBytes }, ({ body }, reply) => {
    const { paths, copy = false, title } = checked(addSchema, body);
    return sendLines(reply, added(library, reply, paths.map(filePath), { copy, ...defined({ title }) }));
  });
  server.post("/api/v1/videos/:id/verify", ({ params, body }, reply) => {
    checked(nothingSchema, body);
    return sendLines(reply, verified(library, reply, checked(paramsSchema, params).id));
  });
  server.delete("/api/v1/videos/:id", async ({ params, query }) => {
    const { files } = checked(removeSchema, query);
    const { id } = checked(paramsSchema, params);
    return { id: toBase32(id), isFileRemoved: await node.remove(id, { files: files === "true" }) };
  });
}

async function* added(
  library: Library,
  reply: FastifyReply,
  paths: Parameters<Library["add"]>[0],
  options: { readonly copy: boolean; readonly title?: string },
): AsyncGenerator<object> {
  const latest = new Latest<AddProgress>();
  const onProgress = (progress: AddProgress): void => latest.set(progress);
  const reports = library.add(paths, { ...options, onProgress, signal: whileConnected(reply) });
  for await (const one of withProgress(reports, latest)) yield "item" in one ? { report: apiReport(one.item) } : one;
}

async function* verified(library: Library, reply: FastifyReply, id: Uint8Array): AsyncGenerator<object> {
  const latest = new Latest<{ bytes: number }>();
  let read = 0;
  const onBytes = (bytes: number): void => {
    read += bytes;
    latest.set({ bytes: read });
  };
  const report = library.verify(id, { onBytes, signal: whileConnected(reply) });
  for await (const one of withProgress(once(report), latest))
    yield "item" in one ? { report: apiVerified(one.item) } : one;
}

/** Without what is `undefined`: the library takes a field or none. */
const defined = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
