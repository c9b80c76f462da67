import { execFileSync } from "node:child_process";

/** Where there is no repository, in an unpacked archive for example. */
const FALLBACK = 0x0ca2d03e;

function seedOfThisRun(): number {
  const given = process.env["SEED"];
  if (given !== undefined && given !== "") return Number(given) >>> 0;
  try {
    const hash = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return Number.parseInt(hash.slice(0, 8), 16) >>> 0;
  } catch {
    return FALLBACK;
  }
}

/** The number of this run: from the commit, so that every commit tries other inputs; `SEED=<n>` replays one. */
export const SEED: number = seedOfThisRun();
