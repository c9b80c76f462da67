import { closeSync, openSync } from "node:fs";
import { MISSING_MOUNT } from "../integration/support/requirement.ts";
import { system } from "../integration/support/system.ts";

function works(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

/** What this machine lacks for cutting the power of a small disk. */
export function missingForCuts(): string | undefined {
  if (process.platform !== "linux") return "Linux";
  if (MISSING_MOUNT !== undefined) return MISSING_MOUNT;
  if (!works(() => closeSync(openSync("/dev/loop-control", "r+")))) return "loop devices";
  if (!works(() => system("python3", "--version"))) return "python3";
  return works(() => system("mkfs.ext4", "-V")) ? undefined : "mkfs.ext4";
}
