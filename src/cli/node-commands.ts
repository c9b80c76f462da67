import type { Command } from "commander";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

const STATUS_HELP = `
--json prints {"peerId", "name", "addresses", "startedAt", "peers": [as cardume peers --json], "known", "uploadedBytes",
"downloadedBytes", "eventLoopDelayP99Ms" (how late the node is, 99 times of 100 no later than this), "counters"}.

Exit code: 0 done, 3 no node runs for this data folder, 5 the machine refused.`;

const PEERS_HELP = `
--json prints for each peer: {"peer", "name", "address", "isNeighbour", "direction": "inbound" or "outbound", "via":
"join", "lan", "exchange", "memory", "inbound" or "found", "roundTripMs" (null: not measured yet)}.

Exit code: 0 done, 3 no node runs for this data folder, 5 the machine refused.`;

const JOIN_HELP = `
Examples:
  cardume join 192.168.1.5:4470
  cardume join /ip4/192.168.1.5/tcp/4470/p2p/12D3KooW…      and nobody but the one with this id
  cardume join 'cardume:gqzx…'                              the peers that a link names

Exit code: 0 connected (to one of them, of several), 2 wrong use, 3 no node runs for this data folder, 4 it cannot be
reached, 5 the machine refused.`;

const ANNOUNCE_HELP = `
A node with --dht does so by itself, and again before what it said is forgotten; this is for the impatient.

--json prints {"videos"}.

Exit code: 0 done, 2 the node runs without --dht, 3 no node runs for this data folder, 5 the machine refused.`;

/** `cardume status`: a node at a glance. */
export function addStatus(program: Command, context: CommandContext): void {
  asNodeCommand(program.command("status").description("show how the running node is"))
    .addHelpText("after", STATUS_HELP)
    .action(async (flags: LibraryFlags) => {
      const { showStatus } = await import("./show-node.ts");
      context.exitCode = await showStatus(flags);
    });
}

/** `cardume peers`: whom the running node is connected to. */
export function addPeers(program: Command, context: CommandContext): void {
  asNodeCommand(program.command("peers").description("list the peers that the running node is connected to"))
    .addHelpText("after", PEERS_HELP)
    .action(async (flags: LibraryFlags) => {
      const { showPeers } = await import("./show-node.ts");
      context.exitCode = await showPeers(flags);
    });
}

/** `cardume join`: makes the running node know a peer. */
export function addJoin(program: Command, context: CommandContext): void {
  asNodeCommand(program.command("join").description("connect the running node to a peer"))
    .argument("<address>", "its address, or a link that names peers")
    .addHelpText("after", JOIN_HELP)
    .action(async (address: string, flags: LibraryFlags) => {
      const { joinPeer } = await import("./order-node.ts");
      context.exitCode = await joinPeer(address, flags);
    });
}

/** `cardume announce`: tells the hash table what is held. */
export function addAnnounce(program: Command, context: CommandContext): void {
  asNodeCommand(program.command("announce").description("tell the distributed hash table what is held here"))
    .addHelpText("after", ANNOUNCE_HELP)
    .action(async (flags: LibraryFlags) => {
      const { announceAll } = await import("./order-node.ts");
      context.exitCode = await announceAll(flags);
    });
}

const asNodeCommand = (command: Command): Command => command.addOption(dataOption()).option("--json", "print JSON");
