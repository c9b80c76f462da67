import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import type { CardumeNode } from "../node/node-types.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";

/** Who listens: what a command has to know before anything else. */
export interface ApiHello {
  readonly peerId: string;
  /** The data folder. */
  readonly folder: string;
  /** The library's public key, base32. */
  readonly publisher: string;
  readonly pid: number;
  /** The gateway's address, such as `http://127.0.0.1:8420/`; null: there is none. */
  readonly gateway: string | null;
}

const helloSchema: z.ZodType<ApiHello> = z
  .strictObject({
    peerId: z.string(),
    folder: z.string(),
    publisher: z.string(),
    pid: z.int().positive(),
    gateway: z.string().nullable(),
  })
  .meta({ id: "Hello" });

const HELLO = described({ summary: "Who listens", answer: { kind: "json", schema: helloSchema } });

/** `GET /api/v1/`: see docs/API.md. */
export const helloRoutes =
  (node: CardumeNode, gateway: () => string | null): Routes =>
  (server) => {
    server.get("/api/v1/", HELLO, (): ApiHello => {
      const { folder, publisher } = node.library;
      return { peerId: node.peerId, folder, publisher: toBase32(publisher), pid: process.pid, gateway: gateway() };
    });
  };
