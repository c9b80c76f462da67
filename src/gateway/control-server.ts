import type { CardumeNode } from "../node/node-types.ts";
import { type ApiParts, apiRoutes } from "./api-routes.ts";
import { apiServer, type OnBug } from "./api-server.ts";
import { listenOnControlSocket } from "./control-socket.ts";
import { EventHub } from "./event-hub.ts";
import type { GiveLogin } from "./session-routes.ts";

/** What serves a node's commands. */
export interface ControlServer {
  /** The Unix socket. */
  readonly path: string;
  /** Ends what is under way, and listens no more. */
  close(): Promise<void>;
}

/** How a node's commands are served. */
export interface ControlOptions {
  readonly shutdown: () => void;
  readonly onBug: OnBug;
  /** The gateway's, if there is one; else nobody tells of neighbours. */
  readonly hub?: EventHub;
  readonly giveLogin?: GiveLogin;
  /** The gateway's address. */
  readonly gateway?: string | null;
  readonly beforeRemove?: ApiParts["beforeRemove"];
}

/**
 * Serves the control API of a node on the control socket of its data folder.
 * @throws CardumeError `control-refused`
 */
export async function serveControl(
  node: CardumeNode,
  { shutdown, onBug, hub = new EventHub(node), giveLogin = () => undefined, gateway = null, ...more }: ControlOptions,
): Promise<ControlServer> {
  const server = apiServer(apiRoutes({ node, hub, shutdown, giveLogin, gateway: () => gateway, ...more }), onBug);
  const socket = await listenOnControlSocket(node.library.folder, (path) => server.listen({ path }).then(() => {}));
  return {
    path: socket.path,
    close: async () => {
      await socket.remove();
      await server.close();
    },
  };
}
