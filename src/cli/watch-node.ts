import { readConfig } from "../config.ts";
import { passingNodeOptions, webPlace } from "../config-node-options.ts";
import { EventHub } from "../gateway/event-hub.ts";
import { LocalNode } from "../gateway/local-node.ts";
import type { NodeFace } from "../gateway/node-face.ts";
import type { Library } from "../store/library.ts";
import type { NodeFlags } from "./node-flags.ts";
import { openGateway } from "./open-gateway.ts";
import { startNodeOf } from "./with-node.ts";

/** A node with a gateway that lives as long as the command. */
export interface WatchNode {
  readonly node: NodeFace;
  /** `http://127.0.0.1:8420` */
  readonly gateway: string;
  close(): Promise<void>;
}

/** Starts one over this library. @param onBug told of what nobody expected */
export async function startWatchNode(
  library: Library,
  flags: NodeFlags,
  addresses: readonly string[],
  onBug: (error: unknown) => void,
): Promise<WatchNode> {
  const config = await readConfig({ folder: library.folder, flags: { ...flags, join: undefined } });
  const options = passingNodeOptions(config.settings);
  // Whoever wants to watch has to have one, also where a node is to have none.
  const place = webPlace(config) ?? { host: "127.0.0.1", port: 0 };
  const join = [...new Set([...options.join, ...addresses])];
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of undo.splice(0)) await one();
  };
  try {
    const node = await startNodeOf(library, { ...options, join }, () => {});
    undo.unshift(() => node.close());
    const hub = new EventHub(node);
    const gateway = await openGateway({ node, hub, shutdown: () => {}, onBug, place });
    undo.unshift(() => gateway.close());
    return { node: new LocalNode(node), gateway: new URL(gateway.web.address).origin, close };
  } catch (error) {
    await close();
    throw error;
  }
}
