import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { isLinkProblem, parseLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK, VIDEO } from "../core/limits.ts";
import type { CardumeNode, FetchTarget, FindOptions, FoundVideo } from "../node/node-types.ts";
import { sha256 } from "../runtime/crypto.ts";
import { sendLines, whileConnected } from "./api-lines.ts";
import { apiFound, apiProgress, apiStatus } from "./api-node-values.ts";
import { type Answer, described } from "./api-route.ts";
import {
  fetchLineSchema,
  foundSchema as foundLineSchema,
  lateErrorSchema,
  progressSchema,
  statusSchema,
} from "./api-schemas.ts";
import type { Routes } from "./api-server.ts";
import { checked, idSchema, numberSchema } from "./checked.ts";
import { followFetch } from "./follow-fetch.ts";

const addressSchema = z.string().min(1).max(NETWORK.maxAddressChars);
const joinSchema = z.strictObject({ address: addressSchema });
const findSchema = z
  .strictObject({
    id: idSchema.optional(),
    words: z.string().min(1).optional(),
    enough: numberSchema.optional(),
  })
  .refine(({ id, words }) => (id === undefined) !== (words === undefined), "either an id or words");
const count = z.int().nonnegative();
const foundSchema = z.strictObject({
  id: idSchema,
  bytes: count,
  title: z.string().max(VIDEO.maxLabelChars),
  heldChunks: count,
  holder: z.string().max(NETWORK.maxAddressChars),
  addresses: z.array(addressSchema).max(NETWORK.maxAddressesPerHolder),
});
const fetchSchema = z.strictObject({
  id: idSchema,
  link: z.string().max(VIDEO.maxLinkChars).optional(),
  holders: z.array(foundSchema).max(NETWORK.maxHoldersNamed).optional(),
});
const nothingSchema = z.strictObject({});

const json = (schema: z.ZodType, status = 200): Answer => ({ kind: "json", schema, status });

const ROUTES = {
  status: described({ summary: "The node at a glance", answer: json(statusSchema) }),
  join: described({
    summary: "Connects to a peer",
    body: joinSchema,
    answer: json(z.strictObject({ address: z.string() })),
  }),
  find: described({
    summary: "Asks the network for a video, or for words of a title",
    query: findSchema,
    answer: { kind: "lines", schema: z.union([foundLineSchema, lateErrorSchema]) },
  }),
  fetches: described({
    summary: "The fetches under way",
    answer: json(z.strictObject({ fetches: z.array(progressSchema) })),
  }),
  fetch: described(
    {
      summary: "Begins or joins a fetch, and follows it",
      body: fetchSchema,
      answer: { kind: "lines", schema: fetchLineSchema },
    },
    { bodyLimit: NETWORK.maxApiPathsBytes },
  ),
  announce: described({
    summary: "Tells the hash table what is held",
    body: nothingSchema,
    answer: json(z.strictObject({ videos: z.int().nonnegative() })),
  }),
  shutdown: described({
    summary: "Stops the node",
    body: nothingSchema,
    answer: json(z.strictObject({ stopping: z.literal(true) }), 202),
  }),
} as const;

/** The routes of a node, under `/api/v1`: see docs/API.md. `shutdown` ends the process when the answer has gone. */
export const nodeRoutes =
  (node: CardumeNode, shutdown: () => void): Routes =>
  (server) => {
    server.get("/api/v1/status", ROUTES.status, () => apiStatus(node.status()));
    server.post("/api/v1/peers", ROUTES.join, async ({ body }) => {
      const { address } = checked(joinSchema, body);
      await node.join(address);
      return { address };
    });
    addFinding(server, node);
    addFetching(server, node);
    server.post("/api/v1/announce", ROUTES.announce, async ({ body }, reply) => {
      checked(nothingSchema, body);
      return { videos: await node.announce({ signal: whileConnected(reply) }) };
    });
    server.post("/api/v1/shutdown", ROUTES.shutdown, ({ body }, reply) => {
      checked(nothingSchema, body);
      reply.raw.once("close", shutdown);
      return reply.code(202).send({ stopping: true });
    });
  };

function addFinding(server: FastifyInstance, node: CardumeNode): void {
  server.get("/api/v1/find", ROUTES.find, ({ query }, reply) => {
    const { id, words, enough } = checked(findSchema, query);
    const options: FindOptions = { signal: whileConnected(reply), ...(enough === undefined ? {} : { enough }) };
    return sendLines(reply, said(node.find(id ?? (words as string), options)));
  });
}

async function* said(found: AsyncGenerator<FoundVideo>): AsyncGenerator<object> {
  for await (const one of found) yield apiFound(one);
}

function addFetching(server: FastifyInstance, node: CardumeNode): void {
  server.get("/api/v1/fetches", ROUTES.fetches, () => ({ fetches: node.fetches().map(apiProgress) }));
  server.post("/api/v1/fetches", ROUTES.fetch, ({ body }, reply: FastifyReply) => {
    const target = targetOf(checked(fetchSchema, body));
    return sendLines(reply, followFetch(node.fetch(target), whileConnected(reply)));
  });
}

function targetOf({ id, link: text, holders }: z.output<typeof fetchSchema>): FetchTarget {
  const target = { id, ...(holders === undefined ? {} : { holders }) };
  if (text === undefined) return target;
  const link = parseLink(text, sha256);
  if (isLinkProblem(link)) throw new CardumeError(link.code, `this link cannot be used: ${link.problem}`);
  return { ...target, link };
}
