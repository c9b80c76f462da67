import { threadTimesOf } from "../../lab/process-usage.ts";
import type { Program } from "../../lab/program.ts";
import type { ThreadTime } from "./network-run.ts";

/** Threads by what they do; all others are the engine's own. */
const NAMES: Readonly<Record<string, string>> = {
  MainThread: "main",
  node: "main",
  "cardume-hasher": "hash and write",
};

/** What the threads of a client and its holders use from now on. */
export class ThreadWatch {
  readonly #processes: readonly (readonly [ThreadTime["process"], number, ReadonlyMap<string, number>])[];

  constructor(client: number, holders: readonly Program[]) {
    const all = [["client", client] as const, ...holders.map(({ pid }) => ["holder", pid] as const)];
    this.#processes = all.map(([kind, pid]) => [kind, pid, threadTimesOf(pid)] as const);
  }

  /** CPU-s since then, holders together. */
  times(): ThreadTime[] {
    const sums = new Map<string, ThreadTime>();
    for (const [kind, pid, before] of this.#processes)
      for (const [name, cpuS] of threadTimesOf(pid)) {
        const thread = NAMES[name] ?? "engine";
        const key = `${kind} ${thread}`;
        const known = sums.get(key)?.cpuS ?? 0;
        sums.set(key, { process: kind, thread, cpuS: known + cpuS - (before.get(name) ?? 0) });
      }
    return [...sums.values()];
  }
}
