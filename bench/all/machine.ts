import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** On what something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly os: string;
  readonly node: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** This machine. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    os: osName(),
    node: process.version,
  };
}

/** In one line. */
export const machineText = ({ cpu, cores, memoryGb, kernel, os, node }: Machine): string =>
  `${cores} × ${cpu}, ${memoryGb} GB, ${os}, Linux ${kernel}, Node ${node}`;

function osName(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

/** The commit of the sources, short, with a `+` where src/ is not as it was committed; "unknown" without git. */
export function thisCommit(): string {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git("rev-parse", "--short", "HEAD");
  if (commit === undefined) return "unknown";
  return git("status", "--porcelain", "--", "src") === "" ? commit : `${commit}+`;
}
