import { execFileSync } from "node:child_process";

/** Runs one of the machine's own tools, and returns what it says; throws when it fails. */
export const system = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
