import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PAGE } from "../core/limits.ts";
import type { AddProgress } from "../store/add-paths.ts";
import type { Library } from "../store/library.ts";
import { sendLines, whileConnected } from "./api-lines.ts";
import { described } from "./api-route.ts";
import { addLineSchema } from "./api-schemas.ts";
import type { Routes } from "./api-server.ts";
import { apiReport } from "./api-values.ts";
import { checked, numberSchema } from "./checked.ts";
import type { OnChange } from "./library-routes.ts";
import { UploadStore } from "./upload-store.ts";
import { Latest, withProgress } from "./with-progress.ts";

const paramsSchema = z.strictObject({ key: z.string().regex(/^[A-Za-z0-9_-]{22,64}$/, "it is not an upload's key") });
const aboutSchema = z.strictObject({
  name: z.string().max(PAGE.maxUploadNameChars),
  bytes: z.int().min(1).max(PAGE.maxUploadBytes),
});
const fromSchema = z.strictObject({ from: numberSchema });
const nothingSchema = z.strictObject({});
const uploadSchema = z
  .strictObject({
    key: z.string(),
    name: z.string(),
    bytes: z.int().nonnegative(),
    offset: z.int().nonnegative(),
    pieceBytes: z.int().nonnegative(),
  })
  .meta({ id: "Upload" });

const answer = { kind: "json", schema: uploadSchema } as const;

const ROUTES = {
  begin: described({
    summary: "Begins an upload, or says where it goes on; the client makes up the key",
    params: paramsSchema,
    body: aboutSchema,
    answer,
  }),
  get: described({ summary: "How far an upload has come", params: paramsSchema, answer }),
  append: described(
    {
      summary: "The next piece of an upload, as application/octet-stream",
      params: paramsSchema,
      query: fromSchema,
      answer,
    },
    { bodyLimit: PAGE.maxUploadPieceBytes },
  ),
  add: described({
    summary: "Adds an upload that is whole to the library",
    params: paramsSchema,
    body: nothingSchema,
    answer: { kind: "lines", schema: addLineSchema },
  }),
  remove: described({
    summary: "Takes an upload away",
    params: paramsSchema,
    answer: { kind: "json", schema: z.strictObject({ key: z.string() }) },
  }),
} as const;

/**
 * `/api/v1/uploads/KEY`: a file from a browser, in pieces that each fit into one request, so that a broken connection
 * costs one piece. Its name is a label, and its type is what its bytes are.
 */
export const uploadRoutes =
  (library: Pick<Library, "folder" | "add">, onChange: OnChange): Routes =>
  (server) => {
    const store = new UploadStore(library.folder, Date.now);
    takeStreams(server);
    const keyOf = (params: unknown): string => checked(paramsSchema, params).key;
    const told = (upload: object): object => ({ ...upload, pieceBytes: PAGE.maxUploadPieceBytes });
    server.put("/api/v1/uploads/:key", ROUTES.begin, async ({ params, body }) => {
      const { name, bytes } = checked(aboutSchema, body);
      return told(await store.begin(keyOf(params), name, bytes));
    });
    server.get("/api/v1/uploads/:key", ROUTES.get, async ({ params }) => told(await store.get(keyOf(params))));
    server.patch("/api/v1/uploads/:key", ROUTES.append, async ({ params, query, body }) => {
      const { from } = checked(fromSchema, query);
      return told(await store.append(keyOf(params), from, body as Readable));
    });
    server.delete("/api/v1/uploads/:key", ROUTES.remove, async ({ params }) => {
      await store.remove(keyOf(params));
      return { key: keyOf(params) };
    });
    server.post("/api/v1/uploads/:key/add", ROUTES.add, ({ params, body }, reply) => {
      checked(nothingSchema, body);
      const signal = whileConnected(reply);
      return sendLines(
        reply,
        store.use(keyOf(params), (path) => added(library, path, signal, onChange)),
      );
    });
  };

/** Bodies of bytes are not read before somebody wants them. Routes that want JSON refuse them as they are checked. */
function takeStreams(server: FastifyInstance): void {
  if (server.hasContentTypeParser("application/octet-stream")) return;
  server.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));
}

async function* added(
  library: Pick<Library, "add">,
  path: string,
  signal: AbortSignal,
  onChange: OnChange,
): AsyncGenerator<object> {
  const latest = new Latest<AddProgress>();
  const onProgress = (progress: AddProgress): void => latest.set(progress);
  const reports = library.add([path], { copy: true, onProgress, signal });
  for await (const one of withProgress(reports, latest)) {
    if ("item" in one && "id" in one.item) onChange(one.item.isNew ? "added" : "held", one.item.id);
    yield "item" in one ? { report: apiReport(one.item) } : one;
  }
}
