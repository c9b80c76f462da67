import * as fc from "fast-check";
import { expect, test } from "vitest";
import { playerSlackMs } from "../../../src/node/player-slack.ts";

const way = { takenBytes: 0, sinceMs: 0, bytesPerSecond: 500_000, isWaiting: true };

test("a player that has just jumped can do without nothing, one that took more than it can have played without a part of that", () => {
  expect(playerSlackMs(way)).toBe(0);
  expect(playerSlackMs({ ...way, takenBytes: 5_000_000, sinceMs: 2000 })).toBe(4000);
  expect(playerSlackMs({ ...way, takenBytes: 1_000_000, sinceMs: 2000 })).toBe(0);
  expect(playerSlackMs({ ...way, takenBytes: 1_000_000, sinceMs: 60_000 }), "it was paused, or it stalls").toBe(0);
  expect(playerSlackMs({ ...way, takenBytes: 1e9 }), "nobody keeps all that").toBe(10_000);
});

test("one that does not wait stands behind all that do and are about to need something; one that copies has no slack", () => {
  expect(playerSlackMs({ ...way, isWaiting: false })).toBeGreaterThan(4000);
  expect(playerSlackMs({ ...way, bytesPerSecond: 0, takenBytes: 1e9, sinceMs: 1 })).toBe(0);
});

test("slack is never negative, never more than what was taken lasts, and falls as time goes by", () => {
  const any = fc.record({
    takenBytes: fc.nat(1e9),
    sinceMs: fc.nat(1e6),
    bytesPerSecond: fc.integer({ min: 1, max: 1e8 }),
  });
  fc.assert(
    fc.property(any, fc.nat(1e5), (one, laterMs) => {
      const slackMs = playerSlackMs({ ...one, isWaiting: true });
      expect(slackMs).toBeGreaterThanOrEqual(0);
      expect(slackMs).toBeLessThanOrEqual((1000 * one.takenBytes) / one.bytesPerSecond);
      expect(playerSlackMs({ ...one, sinceMs: one.sinceMs + laterMs, isWaiting: true })).toBeLessThanOrEqual(slackMs);
    }),
  );
});
