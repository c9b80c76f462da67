import { z } from "zod";
import { readVersion } from "../runtime/version.ts";
import { PROBLEM_TYPE } from "./api-errors.ts";
import type { Answer, ApiRoute, RegisteredRoute } from "./api-route.ts";
import { problemSchema } from "./api-schemas.ts";

/** A part of an OpenAPI document. */
type Part = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of these routes, from the schemas that check their requests and those that their answers have.
 * Routes that describe nothing are left out: the refusals of other methods.
 */
export function openApiDocument(routes: readonly RegisteredRoute[]): Part {
  const schemas = new Schemas();
  const paths: Record<string, Part> = {};
  for (const { method, url, api } of routes) {
    if (api === undefined) continue;
    const path = url.replaceAll(/:(\w+)/g, "{$1}").replaceAll("*", "{rest}");
    const operations = paths[path] ?? {};
    operations[method.toLowerCase()] = operation(method, url, api, schemas);
    paths[path] = operations;
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Cardume",
      version: readVersion(),
      description:
        "The API of a node: on its control socket, and on its gateway's port, where changes need the token. See docs/API.md.",
    },
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "The file `token` of the data folder, or a session's key.",
        },
      },
    },
  };
}

function operation(method: string, url: string, api: ApiRoute, schemas: Schemas): Part {
  const parameters = [...parametersOf("path", api.params, schemas), ...parametersOf("query", api.query, schemas)];
  const isChange = method !== "GET" && method !== "HEAD";
  return {
    operationId: `${method.toLowerCase()} ${url}`.replaceAll(/[^a-z0-9]+/gi, "-").replace(/-$/, ""),
    summary: api.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(api.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemas.of(api.body, "input") } },
          },
        }),
    ...(isChange ? { security: [{ token: [] }] } : {}),
    responses: {
      ...answersOf(api.answer, schemas),
      default: {
        description: "It could not be done.",
        content: { [PROBLEM_TYPE]: { schema: schemas.of(problemSchema, "output") } },
      },
    },
  };
}

function parametersOf(place: "path" | "query", schema: z.ZodType | undefined, schemas: Schemas): Part[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(schema, "input") as {
    properties?: Record<string, Part>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: one,
  }));
}

function answersOf(answer: Answer, schemas: Schemas): Part {
  if (answer.kind === "json") {
    const content = { "application/json": { schema: schemas.of(answer.schema, "output") } };
    return { [String(answer.status ?? 200)]: { description: "Done.", content } };
  }
  if (answer.kind === "lines") {
    // Each line is one such value.
    const content = { "application/x-ndjson": { schema: schemas.of(answer.schema, "output") } };
    return { "200": { description: "A stream: one JSON value a line.", content } };
  }
  if (answer.kind === "events") {
    const events = Object.entries(answer.schemas).map(([name, schema]) => [name, schemas.of(schema, "output")]);
    const content = { "text/event-stream": { schema: { type: "string" }, "x-events": Object.fromEntries(events) } };
    return { "200": { description: "Server-sent events: `x-events` has the schema of each one's data.", content } };
  }
  const { mediaType, statuses = [200] } = answer;
  const said = { description: "Done.", content: { [mediaType]: {} } };
  return Object.fromEntries(statuses.map((status) => [String(status), said]));
}

/** Schemas as JSON; those with a name are told once, below `components`. */
class Schemas {
  readonly named: Record<string, Part> = {};

  of(schema: z.ZodType, io: "input" | "output"): Part {
    const made = z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" }) as Part;
    const { $schema: _, $defs = {}, ...rest } = made;
    for (const [name, one] of Object.entries($defs as Record<string, Part>))
      this.named[name] ??= this.#moved(withoutId(one)) as Part;
    const name = schema.meta()?.["id"];
    if (typeof name !== "string") return this.#moved(rest) as Part;
    // A schema that has a name itself is given as a whole.
    this.named[name] ??= this.#moved(withoutId(rest)) as Part;
    return { $ref: `#/components/schemas/${name}` };
  }

  /** References lead below `components`. */
  #moved(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#moved(one));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        key === "$ref" && typeof one === "string" ? one.replace("#/$defs/", "#/components/schemas/") : this.#moved(one),
      ]),
    );
  }
}

/** A name is where a schema is, not in it. */
const withoutId = ({ id: _, ...schema }: Part): Part => schema;
