import type { RouteShorthandOptions } from "fastify";
import type { z } from "zod";

/** What an answer is made of. */
export type Answer =
  /** One JSON value; 200 unless told. */
  | { readonly kind: "json"; readonly schema: z.ZodType; readonly status?: number }
  /** NDJSON: one JSON value a line. */
  | { readonly kind: "lines"; readonly schema: z.ZodType }
  /** Server-sent events, each with its name and the schema of its data. */
  | { readonly kind: "events"; readonly schemas: Readonly<Record<string, z.ZodType>> }
  /** Anything else. */
  | { readonly kind: "other"; readonly mediaType: string; readonly statuses?: readonly number[] };

/** What the OpenAPI document says of a route. The schemas of a request are those that check it. */
export interface ApiRoute {
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: Answer;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** For the OpenAPI document. */
    readonly api?: ApiRoute;
    /** Needs no token, wherever it is asked from: it gives nothing of the library away. */
    readonly isPublic?: boolean;
  }
}

/** Options of a route that the OpenAPI document is to tell of. */
export const described = (api: ApiRoute, more: RouteShorthandOptions = {}): RouteShorthandOptions => ({
  ...more,
  config: { ...more.config, api },
});

/** A route as it was registered. */
export interface RegisteredRoute {
  readonly method: string;
  /** With `:name` for parameters. */
  readonly url: string;
  readonly api: ApiRoute | undefined;
}
