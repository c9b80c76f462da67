import { expect, test } from "vitest";
import { ORIGINAL } from "../../../../src/core/limits.ts";
import { RoundTrip } from "../../../../src/core/transfer/rtt.ts";

const limits = { firstTimeoutMs: 1000, minTimeoutMs: 30, minRepeatTimeoutMs: 500, maxTimeoutMs: 2000 };

test("before anything is measured the time-out is the first one, then its double", () => {
  const rtt = new RoundTrip(limits);
  expect(rtt.measured).toBe(false);
  expect(rtt.timeoutMs()).toBe(1000);
  rtt.timedOut();
  expect(rtt.timeoutMs()).toBe(2000);
  rtt.timedOut();
  expect(rtt.timeoutMs()).toBe(2000);
});

test("the original network's silent holder is waited for 1 + 5 × 2 = 11 s in six requests", () => {
  const rtt = new RoundTrip(ORIGINAL);
  let waitedMs = 0;
  for (let request = 0; request < ORIGINAL.maxRequestsPerChunk; request++) {
    waitedMs += rtt.timeoutMs();
    rtt.timedOut();
  }
  expect(waitedMs).toBe(11_000);
});

test("the first sample is taken whole, with half of it as deviation: RFC 6298", () => {
  const rtt = new RoundTrip(limits);
  rtt.sample(100);
  expect(rtt.smoothedMs).toBe(100);
  expect(rtt.timeoutMs()).toBe(300);
});

test("later samples weigh an eighth, deviations a quarter", () => {
  const rtt = new RoundTrip(limits);
  rtt.sample(100);
  rtt.sample(180);
  expect(rtt.smoothedMs).toBe(110);
  // 50 + (80 − 50) / 4 = 57.5
  expect(rtt.timeoutMs()).toBe(110 + 4 * 57.5);
  expect(rtt.minMs).toBe(100);
});

test("a steady holder's time-out falls to its round trip, never below the least", () => {
  const steady = new RoundTrip(limits);
  const fast = new RoundTrip(limits);
  for (let sample = 0; sample < 200; sample++) {
    steady.sample(100);
    fast.sample(0.2);
  }
  expect(steady.timeoutMs()).toBeCloseTo(100, 1);
  expect(fast.timeoutMs()).toBe(30);
});

test("after a time-out a fast holder has half a second at least, then twice that, up to the most", () => {
  const rtt = new RoundTrip(limits);
  rtt.sample(1);
  const waits = [1, 2, 3, 4].map(() => {
    rtt.timedOut();
    return rtt.timeoutMs();
  });
  expect(waits).toEqual([500, 1000, 2000, 2000]);
});

test("an unambiguous sample ends the back-off: Karn's algorithm", () => {
  const rtt = new RoundTrip(limits);
  rtt.sample(10);
  rtt.timedOut();
  rtt.timedOut();
  rtt.sample(10);
  expect(rtt.timeoutMs()).toBeLessThan(100);
});

test("no number of time-outs makes the wait anything but a number", () => {
  const rtt = new RoundTrip(limits);
  for (let count = 0; count < 5000; count++) rtt.timedOut();
  expect(rtt.timeoutMs()).toBe(2000);
});

test("a round trip beyond the most does not wait longer than the most", () => {
  const rtt = new RoundTrip(limits);
  rtt.sample(60_000);
  expect(rtt.timeoutMs()).toBe(2000);
});
