import type { CardumeNode } from "../node/node-types.ts";
import type { Routes } from "./api-server.ts";
import type { EventHub } from "./event-hub.ts";
import { eventRoutes } from "./event-routes.ts";
import { helloRoutes } from "./hello-routes.ts";
import { libraryRoutes } from "./library-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { nodeRoutes } from "./node-routes.ts";
import { type GiveLogin, loginRoutes } from "./session-routes.ts";

/** What the API is about. */
export interface ApiParts {
  readonly node: CardumeNode;
  /** What happens to it. One for all places where the API is served. */
  readonly hub: EventHub;
  /** Ends the process in good order. */
  readonly shutdown: () => void;
  readonly giveLogin: GiveLogin;
  /** The gateway's address. */
  readonly gateway: () => string | null;
  /** Lets go of a video that is to be removed. */
  readonly beforeRemove?: ((id: Uint8Array) => Promise<void>) | undefined;
}

/** The API, as it is on every place where a node listens: see docs/API.md. */
export const apiRoutes = ({ node, hub, shutdown, giveLogin, gateway, beforeRemove }: ApiParts): Routes[] => [
  helloRoutes(node, gateway),
  libraryRoutes(node, hub.videoChanged, beforeRemove),
  nodeRoutes(node, shutdown),
  eventRoutes(hub),
  metricsRoutes(node),
  loginRoutes(giveLogin),
];
