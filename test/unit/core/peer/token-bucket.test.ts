import { expect, test } from "vitest";
import { TokenBucket } from "../../../../src/core/peer/token-bucket.ts";

const takeAll = (bucket: TokenBucket, nowMs: number): number => {
  let taken = 0;
  while (bucket.take(nowMs)) taken++;
  return taken;
};

test("a burst passes at once, then as many as the time that went by allows", () => {
  const bucket = new TokenBucket(5, 1000, 0);
  expect(takeAll(bucket, 0)).toBe(5);
  expect(takeAll(bucket, 3)).toBe(3);
  expect(takeAll(bucket, 3)).toBe(0);
});

test("what is not used is not saved beyond the burst", () => {
  const bucket = new TokenBucket(5, 1000, 0);
  expect(takeAll(bucket, 1e9)).toBe(5);
});

test("to look is not to take", () => {
  const bucket = new TokenBucket(1, 1, 0);
  expect(bucket.has(0) && bucket.has(0)).toBe(true);
  expect(bucket.take(0)).toBe(true);
  expect(bucket.has(0)).toBe(false);
});

test("fractions of a token add up", () => {
  const bucket = new TokenBucket(1, 100, 0);
  bucket.take(0);
  expect([1, 4, 9].map((nowMs) => bucket.has(nowMs))).toEqual([false, false, false]);
  expect(bucket.has(10)).toBe(true);
});

test("a clock that goes back gives nothing", () => {
  const bucket = new TokenBucket(1, 1000, 100);
  bucket.take(100);
  expect(bucket.take(50)).toBe(false);
});
