import { labelOf } from "../core/content/label.ts";
import type { NodeStatus, PeerStatus } from "../node/node-types.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount, formatDuration, formatMoment } from "./format.ts";
import type { LibraryFlags } from "./library-options.ts";
import { Output } from "./output.ts";
import { type Column, tableLines } from "./table.ts";
import { momentJson } from "./video-json.ts";
import { withRunningNode } from "./with-node.ts";

/** Shows the running node at a glance. @returns the exit code */
export function showStatus(flags: LibraryFlags): Promise<number> {
  return withRunningNode(flags, async (node) => {
    const status = await node.status();
    const { startedAtMs, peers, ...more } = status;
    const json = { ...more, startedAt: momentJson(startedAtMs), peers: peers.map(peerJson) };
    new Output(flags.json === true).result(statusLines(status).join("\n"), json);
    return EXIT.done;
  });
}

/** Lists the peers of the running node. @returns the exit code */
export function showPeers(flags: LibraryFlags): Promise<number> {
  return withRunningNode(flags, async (node) => {
    const { peers } = await node.status();
    const output = new Output(flags.json === true);
    for (const peer of output.isJson ? peers : []) output.result("", peerJson(peer));
    if (!output.isJson) for (const line of peerLines(peers, output.columns)) output.remark(line);
    if (peers.length === 0 && !output.isJson) output.notice("no peer is connected: cardume join ADDRESS connects one");
    return EXIT.done;
  });
}

/** A node at a glance, for a person. */
export function statusLines(status: NodeStatus): string[] {
  const { peerId, name, addresses, startedAtMs, peers, known, counters } = status;
  const { uploadedBytes, downloadedBytes, eventLoopDelayP99Ms } = status;
  const neighbours = peers.filter(({ isNeighbour }) => isNeighbour).length;
  const fields: readonly (readonly [string, string])[] = [
    ["peer id", peerId],
    ["name", labelOf(name)],
    ...addresses.map((address, at) => [at === 0 ? "addresses" : "", address] as const),
    ["running since", formatMoment(startedAtMs)],
    ["neighbours", `${neighbours}, of ${formatCount(peers.length, "connected peer")}, of ${known} known`],
    ["sent", formatBytes(uploadedBytes)],
    ["received", formatBytes(downloadedBytes)],
    ["late by", formatDuration(eventLoopDelayP99Ms)],
    ...Object.entries(counters)
      .filter(([, count]) => count > 0)
      .sort(([one], [other]) => one.localeCompare(other, "en"))
      .map(([cause, count]) => [cause, String(count)] as const),
  ];
  const width = Math.max(...fields.map(([field]) => field.length));
  return fields.filter(([, value]) => value !== "").map(([field, value]) => `${field.padEnd(width)}  ${value}`);
}

const COLUMNS: readonly Column[] = [
  { align: "left" },
  { align: "left", isElastic: true },
  { align: "left" },
  { align: "left" },
  { align: "right" },
  { align: "left" },
];

/** A line a peer: a table as wide as the terminal, or, without one, all of it between tabs. */
export function peerLines(peers: readonly PeerStatus[], columns: number | undefined): string[] {
  const rows = peers.map(({ peer, name, isNeighbour, direction, via, roundTripMs, address }) => [
    peer,
    labelOf(name),
    isNeighbour ? "neighbour" : "",
    `${direction}, ${via}`,
    roundTripMs === undefined ? "" : formatDuration(roundTripMs),
    address,
  ]);
  return columns === undefined ? rows.map((row) => row.join("\t")) : tableLines(rows, COLUMNS, columns);
}

const peerJson = ({ roundTripMs, ...peer }: PeerStatus): object => ({ ...peer, roundTripMs: roundTripMs ?? null });
