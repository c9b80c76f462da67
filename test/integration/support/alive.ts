import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether a process is there. A zombie has ended, however slow the one who is to wait for it; but not before its last
 * thread has: until then its sockets are open.
 */
export function isAlive(pid: number): boolean {
  try {
    const hasEnded = /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    return !hasEnded || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** The pids of a process's children. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
