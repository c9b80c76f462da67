import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { BIN_CLIENTE, BIN_PEER, CARDUME } from "./places.ts";
import type { Ended, Running } from "./running.ts";
import type { Stage } from "./stage.ts";

/** The contract's example network: peers from 1 on, with their chunks and neighbours. */
export const EXAMPLE: readonly { readonly chunks: readonly number[]; readonly neighbours: readonly number[] }[] = [
  { chunks: [5, 6, 7, 8], neighbours: [3, 2] },
  { chunks: [1, 2], neighbours: [1, 5] },
  { chunks: [3, 6, 7, 8], neighbours: [1, 5] },
  { chunks: [6, 7, 8], neighbours: [5] },
  { chunks: [9, 10], neighbours: [2, 3, 4] },
];

/** How a command is started: the words before its arguments. */
export interface Launch {
  readonly peer: readonly string[];
  readonly client: readonly string[];
}

export const asCardume = (node: string): Launch => ({
  peer: [node, CARDUME, "peer"],
  client: [node, CARDUME, "client"],
});
/** As they are: executable, under whichever Node comes first. */
export const asAssignment: Launch = { peer: [BIN_PEER], client: [BIN_CLIENTE] };

/** A chunk's bytes: 1024, but the last chunk of a video is shorter. Different for every id. */
export function chunkBytes(id: number): Buffer {
  const bytes = Buffer.alloc(id === 10 ? 700 : 1024);
  for (let at = 0; at < bytes.length; at += 32) createHash("sha256").update(`${id} ${at}`).digest().copy(bytes, at);
  return bytes;
}

/** Writes the chunks and the five key-values files as the official ones are: a space behind the first line, no newline at the end. */
export function writeExample(stage: Stage): string[] {
  mkdirSync(stage.path("videos"), { recursive: true });
  for (let id = 1; id <= 10; id++) stage.write(`videos/BigBuckBunny_${id}.m4s`, chunkBytes(id));
  return EXAMPLE.map(({ chunks }, index) => {
    const lines = chunks.map((id, line) => `${id}: videos/BigBuckBunny_${id}.m4s${line === 0 ? " " : ""}`);
    return stage.write(`key-values-files_peer${index + 1}`, lines.join("\n"));
  });
}

const portOf = (peer: number): number => 5000 + peer;

/** Starts the five peers, each a process, on ports 5001 to 5005 of the stage's address. */
export async function startExample(stage: Stage, launch: Launch): Promise<Running[]> {
  const files = writeExample(stage);
  const peers = EXAMPLE.map(({ neighbours }, index) => {
    const [command, ...words] = launch.peer as [string, ...string[]];
    const addresses = neighbours.map((peer) => stage.address(portOf(peer)));
    return stage.start(command, [...words, stage.address(portOf(index + 1)), files[index] as string, ...addresses]);
  });
  await Promise.all(peers.map((peer) => peer.says(/is listening/)));
  return peers;
}

/** Runs one of the two clients in a folder of its own. */
export function runExampleClient(stage: Stage, launch: Launch, client: 1 | 2): Promise<Ended> {
  const cwd = stage.path(`client${client}`);
  mkdirSync(cwd);
  const [command, ...words] = launch.client as [string, ...string[]];
  const [contact, ids] = client === 1 ? [1, "5,6,7"] : [4, "1,3,4,5,9"];
  return stage.start(command, [...words, stage.address(portOf(contact)), ids], { cwd }).ended;
}
