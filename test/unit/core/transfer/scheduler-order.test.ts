import { describe, expect, test } from "vitest";
import { SchedulerRun } from "../../support/scheduler-run.ts";

const range = (length: number): number[] => Array.from({ length }, (_, item) => item);

describe("rarest first", () => {
  test("what only this holder has, then what two have, then the rest, each in order", () => {
    const run = new SchedulerRun(6, [range(6), [0, 1, 3], [0, 3], [3]]);
    expect(run.askAll(0)).toEqual([2, 4, 5, 1, 0, 3]);
  });

  test("rarity is what it is now: a holder that was given up counts no more", () => {
    const run = new SchedulerRun(2, [[0, 1], [0]]);
    run.scheduler.giveUpHolder(1);
    expect(run.askAll(0)).toEqual([0, 1]);
  });

  test("a holder that comes later is asked for what is left", () => {
    const run = new SchedulerRun(3, [[0]]);
    expect(run.askAll(0)).toEqual([0]);
    const later = run.scheduler.addHolder();
    for (const item of [0, 2]) run.scheduler.announce(later, item);
    expect(run.askAll(later)).toEqual([2]);
  });
});

test("in sequence: strictly in order, whoever has it", () => {
  const run = new SchedulerRun(4, [range(4), [0, 1, 2], [0, 1]], { order: "sequence" });
  expect([run.ask(0), run.ask(2), run.ask(1), run.ask(0)]).toEqual([0, 1, 2, 3]);
});

test("nothing is asked twice while it is in flight, nor after it came or failed", () => {
  const run = new SchedulerRun(3, [range(3), range(3)]);
  expect(run.ask(0)).toBe(0);
  run.scheduler.arrived(0);
  run.scheduler.fail(1);
  expect(run.askAll(1)).toEqual([2]);
  expect(run.askAll(0)).toEqual([]);
});

describe("the limit", () => {
  test("holds back everything from it on", () => {
    const run = new SchedulerRun(5, [range(5)], { order: "sequence" });
    run.scheduler.limit = 2;
    expect(run.askAll(0)).toEqual([0, 1]);
    run.scheduler.limit = 4;
    expect(run.askAll(0)).toEqual([2, 3]);
    run.scheduler.limit = Infinity;
    expect(run.askAll(0)).toEqual([4]);
  });

  test("holds back repeats, too", () => {
    const run = new SchedulerRun(2, [range(2)]);
    run.askAll(0);
    run.scheduler.gaveUp(0, 1, 0);
    run.scheduler.limit = 1;
    expect(run.ask(0)).toBe(-1);
    run.scheduler.limit = 2;
    expect(run.ask(0)).toBe(1);
  });
});

describe("counts", () => {
  test("pending is what nobody is asked for, open what has neither come nor failed", () => {
    const run = new SchedulerRun(4, [range(4)]);
    const counts = (): number[] => [run.scheduler.pending, run.scheduler.open];
    expect(counts()).toEqual([4, 4]);
    run.ask(0);
    expect(counts()).toEqual([3, 4]);
    expect(run.scheduler.arrived(0)).toBe(true);
    expect(run.scheduler.arrived(0)).toBe(false);
    expect(counts()).toEqual([3, 3]);
    run.scheduler.fail(1);
    run.scheduler.fail(1);
    run.scheduler.fail(0); // came already
    expect(counts()).toEqual([2, 2]);
    expect([run.scheduler.isDone(0), run.scheduler.isOpen(1), run.scheduler.isDone(1)]).toEqual([true, false, false]);
  });

  test("what arrives unasked is as good", () => {
    const run = new SchedulerRun(1, [[0]]);
    expect(run.scheduler.arrived(0)).toBe(true);
    expect([run.scheduler.pending, run.scheduler.open, run.ask(0)]).toEqual([0, 0, -1]);
  });
});

test("an announcement counts once", () => {
  const run = new SchedulerRun(2, [[]]);
  expect(run.scheduler.announce(0, 1)).toBe(true);
  expect(run.scheduler.announce(0, 1)).toBe(false);
  expect(run.scheduler.holdersOf(1)).toEqual([0]);
  expect(run.scheduler.holdersOf(0)).toEqual([]);
});

test("lacking: told when an item gets its first holder, loses its last, or needs none any more", () => {
  const run = new SchedulerRun(3, [[0], [0, 1]]);
  expect(run.lacking).toEqual(["-0", "-1"]);
  run.lacking.length = 0;
  run.scheduler.giveUpHolder(1);
  expect(run.lacking).toEqual(["+1"]);
  run.scheduler.reviveHolder(1);
  run.scheduler.fail(2);
  run.scheduler.arrived(0);
  expect(run.lacking).toEqual(["+1", "-1", "-2"]);
});
