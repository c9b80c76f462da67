import type { Metric, Task } from "./task.ts";

const more = (key: string, title: string, digits = 0): Metric => ({ key, title, better: "more", digits });
const less = (key: string, title: string, digits = 0): Metric => ({ key, title, better: "less", digits });

/** What both sides of a transfer use: work 7, which is measured with works 1 to 3. */
const COST: readonly Metric[] = [
  less("fromCpuS", "CPU-s a GiB, senders", 2),
  less("toCpuS", "CPU-s a GiB, receiver", 2),
  less("fromRssMiB", "RSS MiB, largest sender"),
  less("toRssMiB", "RSS MiB, receiver"),
];

const FIND_PEERS = [10, 100, 1000, 10_000, 100_000];
const HOLDERS = [1, 3];

const watching: readonly Task[] = HOLDERS.flatMap((holders) =>
  (["Range", "HLS"] as const).flatMap((via) =>
    [false, true].map(
      (hasSecond): Task => ({
        kind: "watch",
        work: 4,
        name: `watch-${holders}-${via.toLowerCase()}${hasSecond ? "-second" : ""}`,
        title: `watching by ${via}, ${holders} holder${holders > 1 ? "s" : ""}${hasSecond ? ", beside a second viewer" : ""}`,
        metrics: [less("seekMs", "cold seek, ms"), less("firstMs", "first frame, ms")],
        ...{ holders, hasSecond, via },
      }),
    ),
  ),
);

const finding = FIND_PEERS.map(
  (peers): Task => ({
    kind: "find",
    work: 9,
    name: `find-${peers}`,
    title: `finding among ${peers.toLocaleString("en-US")} peers`,
    metrics: [
      less("queriesALink", "Queries a link", 3),
      less("queries", "Queries"),
      less("ms", "to the end, ms (simulated)"),
    ],
    mostRounds: 3,
    peers,
  }),
);

/**
 * The works, in their order. Work 7, memory and CPU, has no task of its own: works 1 to 3 measure it. A side that cannot do
 * a task says why.
 */
export const TASKS: readonly Task[] = [
  {
    ...{ kind: "transfer", work: 1, name: "one-to-one", title: "a file, one to one", senders: 1 },
    metrics: [more("mbPerS", "MB/s, verified and written"), ...COST],
  },
  {
    ...{ kind: "transfer", work: 2, name: "three-to-one", title: "a file, three to one", senders: 3 },
    metrics: [more("mbPerS", "MB/s, verified and written"), ...COST],
  },
  {
    ...{ kind: "folder", work: 3, name: "small-files", title: "a folder of small files" },
    metrics: [more("filesPerS", "files/s"), more("mbPerS", "MB/s"), ...COST],
  },
  ...watching,
  {
    ...{ kind: "rough", work: 5, name: "slow-and-killed", title: "one holder slow, one killed half way" },
    metrics: [more("share", "share of what the lines bring", 3), less("s", "s", 1)],
  },
  {
    ...{ kind: "liars", work: 6, name: "liars", title: "two of four holders lie" },
    metrics: [less("s", "s", 1), less("received", "received, of its bytes", 2)],
  },
  {
    ...{ kind: "idle", work: 8, name: "idle", title: "idle, with four neighbours", mostRounds: 1 },
    metrics: [less("rssMiB", "RSS MiB"), less("cpuPercent", "% of a core", 2), less("bytesPerS", "B/s a neighbour", 1)],
  },
  ...finding,
  {
    ...{ kind: "start", work: 10, name: "start", title: "from the command to ready" },
    metrics: [less("ms", "ms")],
  },
  {
    ...{ kind: "size", work: 10, name: "size", title: "on the disk, installed", mostRounds: 1 },
    metrics: [less("mib", "MiB"), less("runtimeMib", "MiB of the runtime it needs")],
  },
];

const COST_WORK = 7;
const WORKS_WITH_COST = [1, 2, 3];

/** The tasks of some works by their numbers, or by the names of tasks. @throws Error for what is neither */
export function tasksOf(only: string | undefined): readonly Task[] {
  if (only === undefined) return TASKS;
  const wanted = new Set(only.split(","));
  if (wanted.delete(String(COST_WORK))) for (const work of WORKS_WITH_COST) wanted.add(String(work));
  for (const one of wanted)
    if (!TASKS.some(({ work, name }) => one === String(work) || one === name))
      throw new Error(`there is no work ${one}: they are 1 to 10, or ${TASKS.map(({ name }) => name).join(", ")}`);
  return TASKS.filter(({ work, name }) => wanted.has(String(work)) || wanted.has(name));
}
