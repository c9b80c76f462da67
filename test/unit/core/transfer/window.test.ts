import { describe, expect, test } from "vitest";
import { Window } from "../../../../src/core/transfer/window.ts";

const window = (max = 1024): Window => new Window({ first: 4, max });

/** A whole window of answers with a round trip near its minimum. */
function roundTrip(one: Window): void {
  for (let answers = one.size; answers > 0; answers--) one.answered(10, 10);
}

test("starts at 4, or at the most where that is less", () => {
  expect(window().size).toBe(4);
  expect(window(1).size).toBe(1);
});

test("doubles a round trip at first", () => {
  const one = window();
  const sizes = [1, 2, 3].map(() => {
    roundTrip(one);
    return one.size;
  });
  expect(sizes).toEqual([8, 16, 32]);
});

test("never grows beyond the most", () => {
  const one = window(20);
  for (let round = 0; round < 10; round++) roundTrip(one);
  expect(one.size).toBe(20);
});

describe("a loss", () => {
  test("takes 15 %, and growth is one a round trip from then on", () => {
    const one = window();
    for (let round = 0; round < 5; round++) roundTrip(one); // 128
    one.lost(100, 200);
    expect(one.size).toBe(108);
    const before = one.size;
    roundTrip(one);
    expect(one.size - before).toBeLessThanOrEqual(1);
  });

  test("of the same round trip is the same loss", () => {
    const one = window();
    for (let round = 0; round < 5; round++) roundTrip(one);
    one.lost(100, 200);
    one.lost(150, 210);
    one.lost(199, 220);
    expect(one.size).toBe(108);
    one.lost(200, 230);
    expect(one.size).toBe(92);
  });

  test("after loss leaves two at least", () => {
    const one = window();
    for (let sequence = 0; sequence < 100; sequence++) one.lost(sequence, sequence + 1);
    expect(one.size).toBe(2);
  });
});

test("a round trip far above its minimum is a queue: growth stops and turns, down to two at least", () => {
  const one = window();
  for (let round = 0; round < 4; round++) roundTrip(one);
  const before = one.size;
  for (let answer = 0; answer < 200; answer++) one.answered(31, 10);
  expect(one.size).toBeLessThan(before);
  for (let answer = 0; answer < 100_000; answer++) one.answered(1000, 10);
  expect(one.size).toBe(2);
});

test("ten ms above the minimum is no queue yet: a busy machine does that", () => {
  const one = window();
  one.answered(0.2 + 10, 0.2);
  expect(one.size).toBe(5);
});

describe("silence", () => {
  test("leaves one request that probes the holder, and growth starts anew", () => {
    const one = window();
    for (let round = 0; round < 4; round++) roundTrip(one);
    one.silent();
    expect(one.size).toBe(1);
    roundTrip(one);
    roundTrip(one);
    expect(one.size).toBe(4);
  });

  test("that turns out to have been lateness is undone", () => {
    const one = window();
    for (let round = 0; round < 4; round++) roundTrip(one);
    one.silent();
    one.silent();
    one.wasLate();
    expect(one.size).toBe(64);
    one.wasLate();
    expect(one.size).toBe(64);
  });
});
