import { toBase32 } from "../core/content/base32.ts";
import type { CardumeNode } from "../node/node-types.ts";
import type { Routes } from "./api-server.ts";

/** Who listens: what a command has to know before anything else. */
export interface ApiHello {
  readonly peerId: string;
  /** The data folder. */
  readonly folder: string;
  /** The library's public key, base32. */
  readonly publisher: string;
  readonly pid: number;
}

/** `GET /api/v1/`: see docs/API.md. */
export const helloRoutes =
  (node: CardumeNode): Routes =>
  (server) => {
    server.get("/api/v1/", (): ApiHello => {
      const { folder, publisher } = node.library;
      return { peerId: node.peerId, folder, publisher: toBase32(publisher), pid: process.pid };
    });
  };
