import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const version = (node: string): number[] => {
  try {
    return execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).split(".").map(Number);
  } catch {
    return [];
  }
};

const isOld = ([major = Infinity]: number[]): boolean => major >= 18 && major < 24;

/** A Node of this machine that is too old to run the program itself, as a fresh machine has it. */
export const OLD_NODE: string | undefined = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .find((node) => existsSync(node) && isOld(version(node)));
