import type { FastifyInstance } from "fastify";
import { described, type RegisteredRoute } from "./api-route.ts";

const DOCUMENT = described({
  summary: "This document",
  answer: { kind: "other", mediaType: "application/json" },
});

/** `GET /api/v1/openapi.json`: what a server serves. Made when somebody asks for it. */
export const openApiRoutes =
  (known: readonly RegisteredRoute[]) =>
  (server: FastifyInstance): void => {
    let text: Promise<string> | undefined;
    const make = async (): Promise<string> => {
      const { openApiDocument } = await import("./open-api.ts");
      return JSON.stringify(openApiDocument(known));
    };
    server.get("/api/v1/openapi.json", DOCUMENT, async (_request, reply) => {
      text ??= make();
      return reply.type("application/json").send(await text);
    });
  };
