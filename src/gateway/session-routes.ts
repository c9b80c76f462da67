import { z } from "zod";
import { CardumeError } from "../core/errors.ts";
import { GATEWAY } from "../core/limits.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked } from "./checked.ts";
import { bearerOf, type Door } from "./web-access.ts";

const codeSchema = z.strictObject({ code: z.string().max(64).optional() });
const keySchema = z.strictObject({ key: z.string(), endsAtMs: z.number() });
const nothingSchema = z.strictObject({});
const loginSchema = z.strictObject({ url: z.string(), code: z.string(), endsAtMs: z.number() });

const BEGIN = described(
  {
    summary: "Logs a page of the gateway in, with a one-time code or the token",
    body: codeSchema,
    answer: { kind: "json", schema: keySchema },
  },
  { config: { isPublic: true } },
);
const END = described({
  summary: "Takes the cookie away",
  answer: { kind: "json", schema: z.strictObject({ ended: z.literal(true) }) },
});
const LOGIN = described({
  summary: "A one-time address that logs a browser in",
  body: nothingSchema,
  answer: { kind: "json", schema: loginSchema },
});

/** `POST` and `DELETE /api/v1/session`, on the gateway's port: a browser's login. */
export const sessionRoutes =
  (door: Door): Routes =>
  (server) => {
    const { sessions } = door;
    // Named after the port, which is known when it listens.
    const set = (text: string, seconds: number): string => `${door.cookie}=${text}; Max-Age=${seconds}; ${ATTRIBUTES}`;
    server.post("/api/v1/session", BEGIN, ({ body, headers }, reply) => {
      const { code } = checked(codeSchema, body);
      const key = bearerOf(headers.authorization);
      if (!((code !== undefined && sessions.use(code)) || (key !== undefined && sessions.isKey(key))))
        throw new CardumeError("login-wrong", "this login is used up, or was never one: ask for another");
      const { text, endsAtMs } = sessions.begin("key");
      reply.header("set-cookie", set(sessions.begin("cookie").text, Math.floor(GATEWAY.sessionMs / 1000)));
      return { key: text, endsAtMs };
    });
    server.delete("/api/v1/session", END, (_request, reply) => {
      reply.header("set-cookie", set("", 0));
      return { ended: true };
    });
  };

const ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict";

/** Gives out one-time logins; `undefined`: there is no gateway. */
export type GiveLogin = () => { readonly url: string; readonly code: string; readonly endsAtMs: number } | undefined;

/** `POST /api/v1/logins`: who can open the control socket, or has the token, lets a browser in. */
export const loginRoutes =
  (giveLogin: GiveLogin): Routes =>
  (server) => {
    server.post("/api/v1/logins", LOGIN, ({ body }) => {
      checked(nothingSchema, body);
      const login = giveLogin();
      if (login === undefined)
        throw new CardumeError("gateway-off", "this node runs without its gateway (http = off)", { exitCode: 3 });
      return login;
    });
  };
