import { expect, test } from "vitest";
import { type Change, compare, pooled, yardsticks } from "../../../bench/all/compare.ts";
import { COST, entryOf, RATE, sideOf } from "./made-entry.ts";

const QUIET = [100, 101, 99, 100, 100];
const times = (values: readonly number[], by: number): number[] => values.map((value) => value * by);

const verdictOf = (now: readonly number[], before: readonly number[] = QUIET): Change["verdict"] | undefined =>
  compare(
    entryOf({ Cardume: sideOf(before), other: sideOf(QUIET) }),
    entryOf({ Cardume: sideOf(now), other: sideOf(QUIET) }),
    RATE,
  )?.verdict;

test("a fall of over 15 % that no noise explains is lost", () => {
  expect(verdictOf(times(QUIET, 0.83))).toBe("lost");
  expect(verdictOf(times(QUIET, 0.5))).toBe("lost");
});

test("less than 15 % is no loss", () => {
  expect(verdictOf(times(QUIET, 0.87))).toBe("held");
  expect(verdictOf(QUIET)).toBe("held");
});

test("a fall within the noise of the rounds is unclear, not lost", () => {
  expect(verdictOf([40, 160, 60, 140, 80])).toBe("unclear");
});

test("what has become better is told", () => {
  expect(verdictOf(times(QUIET, 1.5))).toBe("gained");
});

test("a slower machine is no loss: it is slower for the others, too", () => {
  const before = entryOf({ Cardume: sideOf(QUIET), other: sideOf(QUIET) });
  const now = entryOf({ Cardume: sideOf(times(QUIET, 0.4)), other: sideOf(times(QUIET, 0.4)) });
  expect(compare(before, now, RATE)).toMatchObject({ verdict: "held", ratio: 1 });
});

test("of what is better when there is less, more is the loss", () => {
  const before = entryOf({ Cardume: sideOf(QUIET), other: sideOf(QUIET) });
  const now = entryOf({ Cardume: sideOf(times(QUIET, 1.5)), other: sideOf(QUIET) });
  expect(compare(before, now, COST)?.verdict).toBe("lost");
});

test("one other that became faster by itself is not enough to call it a loss", () => {
  const before = entryOf({ Cardume: sideOf(QUIET), one: sideOf(QUIET), two: sideOf(QUIET), three: sideOf(QUIET) });
  const now = entryOf({
    ...{ Cardume: sideOf(QUIET), one: sideOf(times(QUIET, 1.4)) },
    ...{ two: sideOf(QUIET), three: sideOf(QUIET) },
  });
  expect(compare(before, now, RATE)?.verdict).toBe("held");
});

test("others of another version, that failed, or are in one run alone are no yardstick", () => {
  const before = entryOf({
    ...{ Cardume: sideOf(QUIET), same: sideOf(QUIET), newer: sideOf(QUIET), failing: sideOf(QUIET) },
    gone: { why: "not installed" },
  });
  const now = entryOf({
    ...{ Cardume: sideOf(QUIET), same: sideOf(QUIET), newer: sideOf(QUIET, { version: "2" }) },
    ...{ failing: sideOf(QUIET, { failures: ["it ended"] }), gone: sideOf(QUIET), added: sideOf(QUIET) },
  });
  expect(yardsticks(before, now)).toEqual(["same"]);
});

test("without a yardstick nothing is said", () => {
  const alone = entryOf({ Cardume: sideOf(QUIET) });
  expect(compare(alone, alone, RATE)).toBeUndefined();
});

test("single rounds are taken to be noisy", () => {
  expect(verdictOf([84], [100])).toBe("unclear");
  expect(verdictOf([50], [100])).toBe("lost");
});

test("rounds that were measured again are pooled, failures among them", () => {
  const one = entryOf({ Cardume: sideOf([1, 2]), away: { why: "not installed" } });
  const two = entryOf({ Cardume: sideOf([3], { failures: ["it ended"] }), away: { why: "not installed" } });
  const { rounds, sides } = pooled(one, two);
  expect(rounds).toBe(6);
  expect(sides["Cardume"]).toMatchObject({ rounds: [{ rate: 1 }, { rate: 2 }, { rate: 3 }], failures: ["it ended"] });
  expect(sides["away"]).toEqual({ why: "not installed" });
});
