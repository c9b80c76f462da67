import type { CardumeNode } from "../node/node-types.ts";
import { apiServer, type OnBug } from "./api-server.ts";
import { listenOnControlSocket } from "./control-socket.ts";
import { helloRoutes } from "./hello-routes.ts";
import { libraryRoutes } from "./library-routes.ts";
import { nodeRoutes } from "./node-routes.ts";

/** What serves a node's commands. */
export interface ControlServer {
  /** The Unix socket. */
  readonly path: string;
  /** Ends what is under way, and listens no more. */
  close(): Promise<void>;
}

/**
 * Serves the control API of a node on the control socket of its data folder.
 * @throws CardumeError `control-refused`
 */
export async function serveControl(
  node: CardumeNode,
  { shutdown, onBug }: { readonly shutdown: () => void; readonly onBug: OnBug },
): Promise<ControlServer> {
  const { library } = node;
  const server = apiServer([helloRoutes(node), libraryRoutes(node), nodeRoutes(node, shutdown)], onBug);
  const socket = await listenOnControlSocket(library.folder, (path) => server.listen({ path }).then(() => {}));
  return {
    path: socket.path,
    close: async () => {
      await socket.remove();
      await server.close();
    },
  };
}
