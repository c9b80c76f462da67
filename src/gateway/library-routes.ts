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
import { described } from "./api-route.ts";
import { addLineSchema, detailsSchema, lateErrorSchema, verifyLineSchema, videoSchema } from "./api-schemas.ts";
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

/** What these routes use of a node. */
type RoutedNode = Pick<CardumeNode, "library" | "remove">;

/** Told what a request has changed: `held` of a video whose held chunks may be others now. */
export type OnChange = (change: "added" | "held" | "removed", id: Uint8Array) => void;

/** Lets go of a video that is to be removed. */
type BeforeRemove = (id: Uint8Array) => Promise<void>;

const ROUTES = {
  list: described({
    summary: "The library's videos, or those that a search finds",
    query: listSchema,
    answer: { kind: "lines", schema: z.union([videoSchema, lateErrorSchema]) },
  }),
  lookup: described({
    summary: "The video that a person means",
    query: textSchema,
    answer: { kind: "json", schema: videoSchema },
  }),
  video: described({ summary: "A video", params: paramsSchema, answer: { kind: "json", schema: videoSchema } }),
  details: described({
    summary: "All that is known of a video",
    params: paramsSchema,
    answer: { kind: "json", schema: detailsSchema },
  }),
  link: described({
    summary: "A video's link",
    params: paramsSchema,
    answer: { kind: "json", schema: z.strictObject({ link: z.string() }) },
  }),
  bytes: described({
    summary: "A held video's bytes, hashed as they are read",
    params: paramsSchema,
    query: rangeSchema,
    answer: { kind: "other", mediaType: "application/octet-stream" },
  }),
  add: described(
    { summary: "Adds files of this machine", body: addSchema, answer: { kind: "lines", schema: addLineSchema } },
    { bodyLimit: NETWORK.maxApiPathsBytes },
  ),
  verify: described({
    summary: "Reads all of a video and checks it",
    params: paramsSchema,
    body: nothingSchema,
    answer: { kind: "lines", schema: verifyLineSchema },
  }),
  remove: described({
    summary: "Removes a video",
    params: paramsSchema,
    query: removeSchema,
    answer: { kind: "json", schema: z.strictObject({ id: z.string(), isFileRemoved: z.boolean() }) },
  }),
} as const;

/** The routes of a library, under `/api/v1/videos` and `/api/v1/lookup`: see docs/API.md. */
export const libraryRoutes =
  (node: RoutedNode, onChange: OnChange, beforeRemove: BeforeRemove = () => Promise.resolve()): Routes =>
  (server) => {
    addReading(server, node.library);
    addChanging(server, node.library, onChange);
    addRemoving(server, node, onChange, beforeRemove);
  };

function addReading(server: FastifyInstance, library: Library): void {
  server.get("/api/v1/videos", ROUTES.list, async ({ query }, reply) =>
    sendLines(reply, (await library.list(defined(checked(listSchema, query)))).map(apiVideo)),
  );
  server.get("/api/v1/lookup", ROUTES.lookup, async ({ query }) =>
    apiVideo(await library.find(checked(textSchema, query).video)),
  );
  server.get("/api/v1/videos/:id", ROUTES.video, async ({ params }) => {
    const video = await library.get(checked(paramsSchema, params).id);
    if (video === undefined) throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
    return apiVideo(video);
  });
  server.get("/api/v1/videos/:id/details", ROUTES.details, async ({ params }) => {
    const { manifest: _, ...details } = await library.details(checked(paramsSchema, params).id);
    return apiDetails(details);
  });
  server.get("/api/v1/videos/:id/link", ROUTES.link, async ({ params }) => ({
    link: await library.link(checked(paramsSchema, params).id),
  }));
  server.get("/api/v1/videos/:id/bytes", ROUTES.bytes, ({ params, query }, reply) => {
    const { from = 0, to } = checked(rangeSchema, query);
    return sendBytes(reply, library.stream(checked(paramsSchema, params).id, from, to));
  });
}

function addChanging(server: FastifyInstance, library: Library, onChange: OnChange): void {
  server.post("/api/v1/videos", ROUTES.add, ({ body }, reply) => {
    const { paths, copy = false, title } = checked(addSchema, body);
    const reports = added(library, reply, paths.map(filePath), { copy, ...defined({ title }) }, onChange);
    return sendLines(reply, reports);
  });
  server.post("/api/v1/videos/:id/verify", ROUTES.verify, ({ params, body }, reply) => {
    checked(nothingSchema, body);
    return sendLines(reply, verified(library, reply, checked(paramsSchema, params).id, onChange));
  });
}

function addRemoving(server: FastifyInstance, node: RoutedNode, onChange: OnChange, beforeRemove: BeforeRemove): void {
  server.delete("/api/v1/videos/:id", ROUTES.remove, async ({ params, query }) => {
    const { files } = checked(removeSchema, query);
    const { id } = checked(paramsSchema, params);
    await beforeRemove(id);
    const isFileRemoved = await node.remove(id, { files: files === "true" });
    onChange("removed", id);
    return { id: toBase32(id), isFileRemoved };
  });
}

async function* added(
  library: Library,
  reply: FastifyReply,
  paths: Parameters<Library["add"]>[0],
  options: { readonly copy: boolean; readonly title?: string },
  onChange: OnChange,
): AsyncGenerator<object> {
  const latest = new Latest<AddProgress>();
  const onProgress = (progress: AddProgress): void => latest.set(progress);
  const reports = library.add(paths, { ...options, onProgress, signal: whileConnected(reply) });
  for await (const one of withProgress(reports, latest)) {
    if ("item" in one && "id" in one.item) onChange(one.item.isNew ? "added" : "held", one.item.id);
    yield "item" in one ? { report: apiReport(one.item) } : one;
  }
}

async function* verified(
  library: Library,
  reply: FastifyReply,
  id: Uint8Array,
  onChange: OnChange,
): AsyncGenerator<object> {
  const latest = new Latest<{ bytes: number }>();
  let read = 0;
  const onBytes = (bytes: number): void => {
    read += bytes;
    latest.set({ bytes: read });
  };
  const report = library.verify(id, { onBytes, signal: whileConnected(reply) });
  for await (const one of withProgress(once(report), latest)) {
    if ("item" in one) onChange("held", id);
    yield "item" in one ? { report: apiVerified(one.item) } : one;
  }
}

/** Without what is `undefined`: the library takes a field or none. */
const defined = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
