import { describe, expect, test } from "vitest";
import { Search } from "../../../../src/core/client/search.ts";

const ONE = [7, 8];
const TWO = [9];

test("every list is due at once, then every second, five times in all", () => {
  const search = new Search([ONE, TWO], 2);
  const sent: number[] = [];
  for (let nowMs = 100; nowMs < 20_000; nowMs += 50) if (search.due(nowMs).length === 2) sent.push(nowMs);
  expect(sent).toEqual([100, 1100, 2100, 3100, 4100]);
});

test("only lists with an id that lacks a holder are due", () => {
  const search = new Search([ONE, TWO], 2);
  search.due(0);
  search.setLacking(0, false);
  expect(search.due(1000)).toEqual([ONE, TWO]);
  search.setLacking(1, false);
  expect(search.due(2000)).toEqual([TWO]);
  search.setLacking(2, false);
  expect(search.due(3000)).toEqual([]);
  expect(search.lacking).toBe(0);
});

test("a holder that was given up is none: the search wakes up again, with what is left of its Hellos", () => {
  const search = new Search([TWO], 2);
  search.due(0);
  search.setLacking(0, false);
  expect(search.due(7000)).toEqual([]);
  search.setLacking(0, true);
  expect(search.due(7000)).toEqual([TWO]);
});

describe("its end", () => {
  test("is 5 s after the first Hello, not after the start of the program", () => {
    const search = new Search([ONE], 2);
    expect(search.isOver(1e9)).toBe(false);
    search.due(1000);
    expect(search.isOver(5999)).toBe(false);
    expect(search.isOver(6000)).toBe(true);
  });
});

describe("when to look again", () => {
  test("is at the next Hello, then at the end", () => {
    const search = new Search([ONE], 2);
    search.due(0);
    expect(search.nextMs(0)).toBe(1000);
    for (const nowMs of [1000, 2000, 3000, 4000]) search.due(nowMs);
    expect(search.nextMs(4000)).toBe(5000);
    expect(search.nextMs(5000)).toBe(Infinity);
  });

  test("is never, while everything has a holder", () => {
    const search = new Search([TWO], 2);
    search.due(0);
    search.setLacking(0, false);
    expect(search.nextMs(0)).toBe(Infinity);
  });
});
