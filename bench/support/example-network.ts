import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, launcher, runNode, runToEnd, startPeer, stop } from "./processes.ts";
import { median, spread } from "./statistics.ts";

const REFERENCE_CLIENT = fileURLToPath(new URL("../../test/reference/client.py", import.meta.url));
const TARGET_MS = 50;

/** The example network of the assignment: what each peer holds, and its neighbours (peers from 1). */
const PEERS = [
  { chunks: [5, 6, 7, 8], neighbours: [3, 2] },
  { chunks: [1, 2], neighbours: [1, 5] },
  { chunks: [3, 6, 7, 8], neighbours: [1, 5] },
  { chunks: [6, 7, 8], neighbours: [5] },
  { chunks: [9, 10], neighbours: [2, 3, 4] },
];

/** Client 1's three chunks, from its first Hello to the last chunk; the reference client's way beside it. */
export async function measureExample(folder: string, rounds: number, say: (text: string) => void): Promise<string[]> {
  const ports = await freePorts(PEERS.length);
  const address = (peer: number): string => `127.0.0.1:${ports[peer - 1]}`;
  for (let id = 1; id <= 10; id++) writeFileSync(join(folder, `chunk${id}`), new Uint8Array(1024).fill(id));
  const peers = [];
  for (const [index, { chunks, neighbours }] of PEERS.entries()) {
    const file = join(folder, `key-values-files_peer${index + 1}`);
    writeFileSync(file, chunks.map((id) => `${id}: ${join(folder, `chunk${id}`)}`).join("\n"));
    peers.push(await startPeer([address(index + 1), file, ...neighbours.map(address)]));
  }
  const out = join(folder, "example");
  mkdirSync(out);
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < rounds; round++) {
    one.push(await fetchMs([address(1), "5,6,7"], out, 0));
    two.push(await fetchMs([address(4), "1,3,4,5,9"], out, 1));
  }
  const startedAtMs = performance.now();
  await runToEnd("python3", [REFERENCE_CLIENT, address(1), "5,6,7", "--out", out]);
  const referenceMs = performance.now() - startedAtMs;
  await stop(peers);
  say("");
  say(`example network, ${rounds} rounds, ms from the first Hello to the last chunk: median (least–most)`);
  say(`  client 1, three chunks                      ${spread(one, 1)}   target ≤ ${TARGET_MS}`);
  say(`  client 2, four chunks (then waits for no. 4) ${spread(two, 1)}   target ≤ ${TARGET_MS}`);
  say(
    `  the assignment's own way (reference client)  ${referenceMs.toFixed(0)}   ${(referenceMs / median(one)).toFixed(0)} × as long`,
  );
  const late = [one, two].filter((times) => median(times) > TARGET_MS);
  return late.map((times) => `example network: ${median(times).toFixed(1)} ms, target ${TARGET_MS}`);
}

/** The time that the command line's own client reports. */
async function fetchMs(args: readonly string[], out: string, exitCode: number): Promise<number> {
  const text = await runNode([launcher, "client", ...args, "--out", out, "--json"], [exitCode]);
  const done = JSON.parse(text.trim().split("\n").at(-1) as string) as { fetchMs: number };
  return done.fetchMs;
}
