import { readConfig } from "../config.ts";
import { passingNodeOptions, peerAddresses } from "../config-node-options.ts";
import { CardumeError } from "../core/errors.ts";
import { LocalNode } from "../gateway/local-node.ts";
import type { NodeFace } from "../gateway/node-face.ts";
import type { CardumeNode, NodeEvent, NodeOptions } from "../node/node-types.ts";
import { keepYoungGenerationModest } from "../runtime/heap.ts";
import { dataFolder } from "../store/data-folder.ts";
import type { Library } from "../store/library.ts";
import type { LibraryFlags } from "./library-options.ts";
import type { NodeFlags } from "./node-flags.ts";
import type { Output } from "./output.ts";
import { type LibrarySession, type Reached, reachRunning, withReached } from "./with-library.ts";

/** What a command of the network works with. */
export interface NodeSession extends LibrarySession {
  /** The node that runs already, or one that is started now and ends with the command. It knows these peers, too. */
  node(peers: readonly string[]): Promise<NodeFace>;
}

/**
 * As `withLibrary`, for a command that may need the network. Nothing of a node is started or loaded until it does.
 * @returns the exit code
 */
export function withNode(
  command: string,
  flags: LibraryFlags,
  nodeFlags: NodeFlags,
  action: (session: NodeSession) => Promise<number>,
  output: Output,
): Promise<number> {
  return withReached(
    command,
    flags,
    async (reached, signal) => {
      const joins = [nodeFlags.join ?? []].flat() as string[];
      let own: CardumeNode | undefined;
      const node = async (peers: readonly string[]): Promise<NodeFace> => {
        const addresses = [...peerAddresses(joins), ...peers];
        if (reached.running !== undefined) return joined(reached.running, addresses, output, signal);
        own ??= await startPassing(reached, nodeFlags, addresses);
        return new LocalNode(own);
      };
      try {
        return await action({ library: reached.library, output, signal, node });
      } finally {
        await own?.close();
      }
    },
    output,
  );
}

/** Works with the node that runs. @throws CardumeError `node-not-running` (exit code 3) */
export async function withRunningNode(
  flags: LibraryFlags,
  action: (node: NodeFace, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const folder = dataFolder(flags.data);
  const found = await reachRunning(folder);
  if (found?.running === undefined)
    throw new CardumeError("node-not-running", `no node runs for the library in ${folder}: cardume up starts one`, {
      exitCode: 3,
    });
  try {
    return await action(found.running, new AbortController().signal);
  } finally {
    await found.library.close();
  }
}

/** Starts a node: its modules are loaded here, and nowhere else. */
export async function startNodeOf(
  library: Library,
  options: NodeOptions,
  onEvent: (event: NodeEvent) => void,
): Promise<CardumeNode> {
  keepYoungGenerationModest();
  const { startNode } = await import("../node/node.ts");
  return startNode({ library, options, onEvent });
}

async function joined(
  node: NodeFace,
  addresses: readonly string[],
  output: Output,
  signal: AbortSignal,
): Promise<NodeFace> {
  const join = async (address: string): Promise<void> => {
    try {
      await node.join(address, { signal });
    } catch (error) {
      signal.throwIfAborted();
      // Others may be reached, and may have it.
      output.notice(`cardume: ${(error as Error).message}`);
    }
  };
  await Promise.all(addresses.map(join));
  return node;
}

async function startPassing(
  { own: library }: Reached,
  flags: NodeFlags,
  addresses: readonly string[],
): Promise<CardumeNode> {
  if (library === undefined) throw new Error("bug: a node is started where one runs");
  const { settings } = await readConfig({ folder: library.folder, flags: { ...flags, join: undefined } });
  const options = passingNodeOptions(settings);
  const join = [...new Set([...options.join, ...addresses])];
  return await startNodeOf(library, { ...options, join }, () => {});
}
