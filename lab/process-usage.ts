import { readdirSync, readFileSync } from "node:fs";

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuS: number;
  readonly rssMiB: number;
  readonly maxRssMiB: number;
}

/** Ticks of /proc/PID/stat a second, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a process of this machine has used, threads and all, from /proc. Its children are not counted. */
export function usageOf(pid: number): ProcessUsage {
  // Behind the name, which may hold anything, the fields are plain: 14 and 15 are user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssMiB: mib("VmRSS"),
    maxRssMiB: mib("VmHWM"),
  };
}

/** CPU time of the threads of a process so far, in s, those of one name together. */
export function threadTimesOf(pid: number): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    times.set(name, (times.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
  }
  return times;
}
