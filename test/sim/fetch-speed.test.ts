import { describe, expect, test } from "vitest";
import { FetchRun } from "../../sim/fetch/fetch-run.ts";
import { type FetchPlan, GOOD, type HolderPlan, plain, type Vice } from "../../sim/fetch/fetch-scenario.ts";
import { jumps, play } from "../../sim/fetch/play.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

const MIB = 1_048_576;
const SEEDS = 5;

/** Runs a fetch to its end, with nothing forbidden on the way. */
function finished(seed: number, plan: FetchPlan): FetchRun {
  const run = new FetchRun(seed, { ...plan, syncMs: 0 });
  run.run(3_600_000);
  expectNothing(seed, run.checker.findings);
  expect(run.kept.size, `seed ${seed}`).toBe(run.geometry.chunks);
  return run;
}

const times = (count: number, holder: HolderPlan): HolderPlan[] => Array.from({ length: count }, () => holder);

describe("rates", () => {
  test("four holders of 50 Mbit/s and 20 ms give at least 95 % of their sum, with jitter too", () => {
    for (const seed of seedsOf(42, SEEDS))
      for (const jitterMs of [0, 10]) {
        const { completeAtMs } = finished(seed, plain(256, times(4, { ...GOOD, jitterMs })));
        expect((256 * MIB) / (4 * GOOD.bytesPerMs) / completeAtMs, `seed ${seed}`).toBeGreaterThan(0.95);
      }
  });

  test("with one of them at 0.25 Mbit/s and one killed half way, at least 90 % of what is left", () => {
    for (const seed of seedsOf(43, SEEDS)) {
      const killedAtMs = 5400;
      const slow = 31.25;
      const killed = { ...GOOD, untilMs: killedAtMs };
      const run = finished(seed, plain(256, [GOOD, GOOD, killed, { ...GOOD, bytesPerMs: slow }]));
      const left = 256 * MIB - killedAtMs * (3 * GOOD.bytesPerMs + slow);
      const bestMs = killedAtMs + left / (2 * GOOD.bytesPerMs + slow);
      expect(bestMs / run.completeAtMs, `seed ${seed}`).toBeGreaterThan(0.9);
      expect(run.receivedBytes / (256 * MIB), `seed ${seed}`).toBeLessThan(1.05);
    }
  });

  test.each([
    [100, 100],
    [1000, 50],
    [4, 300],
  ])("one holder of %i Mbit/s and %i ms is used to 95 %%", (megabits, roundTripMs) => {
    const bytesPerMs = megabits * 125;
    for (const seed of seedsOf(44, SEEDS)) {
      const mebibytes = Math.max(16, megabits);
      const run = finished(seed, plain(mebibytes, [{ ...GOOD, bytesPerMs, delayMs: roundTripMs / 2 }]));
      expect((mebibytes * MIB) / bytesPerMs / run.completeAtMs, `seed ${seed}`).toBeGreaterThan(0.95);
    }
  });

  test("fifty holders of all rates give 90 % of their sum, and send at most 5 % twice", () => {
    const holders = Array.from({ length: 50 }, (_, i) => ({ ...GOOD, bytesPerMs: 31 * 1.1 ** i, delayMs: 2 + 2 * i }));
    const sum = holders.reduce((total, { bytesPerMs }) => total + bytesPerMs, 0);
    for (const seed of seedsOf(45, SEEDS)) {
      const run = finished(seed, plain(512, holders));
      expect((512 * MIB) / sum / run.completeAtMs, `seed ${seed}`).toBeGreaterThan(0.9);
      expect(run.receivedBytes / (512 * MIB), `seed ${seed}`).toBeLessThan(1.05);
    }
  });
});

test("ten holders, five of them bad: at most 1.2 × the bytes, and each liar is dropped after its first bad answer", () => {
  const vices: readonly Vice[] = ["wrong", "mute", "stalls", "denies", "drips", "boasts", "wrong", "refuses"];
  for (const seed of seedsOf(46, SEEDS))
    for (let first = 0; first < vices.length; first++) {
      const bad = Array.from({ length: 5 }, (_, i) => ({ ...GOOD, vice: vices[(first + i) % vices.length] }));
      const run = finished(seed, plain(256, [...bad, ...times(5, GOOD)]));
      expect(run.receivedBytes / (256 * MIB), `seed ${seed}`).toBeLessThan(1.2);
      const wrong = run.drops.filter(({ reason }) => reason === "wrong-bytes");
      expect(wrong.length).toBe(bad.filter(({ vice }) => vice === "wrong").length);
      expect([...run.wrongBodies.values()].every((bodies) => bodies === 1)).toBe(true);
      expect(run.drops.every(({ plan }) => plan.vice !== undefined)).toBe(true);
    }
});

test("a slow disk holds the fetch back: what waits in memory stays within its bound", () => {
  for (const seed of seedsOf(47, SEEDS)) {
    const plan = { ...plain(200, times(3, GOOD)), diskBytesPerMs: 5000, memoryBytes: 16 * MIB };
    const run = finished(seed, plan);
    expect(run.checker.mostMemoryBytes).toBeGreaterThan(8 * MIB);
    expect((200 * MIB) / 5000 / run.completeAtMs, `seed ${seed}`).toBeGreaterThan(0.95);
  }
});

describe("readers", () => {
  const positions = Array.from({ length: 12 }, (_, i) => ((i * 37 + 11) % 380) * MIB + ((i * 100_000) % MIB));

  test.each([1, 3])(
    "after a jump, with %i holders of 21 Mbit/s in all, the first slice comes within 2 × (round trip + 64 KiB)",
    (count) => {
      const bytesPerMs = 2625 / count;
      for (const seed of seedsOf(48, SEEDS))
        for (const wantAll of [true, false]) {
          const plan = { ...plain(400, times(count, { ...GOOD, bytesPerMs })), wantAll };
          const bound = 2 * (2 * GOOD.delayMs + 65_536 / bytesPerMs) + 10;
          for (const ms of jumps(seed, plan, 500, positions)) expect(ms, `seed ${seed}`).toBeLessThan(bound);
        }
    },
  );

  test.each([true, false])(
    "what plays below the capacity does not pause after its start (all wanted: %s)",
    (wantAll) => {
      for (const seed of seedsOf(49, SEEDS)) {
        const plan = { ...plain(60, times(3, { ...GOOD, bytesPerMs: 1000, jitterMs: 10 })), wantAll };
        expect(play(seed, plan, 2200, 2 * MIB).pauses, `seed ${seed}`).toEqual([]);
      }
    },
  );

  test("a slow holder among fast ones does not make it pause", () => {
    for (const seed of seedsOf(50, 8 * SEEDS)) {
      const plan = plain(60, [
        { ...GOOD, bytesPerMs: 31 },
        { ...GOOD, bytesPerMs: 2600 },
      ]);
      expect(play(seed, plan, 2200, MIB).pauses, `seed ${seed}`).toEqual([]);
    }
  });

  test("a holder that stalls for ever costs at most one pause, of at most half a second", () => {
    for (const seed of seedsOf(51, SEEDS))
      for (const cutFromMs of [300, 1000, 6000]) {
        const cut = { ...GOOD, bytesPerMs: 1000, cutFromMs };
        const plan = plain(60, [cut, ...times(2, { ...GOOD, bytesPerMs: 1000 })]);
        const { pauses } = play(seed, plan, 1600, MIB);
        expect(pauses.length, `seed ${seed}`).toBeLessThanOrEqual(1);
        for (const { ms } of pauses) expect(ms, `seed ${seed}`).toBeLessThanOrEqual(500);
      }
  });
});
