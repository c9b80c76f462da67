import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { isLinkProblem, parseLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK, VIDEO } from "../core/limits.ts";
import type { CardumeNode, FetchTarget, FindOptions, FoundVideo } from "../node/node-types.ts";
import { sha256 } from "../runtime/crypto.ts";
import { sendLines, whileConnected } from "./api-lines.ts";
import { apiFound, apiProgress, apiStatus } from "./api-node-values.ts";
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

/** The routes of a node, under `/api/v1`: see docs/API.md. `shutdown` ends the process when the answer has gone. */
export const nodeRoutes =
  (node: CardumeNode, shutdown: () => void): Routes =>
  (server) => {
    server.get("/api/v1/status", () => apiStatus(node.status()));
    server.post("/api/v1/peers", async ({ body }) => {
      const { address } = checked(joinSchema, body);
      await node.join(address);
      return { address };
    });
    addFinding(server, node);
    addFetching(server, node);
    server.post("/api/v1/announce", async ({ body }, reply) => {
      checked(nothingSchema, body);
      return { videos: await node.announce({ signal: whileConnected(reply) }) };
    });
    server.post("/api/v1/shutdown", ({ body }, reply) => {
      checked(nothingSchema, body);
      reply.raw.once("close", shutdown);
      return reply.code(202).send({ stopping: true });
    });
  };

function addFinding(server: FastifyInstance, node: CardumeNode): void {
  server.get("/api/v1/find", ({ query }, reply) => {
    const { id, words, enough } = checked(findSchema, query);
    const options: FindOptions = { signal: whileConnected(reply), ...(enough === undefined ? {} : { enough }) };
    return sendLines(reply, said(node.find(id ?? (words as string), options)));
  });
}

async function* said(found: AsyncGenerator<FoundVideo>): AsyncGenerator<object> {
  for await (const one of found) yield apiFound(one);
}

function addFetching(server: FastifyInstance, node: CardumeNode): void {
  server.get("/api/v1/fetches", () => ({ fetches: node.fetches().map(apiProgress) }));
  server.post("/api/v1/fetches", { bodyLimit: NETWORK.maxApiPathsBytes }, ({ body }, reply: FastifyReply) => {
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
