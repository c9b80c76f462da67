import { BUILT_START, build } from "../built.ts";
import type { Lab } from "../lab.ts";
import { atMost, type Outcome, round, type Scenario } from "../scenario.ts";
import { untilNeighbours } from "./holders.ts";

const NEIGHBOURS = 4;
const SETTLE_MS = 10_000;
const MEASURE_MS = 30_000;
const MOST_RSS_MB = 160;
const MOST_CPU_PERCENT = 1;
const MOST_BYTES_PER_SECOND = 1000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(lab: Lab): Promise<Outcome> {
  build();
  const { path } = lab.video("film.bin", 64);
  const hub = await lab.node("idle", { holds: [path], launcher: BUILT_START });
  for (let index = 1; index <= NEIGHBOURS; index++)
    await lab.node(`neighbour-${index}`, { join: [hub], launcher: BUILT_START });
  await untilNeighbours(hub, NEIGHBOURS);
  await wait(SETTLE_MS);
  const { line } = hub.emulated;
  const before = { ...hub.usage(), bytes: line.upBytes + line.downBytes };
  const startedAtMs = performance.now();
  await wait(MEASURE_MS);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = { ...hub.usage(), bytes: line.upBytes + line.downBytes };
  const { peers } = await hub.api.status();
  const neighbours = peers.filter(({ isNeighbour }) => isNeighbour).length;
  const cpuPercent = (100 * (after.cpuS - before.cpuS)) / seconds;
  const bytesPerSecond = (after.bytes - before.bytes) / seconds / neighbours;
  const rssMb = after.rssMiB * 1.048576;
  return {
    head: ["node", "RSS MB", "largest", "% of a core", "B/s, each neighbour"],
    rows: [["idle", round(rssMb), round(after.maxRssMiB * 1.048576), round(cpuPercent), round(bytesPerSecond)]],
    demands: [
      atMost("RSS", rssMb, MOST_RSS_MB, " MB"),
      atMost("of a core", cpuPercent, MOST_CPU_PERCENT, " %"),
      atMost("bytes a second and neighbour, both ways, TCP's own apart", bytesPerSecond, MOST_BYTES_PER_SECOND),
    ],
    figures: { rssMb, cpuPercent, bytesPerSecond, neighbours },
  };
}

/** A node with four neighbours and nothing to do. */
export const idle: Scenario = {
  name: "idle",
  about: "a node of the built package with four neighbours and nothing to do: memory, processor, bytes a second",
  run,
};
