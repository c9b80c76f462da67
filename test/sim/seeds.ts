import { execFileSync } from "node:child_process";

/** Where there is no git, as in an unpacked archive. */
const FALLBACK_SEED = 20_260_101;

/** Set to replay one run; `undefined` for all. */
const REPLAYED: string | undefined = process.env["SEED"];

/**
 * The first seed of this commit: every commit tries other networks, and each of them can be had again. `BASE_SEED`
 * gives another, for long runs.
 */
export const BASE_SEED: number = readBaseSeed();

console.log(REPLAYED === undefined ? `simulator: base seed ${BASE_SEED}` : `simulator: replaying seed ${REPLAYED}`);

/** The seeds of a claim: so many, apart from those of other claims; or the one that is being replayed. */
export function seedsOf(claim: number, count: number): number[] {
  if (REPLAYED !== undefined) return [Number(REPLAYED)];
  return Array.from({ length: count }, (_, index) => (BASE_SEED + claim * 100_000 + index) >>> 0);
}

/** Fails with what the checkers found, and says how to see it again. @throws Error */
export function expectNothing(seed: number, findings: readonly string[]): void {
  if (findings.length === 0) return;
  throw new Error(`${findings.join("\n")}\nto replay: SEED=${seed} npx vitest run --project sim`);
}

function readBaseSeed(): number {
  const given = process.env["BASE_SEED"];
  if (given !== undefined) return Number(given) >>> 0;
  try {
    const hash = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return Number.parseInt(hash.slice(0, 8), 16) >>> 0;
  } catch {
    return FALLBACK_SEED;
  }
}
