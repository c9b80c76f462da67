import { expect, test } from "vitest";
import { Swarm } from "../../sim/fetch/swarm.ts";
import { seedsOf } from "./seeds.ts";

const MIB = 1_048_576;

/** How often the first holder sent the video until everybody had it, and how long the last client took. */
function fetched(
  clients: number,
  mebibytes: number,
  seedOf: (client: number) => number,
): { copies: number; ms: number } {
  const plan = { clients, bytes: mebibytes * MIB, upBytesPerMs: 6250, delayMs: 10, seedOf };
  const swarm = new Swarm(plan);
  swarm.run(3_600_000);
  expect(swarm.endedAtMs.size).toBe(clients);
  return { copies: swarm.seedBytes / plan.bytes, ms: Math.max(...swarm.endedAtMs.values()) };
}

test("eight clients that fetch from one holder at once trade chunks: it sends the video at most 2 times", () => {
  for (const seed of seedsOf(52, 5)) {
    const spread = fetched(8, 128, (client) => (seed + 7919 * client) >>> 0);
    expect(spread.copies, `seed ${seed}`).toBeLessThan(2);
    expect(spread.ms, `seed ${seed}`).toBeLessThan((2.1 * 128 * MIB) / 6250);
  }
});

test("in one order for all of them they would not: the claim bites", () => {
  expect(fetched(8, 128, () => 1).copies).toBeGreaterThan(2.5);
});
