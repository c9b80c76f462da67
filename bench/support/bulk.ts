import { createHash, randomFillSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { splitFile } from "../../src/original/split.ts";
import { freePorts, runNode, startPeer, startUntilLine, stop } from "./processes.ts";
import { median, spread } from "./statistics.ts";

const CHUNKS = 60_000;
const CHUNK_BYTES = 1024;
const PEERS = 4;
const IN_FLIGHT = 64;
const BYTES = CHUNKS * CHUNK_BYTES;
const LEAST_RATIO = 0.7;
const LEAST_RATIO_WITH_LOSS = 0.5;
const MOST_RSS_MB = 150;

const program = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

interface Run {
  readonly ms: number;
  readonly maxRssMiB: number;
}

/** 60,000 chunks of 1 KiB from four peer processes into one file, against a bare loop, and with 1 % loss. */
export async function measureBulk(folder: string, rounds: number, say: (text: string) => void): Promise<string[]> {
  const video = join(folder, "video");
  writeFileSync(video, randomFillSync(new Uint8Array(CHUNKS * CHUNK_BYTES)));
  const want = sha256(video);
  const ours: Run[] = [];
  const lossy: Run[] = [];
  const bare: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareRun(folder));
    ours.push(await ourRun(folder, video, want, 0, round));
    lossy.push(await ourRun(folder, video, want, 0.01, round));
  }
  return judge(rates(bare), rates(ours), rates(lossy), [...ours, ...lossy], say);
}

const rates = (runs: readonly Run[]): number[] => runs.map(({ ms }) => BYTES / 1000 / ms);

async function bareRun(folder: string): Promise<Run> {
  const ports = await freePorts(PEERS);
  const peers = await Promise.all(ports.map((port) => startUntilLine([program("bare/udp-peer.ts"), String(port)])));
  const args = [String(CHUNKS), String(IN_FLIGHT), join(folder, "bare"), ...ports.map(String)];
  const text = await runNode([program("bare/udp-client.ts"), ...args]);
  await stop(peers);
  return JSON.parse(text) as Run;
}

async function ourRun(folder: string, video: string, want: string, loss: number, seed: number): Promise<Run> {
  const out = join(folder, "split");
  mkdirSync(out, { recursive: true });
  const { keyValuesFiles } = await splitFile({
    video,
    peers: PEERS,
    chunkBytes: CHUNK_BYTES,
    copies: 1,
    folder: out,
    inPlace: true,
  });
  const ports = await freePorts(PEERS);
  const address = (index: number): string => `127.0.0.1:${ports[index % PEERS]}`;
  const peers = await Promise.all(
    keyValuesFiles.map((file, index) =>
      startPeer([address(index), file, address(index + 1), address(index + PEERS - 1)]),
    ),
  );
  const args = [address(0), String(CHUNKS), out, String(loss), String(seed)];
  const text = await runNode([program("original-client.ts"), ...args]);
  await stop(peers);
  if (sha256(join(out, "joined")) !== want) throw new Error("the joined file differs from the original");
  if (process.env["VERBOSE"] !== undefined) process.stdout.write(`    ${text}`);
  return JSON.parse(text) as Run;
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

function judge(
  bare: readonly number[],
  ours: readonly number[],
  lossy: readonly number[],
  runs: readonly Run[],
  say: (text: string) => void,
): string[] {
  const ratio = median(ours) / median(bare);
  const lossRatio = median(lossy) / median(ours);
  const rssMiB = Math.max(...runs.map(({ maxRssMiB }) => maxRssMiB));
  say("");
  say(
    `${CHUNKS} chunks of ${CHUNK_BYTES} bytes from ${PEERS} peer processes into one file, ${ours.length} alternating rounds, MB/s: median (least–most)`,
  );
  say(`  bare UDP loop, one-id Gets, ${IN_FLIGHT} in flight   ${spread(bare)}`);
  say(
    `  cardume client --join                    ${spread(ours)}   ${ratio.toFixed(2)} of bare, target ≥ ${LEAST_RATIO}`,
  );
  say(
    `  the same with 1 % of datagrams lost      ${spread(lossy)}   ${lossRatio.toFixed(2)} of without, target ≥ ${LEAST_RATIO_WITH_LOSS}`,
  );
  say(`  client's largest RSS                     ${rssMiB.toFixed(0)} MiB   target ≤ ${MOST_RSS_MB} MB`);
  const missed: string[] = [];
  if (ratio < LEAST_RATIO) missed.push(`bulk: ${ratio.toFixed(2)} of the bare loop`);
  if (lossRatio < LEAST_RATIO_WITH_LOSS) missed.push(`bulk with loss: ${lossRatio.toFixed(2)} of without`);
  if (rssMiB * 1.048576 > MOST_RSS_MB) missed.push(`bulk: RSS of ${rssMiB.toFixed(0)} MiB`);
  return missed;
}
