import { connect } from "node:net";
import { CardumeError } from "../core/errors.ts";
import { ApiClient } from "./api-client.ts";
import { idFrom } from "./api-values.ts";
import { findControlSocket } from "./find-control-socket.ts";
import type { ApiHello } from "./hello-routes.ts";
import { RemoteLibrary } from "./remote-library.ts";
import { RemoteNode } from "./remote-node.ts";

/** A node of this machine that runs already. */
export interface RunningNode {
  readonly library: RemoteLibrary;
  readonly node: RemoteNode;
  readonly pid: number;
  /** Its gateway's address, such as `http://127.0.0.1:8420/`; null: it has none. */
  readonly gateway: string | null;
  /** An address that logs a browser in, once. @throws CardumeError `gateway-off` (exit code 3) */
  login(): Promise<string>;
  shutdown(): Promise<void>;
}

/**
 * The running node of a data folder; `undefined`: none runs.
 * @throws CardumeError `control-refused`: it is another user's
 */
export async function connectToNode(folder: string): Promise<RunningNode | undefined> {
  const path = await findControlSocket(folder);
  if (!(await answers(path))) return undefined;
  const client = new ApiClient(path);
  try {
    const { publisher, pid, gateway } = await client.json<ApiHello>({ method: "GET", path: "/" });
    return {
      library: new RemoteLibrary({ client, folder, publisher: idFrom(publisher) }),
      node: new RemoteNode(client),
      pid,
      gateway,
      login: async () => (await client.json<{ url: string }>({ method: "POST", path: "/logins", body: {} })).url,
      shutdown: async () => {
        await client.json({ method: "POST", path: "/shutdown", body: {} });
      },
    };
  } catch (error) {
    client.close();
    // It is just ending: who comes now finds the library free, or held by somebody it can name.
    if (error instanceof CardumeError && error.code === "node-gone") return undefined;
    throw error;
  }
}

/** Whether somebody listens. What a killed node left behind refuses. */
function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path, () => {
    socket.destroy();
    resolve(true);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES" && error.code !== "EPERM") return resolve(false);
    const message = "a node of another user has this library: be that user, or choose another with --data";
    reject(new CardumeError("control-refused", message, { exitCode: 5, cause: error }));
  });
  return promise;
}
