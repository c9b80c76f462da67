import { expect, test } from "vitest";
import { aheadOf, spreadOf, valuesOf } from "../../../bench/all/values.ts";
import { COST, entryOf, RATE, sideOf } from "./made-entry.ts";

test("how far ahead ours is goes round by round: what one round meets, both sides of it meet", () => {
  const entry = entryOf({ Cardume: sideOf([200, 100]), other: sideOf([100, 50]) });
  expect(aheadOf(entry, "other", RATE)).toEqual([2, 2]);
});

test("of what is better when there is less, the ratio is turned round", () => {
  const entry = entryOf({ Cardume: sideOf([200]), other: sideOf([100]) });
  expect(aheadOf(entry, "other", COST)).toEqual([0.5]);
});

test("where a round failed the medians are compared: rounds would be paired wrongly", () => {
  const entry = entryOf({
    Cardume: sideOf([300, 100, 200]),
    other: sideOf([100, 100], { failures: ["it ended"] }),
  });
  expect(aheadOf(entry, "other", RATE)).toEqual([2]);
});

test("a side that was not measured, or used nothing that could be counted, is compared with nobody", () => {
  const entry = entryOf({ Cardume: sideOf([300]), away: { why: "not installed" }, free: sideOf([0]) });
  expect(aheadOf(entry, "away", RATE)).toEqual([]);
  expect(aheadOf(entry, "nobody", RATE)).toEqual([]);
  expect(aheadOf(entry, "free", COST)).toEqual([]);
});

test("several values of one round all count, and the spread of none is none", () => {
  const result = sideOf([]);
  const rounds = [{ rate: [3, 1] }, { rate: [2] }];
  expect(valuesOf({ ...result, rounds } as typeof result, "rate")).toEqual([3, 1, 2]);
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3, count: 3 });
  expect(spreadOf([])).toBeUndefined();
});
