import { execFileSync } from "node:child_process";
import { tableOf } from "../../lab/table.ts";
import { runBare } from "./network-bare.ts";
import { findLibtorrent, makeTorrent, runLibtorrent } from "./network-libtorrent.ts";
import { type Material, runOurs } from "./network-ours.ts";
import type { Run } from "./network-run.ts";
import { writeAndSync } from "./network-write.ts";
import { median, spread } from "./statistics.ts";
import { warmMemory } from "./warm-memory.ts";

const GIB = 1_073_741_824;
const MOST_RSS_MB = 200;
const MOST_DELAY_MS = 20;
const DIRECT = "cardume, direct carrier";
/** What is left of it without a network, a library or a scheduler: the limit of this way on this machine. */
const BARE = "bare TLS socket, hash, write";
const V1 = "libtorrent, v1 (SHA-1)";
const HEAD = [
  ...["", "MB/s, verified and written", "MB/s, synced", "of libtorrent v1", "CPU-s a GiB, from/to", "RSS MiB, from/to"],
  ...["delay p99 ms", "first ms"],
];

/** One thing that is measured, and its runs. */
interface Side {
  readonly name: string;
  readonly run: () => Promise<Run>;
  readonly runs: Run[];
}

/** Fetches by ours and by libtorrent, in turn. @returns which targets were missed */
export async function measureTransfer(
  material: Material,
  holders: number,
  rounds: number,
  leastRatio: number,
  say: (text: string) => void,
): Promise<string[]> {
  const sides = await sidesOf(material, holders, say);
  const plain: { ms: number; keptMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first has a quieter disk: each does in its turn.
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length] as Side;
      execFileSync("sync");
      side.runs.push(await side.run());
    }
    execFileSync("sync");
    warmMemory(material.folder, material.bytes);
    plain.push(writeAndSync(material));
  }
  const rate = (times: readonly number[]): string => spread(times.map((ms) => material.bytes / 1000 / ms));
  say(
    `\n${material.bytes / 1_048_576} MiB from ${holders} holder process(es) to one, median (least–most) of ${rounds}:\n`,
  );
  say(
    tableOf(
      HEAD,
      sides.map((side) => row(side, sides, material.bytes)),
    ),
  );
  say(
    `\nplain write of the same bytes: ${rate(plain.map(({ ms }) => ms))} MB/s; and fsync: ${rate(plain.map(({ keptMs }) => keptMs))} MB/s`,
  );
  const direct = sides.find(({ name }) => name === DIRECT) as Side;
  say(`CPU-s a GiB, ${DIRECT}: ${threadsText(direct.runs, material.bytes)}`);
  return missedBy(sides, holders, leastRatio);
}

async function sidesOf(material: Material, holders: number, say: (text: string) => void): Promise<Side[]> {
  const side = (name: string, run: () => Promise<Run>): Side => ({ name, run, runs: [] });
  const ours = [side(DIRECT, () => runOurs(material, holders, true))];
  if (holders === 1) ours.push(side(BARE, () => runBare(material)));
  if (holders === 1) ours.push(side("cardume, libp2p carrier", () => runOurs(material, holders, false)));
  const found = await findLibtorrent();
  if (found === undefined) {
    say("libtorrent for Python is not here (Debian: python3-libtorrent): ours alone is measured");
    return ours;
  }
  const { python, version } = found;
  const torrents = [];
  for (const kind of ["v1", "v2"] as const) torrents.push({ kind, path: await makeTorrent(python, material, kind) });
  say(`libtorrent ${version}, plaintext, ${python}`);
  const theirs = torrents.map(({ kind, path }) =>
    side(kind === "v1" ? V1 : "libtorrent, v2 (SHA-256)", () => runLibtorrent(python, material, path, holders)),
  );
  return [...theirs, ...ours];
}

/** Median by kind of thread. */
function threadsText(runs: readonly Run[], bytes: number): string {
  const kinds = new Map<string, number[]>();
  for (const { threads = [] } of runs)
    for (const { process, thread, cpuS } of threads) {
      const name = `${process} ${thread}`;
      kinds.set(name, [...(kinds.get(name) ?? []), (cpuS * GIB) / bytes]);
    }
  return [...kinds].map(([name, values]) => `${name} ${median(values).toFixed(2)}`).join(", ");
}

const ratios = (side: Side, sides: readonly Side[]): number[] => {
  const other = sides.find(({ name }) => name === V1);
  return other === undefined ? [] : side.runs.map(({ ms }, round) => (other.runs[round] as Run).ms / ms);
};

function row(side: Side, sides: readonly Side[], bytes: number): string[] {
  const { runs } = side;
  const middle = (of: (run: Run) => number | undefined, digits: number): string =>
    of(runs[0] as Run) === undefined ? "–" : median(runs.map((run) => of(run) as number)).toFixed(digits);
  const ratio = ratios(side, sides);
  return [
    side.name,
    spread(runs.map(({ ms }) => bytes / 1000 / ms)),
    spread(runs.map(({ keptMs }) => bytes / 1000 / keptMs)),
    ratio.length === 0 ? "–" : spread(ratio, 2),
    `${middle(({ senderCpuS }) => (senderCpuS * GIB) / bytes, 2)} / ${middle(({ cpuS }) => (cpuS * GIB) / bytes, 2)}`,
    `${middle((run) => run.senderMaxRssMiB, 0)} / ${middle((run) => run.maxRssMiB, 0)}`,
    middle((run) => run.delayP99Ms, 1),
    middle((run) => run.firstMs, 0),
  ];
}

function missedBy(sides: readonly Side[], holders: number, leastRatio: number): string[] {
  const direct = sides.find(({ name }) => name === DIRECT) as Side;
  const ratio = ratios(direct, sides);
  const missed: string[] = [];
  const what = `${holders} holder(s)`;
  if (ratio.length > 0 && median(ratio) < leastRatio)
    missed.push(`${what}: ${median(ratio).toFixed(2)} of libtorrent, target ≥ ${leastRatio}`);
  const rssMb = Math.max(...direct.runs.flatMap((run) => [run.maxRssMiB, run.senderMaxRssMiB])) * 1.048576;
  if (rssMb > MOST_RSS_MB) missed.push(`${what}: RSS of ${rssMb.toFixed(0)} MB, target ≤ ${MOST_RSS_MB}`);
  const delayMs = median(direct.runs.map(({ delayP99Ms = 0 }) => delayP99Ms));
  if (delayMs > MOST_DELAY_MS) missed.push(`${what}: delay p99 of ${delayMs.toFixed(1)} ms, target ≤ ${MOST_DELAY_MS}`);
  return missed;
}
