import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { CardumeError } from "../core/errors.ts";
import { GATEWAY } from "../core/limits.ts";
import { described } from "./api-route.ts";
import { progressSchema, resultSchema, videoSchema } from "./api-schemas.ts";
import type { Routes } from "./api-server.ts";
import type { EventHub } from "./event-hub.ts";

/** Events of another process have another one of these. */
const PROCESS = randomBytes(6).toString("base64url");

const EVENTS = described({
  summary: "What happens, as it happens",
  answer: {
    kind: "events",
    schemas: {
      hello: z.strictObject({ missed: z.boolean() }),
      neighbour: z.strictObject({
        change: z.enum(["came", "went"]),
        peer: z.string(),
        name: z.string(),
        address: z.string(),
      }),
      fetch: progressSchema,
      "fetch-ended": resultSchema,
      video: z.strictObject({
        change: z.enum(["added", "held", "removed"]),
        id: z.string(),
        video: videoSchema.nullable(),
      }),
    },
  },
});

/**
 * `GET /api/v1/events`: server-sent events. The first is `hello`: `missed` says that what came before is to be asked for
 * anew, as at the start. Who comes back with `Last-Event-ID` gets what it has missed, the latest of each thing.
 */
export const eventRoutes =
  (hub: EventHub): Routes =>
  (server) => {
    server.get("/api/v1/events", EVENTS, (request, reply) => {
      const listener = new Listener(hub, reply.raw, numberOf(request.headers["last-event-id"]));
      if (!listener.begin())
        throw new CardumeError("too-many-requests", "too many listen to events already", { exitCode: 5 });
      reply.hijack();
    });
  };

/** The number of an event of this process; `undefined`: of another, or none. */
function numberOf(id: string | string[] | undefined): number | undefined {
  const [process, digits = ""] = String(id ?? "").split(".");
  return process === PROCESS && /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

/** One who listens: it is written to when it reads, and then the latest. */
class Listener {
  readonly #hub: EventHub;
  readonly #response: ServerResponse;
  #seen: number;
  #missed: boolean;
  #isFull = false;

  constructor(hub: EventHub, response: ServerResponse, seen: number | undefined) {
    this.#hub = hub;
    this.#response = response;
    this.#seen = seen ?? hub.last;
    this.#missed = seen === undefined;
  }

  begin(): boolean {
    const stop = this.#hub.listen(() => this.#write());
    if (stop === undefined) return false;
    const response = this.#response;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
    const beating = setInterval(() => {
      if (!this.#isFull) this.#put(":\n\n");
    }, GATEWAY.heartbeatMs).unref();
    response.on("drain", () => {
      this.#isFull = false;
      this.#write();
    });
    response.once("close", () => {
      clearInterval(beating);
      stop();
    });
    this.#hello();
    this.#write();
    return true;
  }

  #hello(): void {
    this.#put(`retry: 2000\nid: ${PROCESS}.${this.#seen}\nevent: hello\ndata: {"missed":${this.#missed}}\n\n`);
  }

  #write(): void {
    const { events, missed } = this.#hub.after(this.#seen);
    if (missed && !this.#isFull) {
      this.#seen = this.#hub.last;
      this.#missed = true;
      this.#hello();
    }
    for (const { number, type, data } of events) {
      // What it does not take now, it gets when it reads again: what is the latest then.
      if (this.#isFull) return;
      this.#seen = number;
      this.#put(`id: ${PROCESS}.${number}\nevent: ${type}\ndata: ${data}\n\n`);
    }
  }

  #put(text: string): void {
    if (!this.#response.destroyed) this.#isFull = !this.#response.write(text);
    else this.#isFull = true;
  }
}
