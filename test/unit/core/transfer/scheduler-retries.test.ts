import { describe, expect, test } from "vitest";
import { SchedulerRun } from "../../support/scheduler-run.ts";

describe("a request that is given up", () => {
  test("is made of another holder at once, and of the same one not before its time", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    run.ask(0);
    run.scheduler.gaveUp(0, 0, 100);
    expect(run.ask(0, 99)).toBe(-1);
    expect(run.ask(1, 0)).toBe(0);
  });

  test("is made of the same holder in time when nobody else has the item", () => {
    const run = new SchedulerRun(1, [[0]]);
    run.ask(0);
    run.scheduler.gaveUp(0, 0, 100);
    expect(run.ask(0, 99)).toBe(-1);
    expect(run.ask(0, 100)).toBe(0);
  });

  test("is repeated once at the same holder; then it waits for those that have not been asked", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    for (let request = 0; request < 2; request++) {
      expect(run.ask(0)).toBe(0);
      run.scheduler.gaveUp(0, 0, 0);
    }
    expect(run.ask(0)).toBe(-1);
    expect(run.ask(1)).toBe(0);
  });

  test("at a silent holder is not repeated there while another has the item", () => {
    const run = new SchedulerRun(1, [[0]]);
    run.scheduler.giveUpHolder(0);
    run.ask(0);
    run.scheduler.gaveUp(0, 0, 0);
    const other = run.scheduler.addHolder();
    run.scheduler.announce(other, 0);
    expect(run.ask(0)).toBe(-1);
    expect(run.ask(other)).toBe(0);
  });

  test("fails the item when it was the last of six over all holders", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    let requests = 0;
    for (let turn = 0; turn < 20; turn++) {
      const holder = turn % 2;
      if (run.ask(holder) < 0) continue;
      requests++;
      run.scheduler.gaveUp(holder, 0, 0);
    }
    expect(requests).toBe(6);
    expect([run.scheduler.isOpen(0), run.scheduler.open, run.scheduler.pending]).toEqual([false, 0, 0]);
  });

  test("after the item came changes nothing", () => {
    const run = new SchedulerRun(1, [[0]]);
    run.ask(0);
    run.scheduler.arrived(0);
    run.scheduler.gaveUp(0, 0, 0);
    expect([run.scheduler.isDone(0), run.scheduler.pending, run.ask(0)]).toEqual([true, 0, -1]);
  });
});

describe("a holder that was given up", () => {
  test("leaves what others hold to them, and still counts for what only it has", () => {
    const run = new SchedulerRun(2, [[0, 1], [0]]);
    run.scheduler.giveUpHolder(0);
    expect(run.scheduler.activeHoldersOf(0)).toBe(1);
    expect(run.scheduler.activeHoldersOf(1)).toBe(0);
    expect(run.askAll(0)).toEqual([1]);
    expect(run.askAll(1)).toEqual([0]);
  });

  test("twice is given up once", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    run.scheduler.giveUpHolder(0);
    run.scheduler.giveUpHolder(0);
    expect(run.scheduler.activeHoldersOf(0)).toBe(1);
  });

  test("is asked again when it is back", () => {
    const run = new SchedulerRun(2, [[0, 1], [0]]);
    run.scheduler.giveUpHolder(0);
    run.scheduler.reviveHolder(0);
    run.scheduler.reviveHolder(0);
    expect(run.scheduler.activeHoldersOf(0)).toBe(2);
    expect(run.askAll(0)).toEqual([1, 0]);
  });

  test("announces in vain while others hold the item, and not when nobody else does", () => {
    const run = new SchedulerRun(2, [[], [0]]);
    run.scheduler.giveUpHolder(0);
    run.scheduler.announce(0, 0);
    run.scheduler.announce(0, 1);
    expect(run.askAll(0)).toEqual([1]);
  });

  test("is asked for what others held when these are given up, too", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    run.scheduler.giveUpHolder(0);
    expect(run.ask(0)).toBe(-1);
    run.scheduler.giveUpHolder(1);
    expect(run.ask(0)).toBe(0);
  });
});

describe("a second holder for a late item", () => {
  test("may be asked if it has it, while only one request is under way and some are left", () => {
    const run = new SchedulerRun(1, [[0], [0], []]);
    expect(run.scheduler.mayHedge(1, 0)).toBe(false); // nobody is asked yet
    run.ask(0);
    expect(run.scheduler.mayHedge(1, 0)).toBe(true);
    expect(run.scheduler.mayHedge(2, 0)).toBe(false);
    run.scheduler.asked(0);
    expect(run.scheduler.mayHedge(1, 0)).toBe(false);
  });

  test("counts as a request, and the item is pending again only when both are over", () => {
    const run = new SchedulerRun(1, [[0], [0]]);
    run.ask(0);
    run.scheduler.asked(0);
    expect(run.scheduler.requestsOf(0)).toBe(2);
    run.scheduler.gaveUp(0, 0, 0);
    expect(run.scheduler.pending).toBe(0);
    run.scheduler.gaveUp(1, 0, 0);
    expect(run.scheduler.pending).toBe(1);
  });
});

test("the next retry is the earliest that is below the limit; Infinity when there is none", () => {
  const run = new SchedulerRun(3, [[0, 1, 2]]);
  const nextMs = (): number => run.scheduler.nextRetryMs();
  expect(nextMs()).toBe(Infinity);
  run.askAll(0);
  run.scheduler.gaveUp(0, 2, 50);
  run.scheduler.gaveUp(0, 1, 100);
  expect(nextMs()).toBe(50);
  run.scheduler.limit = 2;
  expect(nextMs()).toBe(100);
  run.scheduler.arrived(1);
  expect(nextMs()).toBe(Infinity);
});
