import { peerAddresses } from "../config-node-options.ts";
import { EXIT } from "./exit-code.ts";
import { formatCount } from "./format.ts";
import type { LibraryFlags } from "./library-options.ts";
import { Output } from "./output.ts";
import { withRunningNode } from "./with-node.ts";

/** Connects the running node to a peer, or to one of those that a link names. @returns the exit code */
export async function joinPeer(text: string, flags: LibraryFlags): Promise<number> {
  const addresses = peerAddresses([text]);
  return await withRunningNode(flags, async (node, signal) => {
    const output = new Output(flags.json === true);
    const join = async (address: string): Promise<string> => {
      await node.join(address, { signal });
      return address;
    };
    const tried = await Promise.allSettled(addresses.map(join));
    const joined = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [refused] = tried.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
    if (joined.length === 0 && refused !== undefined) throw refused;
    for (const address of joined) output.result(`connected to ${address}`, { address });
    return EXIT.done;
  });
}

/** Has the running node tell the hash table what it holds. @returns the exit code */
export function announceAll(flags: LibraryFlags): Promise<number> {
  return withRunningNode(flags, async (node, signal) => {
    const videos = await node.announce({ signal });
    new Output(flags.json === true).result(`announced ${formatCount(videos, "video")}`, { videos });
    return EXIT.done;
  });
}
