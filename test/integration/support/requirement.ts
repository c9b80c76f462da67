import type { TestContext } from "vitest";
import { CARDUME, NODE } from "./places.ts";
import { system } from "./system.ts";

/** What no installation can bring. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["Linux", "root", "the right to mount", "loop devices"]);

/**
 * Skips a test, and says so, where the machine lacks what it needs. Where CI runs, a program that is missing is a failure:
 * `.ci/run` installs them, and a test that is always skipped would never be noticed there.
 */
export function requirement(context: Pick<TestContext, "task" | "skip">, missing: string | undefined): void {
  if (missing === undefined) return;
  const isCi = process.env["CI"] !== undefined && process.env["CI"] !== "";
  if (isCi && !OF_THE_MACHINE.has(missing)) throw new Error(`this machine lacks ${missing}`);
  console.warn(`skipped: "${context.task.name}", because this machine lacks ${missing}`);
  context.skip(missing);
}

function fails(command: string, ...args: string[]): boolean {
  try {
    system(command, ...args);
    return false;
  } catch {
    return true;
  }
}

/** Root in a container may still not be allowed to mount: that is asked of the system, not of the user's number. */
const mayNot = (): string | undefined => {
  if (process.getuid?.() !== 0) return "root";
  return fails("unshare", "--mount", "true") ? "the right to mount" : undefined;
};

/** What is missing for mounting a small disk. */
export const MISSING_MOUNT: string | undefined = mayNot();

/** What is missing for network namespaces. */
export const MISSING_NAMESPACES: string | undefined =
  MISSING_MOUNT ?? (fails("ip", "netns", "list") ? "ip with network namespaces" : undefined);

/** What a command line is started with to be run by a user who owns nothing here. */
export const AS_NOBODY: readonly [string, ...string[]] = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  NODE,
  CARDUME,
];

/** What is missing for running the program as another user. */
export const missingOtherUser = (): string | undefined => {
  if (process.getuid?.() !== 0) return "root";
  const [command, ...words] = AS_NOBODY;
  return fails(command, ...words, "--version") ? "setpriv, or a checkout that others may read" : undefined;
};
