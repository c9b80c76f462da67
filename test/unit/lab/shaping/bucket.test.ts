import { expect, test } from "vitest";
import { Bucket } from "../../../../lab/shaping/bucket.ts";

test("a piece leaves when all of it has passed, one behind the other", () => {
  const bucket = new Bucket(100);
  expect(bucket.take(1000, 5)).toBe(15);
  expect(bucket.take(500, 5)).toBe(20);
  expect(bucket.take(500, 12)).toBe(25);
});

test("what was idle is not made up for", () => {
  const bucket = new Bucket(100);
  bucket.take(1000, 0);
  expect(bucket.take(1000, 1000)).toBe(1010);
});

test("a late caller who names the time at which the line was free loses nothing", () => {
  const bucket = new Bucket(100);
  const freeAtMs = bucket.take(1000, 0);
  expect(bucket.take(1000, Math.min(50, freeAtMs))).toBe(20);
});

test("another rate holds for what comes after", () => {
  const bucket = new Bucket(100);
  expect(bucket.take(1000, 0)).toBe(10);
  bucket.bytesPerMs = 10;
  expect(bucket.take(1000, 0)).toBe(110);
});

test("a line without a limit holds nothing back", () => {
  expect(new Bucket(Infinity).take(1_000_000_000, 7)).toBe(7);
});
