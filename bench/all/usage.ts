import { readdirSync, readFileSync } from "node:fs";
import { usageOf } from "../../lab/process-usage.ts";
import type { Run } from "../support/network-run.ts";
import { warmMemory } from "../support/warm-memory.ts";
import type { Figures } from "./side.ts";

const GIB = 1_073_741_824;
const TICKS_PER_SECOND = 100;

/** What a process and those that it started have used. */
export interface TreeUsage {
  /** Also of children that have ended. */
  readonly cpuS: number;
  readonly rssMiB: number;
  /** The largest of each, together. */
  readonly maxRssMiB: number;
}

/** What a process has used, and all below it. */
export function treeUsage(pid: number): TreeUsage {
  const own = usageOf(pid);
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  // Fields 16 and 17: user and system time of children that were waited for.
  const ended = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  return childrenOf(pid)
    .map(treeUsage)
    .reduce(
      (sum, child) => ({
        cpuS: sum.cpuS + child.cpuS,
        rssMiB: sum.rssMiB + child.rssMiB,
        maxRssMiB: sum.maxRssMiB + child.maxRssMiB,
      }),
      { ...own, cpuS: own.cpuS + ended },
    );
}

/** Processes that one has started and that run. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  });
}

/** Who takes part in a transfer, by their processes; and what it carries. */
export interface Transfer {
  readonly from: readonly number[];
  readonly to: number;
  readonly bytes: number;
  /** Where there is room, for {@link warmMemory}. */
  readonly folder: string;
}

/** Runs a transfer that is ready to begin. `go` begins it and waits for its end. @returns the figures of works 1 to 3 and 7 */
export async function metered({ from, to, bytes, folder }: Transfer, go: () => Promise<number>): Promise<Figures> {
  warmMemory(folder, bytes);
  const before = from.map((pid) => treeUsage(pid).cpuS);
  const beforeTo = treeUsage(to).cpuS;
  const ms = await go();
  const after = from.map(treeUsage);
  const afterTo = treeUsage(to);
  return figuresOf(bytes, {
    ...{ ms, keptMs: ms, cpuS: afterTo.cpuS - beforeTo, maxRssMiB: afterTo.maxRssMiB },
    senderCpuS: after.reduce((sum, { cpuS }, index) => sum + cpuS - (before[index] as number), 0),
    senderMaxRssMiB: Math.max(...after.map(({ maxRssMiB }) => maxRssMiB)),
  });
}

/** The figures of works 1 to 3 and 7. */
export const figuresOf = (bytes: number, run: Run): Figures => ({
  mbPerS: bytes / 1000 / run.ms,
  fromCpuS: (run.senderCpuS * GIB) / bytes,
  toCpuS: (run.cpuS * GIB) / bytes,
  fromRssMiB: run.senderMaxRssMiB,
  toRssMiB: run.maxRssMiB,
});
