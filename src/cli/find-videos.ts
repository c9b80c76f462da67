import { toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import type { FoundVideo } from "../node/node-types.ts";
import { EXIT } from "./exit-code.ts";
import type { FindFlags } from "./find.ts";
import { formatBytes, formatCount } from "./format.ts";
import { joinablePeers } from "./joinable-peers.ts";
import { type FoundGroup, groupsOf, meantBy, whyNot } from "./meant-video.ts";
import type { NodeFlags } from "./node-flags.ts";
import { Output } from "./output.ts";
import { type Column, tableLines } from "./table.ts";
import { hexOf } from "./video-json.ts";
import { titleText } from "./video-text.ts";
import { type NodeSession, withNode } from "./with-node.ts";

/** Asks the network as the command line orders it, and returns the exit code. */
export function findVideos(text: string, flags: FindFlags, nodeFlags: NodeFlags): Promise<number> {
  const output = new Output(flags.json === true);
  return withNode("find", flags, nodeFlags, (session) => findIn(session, text, flags.enough), output);
}

/** The same with a session. */
export async function findIn(session: NodeSession, text: string, enough: number | undefined): Promise<number> {
  const { output, signal } = session;
  const meant = meantBy(text);
  const found: FoundVideo[] = [];
  output.follow(() => `asking … ${formatCount(groupsOf(found).length, "video")} so far`);
  const node = await session.node(meant.id === undefined ? [] : joinablePeers(meant.link));
  const options = { signal, ...(enough === undefined ? {} : { enough }) };
  for await (const one of node.find(meant.id ?? meant.words, options)) found.push(one);
  signal.throwIfAborted();
  output.stop();
  const groups = groupsOf(found);
  for (const group of output.isJson ? groups : []) output.result("", groupJson(group));
  if (!output.isJson) for (const line of groupLines(groups, output.columns)) output.remark(line);
  if (groups.length > 0) return EXIT.done;
  const { peers } = await node.status();
  output.notice(`cardume: "${labelOf(text)}" was not found${whyNot(text, peers.length)}`);
  return EXIT.notFound;
}

const COLUMNS: readonly Column[] = [
  { align: "left" },
  { align: "right" },
  { align: "right" },
  { align: "left", isElastic: true },
];

/** A line a video: a table as wide as the terminal, or, without one, between tabs. */
export function groupLines(groups: readonly FoundGroup[], columns: number | undefined): string[] {
  const rows = groups.map(({ id, title, bytes, holders }) => [
    // Whole: what is not here yet is fetched by all of its id.
    toBase32(id),
    formatBytes(bytes),
    columns === undefined ? String(holders.length) : formatCount(holders.length, "holder"),
    titleText(title),
  ]);
  return columns === undefined ? rows.map((row) => row.join("\t")) : tableLines(rows, COLUMNS, columns);
}

const groupJson = ({ id, title, bytes, holders }: FoundGroup): object => ({
  ...{ id: hexOf(id), idBase32: toBase32(id), title, bytes },
  holders: holders.map(({ holder, heldChunks, addresses, title: said }) => ({
    ...{ peer: holder, heldChunks, addresses, title: said },
  })),
});
