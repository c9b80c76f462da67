import { describe, expect, test } from "vitest";
import { FindRun } from "./find-run.ts";

const MORE = 1;

/** A search for 4 holders among these neighbours, who have been there for long. */
function searching(neighbours: string): FindRun {
  const run = new FindRun(neighbours);
  run.search(7, 4, 1000);
  return run;
}

describe("a ring is over", () => {
  test("when all have said Done, and the next one begins at once", () => {
    const run = searching("ab");
    expect(run.done("a", 7, 1, 1001, MORE)).toEqual([]);
    expect(run.done("b", 7, 1, 1002)).toEqual(["query 7: 2 hops to a", "query 7: 2 hops to b"]);
    expect(run.core.counters.ringsTimedOut).toBe(0);
  });

  test("not before what was found was checked: it counts for the next one", () => {
    const run = searching("a");
    run.answer("a", 7, 8, {}, 1001);
    run.answer("a", 7, 9, {}, 1001);
    expect(run.done("a", 7, 1, 1001, MORE)).toEqual([]);
    for (const holder of "xy") run.holder(7, holder, 1002);
    expect(run.checked(7, 1002)).toEqual([]);
    expect(run.checked(7, 1003)).toEqual(["query 7: 2 hops to a"]);
    for (const holder of "zu") run.holder(7, holder, 1004);
    expect(run.core.load.searches).toBe(0);
  });

  test("when the silent one has gone", () => {
    const run = searching("ab");
    run.done("a", 7, 1, 1001, MORE);
    expect(run.left("b", 1005)).toEqual(["query 7: 2 hops to a"]);
  });

  test("after a while when somebody keeps silent, whatever the others say", () => {
    const run = searching("ab");
    run.done("a", 7, 1, 1001);
    expect(run.wake()).toEqual({ atMs: 1250, done: ["query 7: 2 hops to a", "query 7: 2 hops to b"] });
    run.done("a", 7, 2, 1251);
    run.done("b", 7, 2, 1251);
    expect(run.wake().atMs).toBe(1750);
    expect(run.core.counters.ringsTimedOut).toBe(2);
  });

  test("not while a neighbour that came during it has not answered", () => {
    const run = searching("a");
    run.joined("b", 1001);
    expect(run.done("a", 7, 1, 1002, MORE)).toEqual([]);
    expect(run.done("b", 7, 1, 1003)).toEqual(["query 7: 2 hops to a", "query 7: 2 hops to b"]);
  });
});

describe("rings that follow one another at once", () => {
  const limits = { ownRingBurst: 2, ownRingsPerSecond: 10 };

  test("are so many in a time: the next one waits for its turn, so that no neighbour has to refuse it", () => {
    const run = new FindRun("a", limits);
    run.search(7, 4, 1000);
    expect(run.done("a", 7, 1, 1001, MORE)).toEqual(["query 7: 2 hops to a"]);
    expect(run.done("a", 7, 2, 1001, MORE)).toEqual([]);
    expect(run.wake()).toEqual({ atMs: 1101, done: ["query 7: 4 hops to a"] });
    run.search(8, 4, 1101);
    expect(run.wake()).toEqual({ atMs: 1201, done: ["query 8: 1 hops to a"] });
  });

  test("are as many as ever where everybody keeps silent, and a search that has asked all ends without a turn", () => {
    const run = new FindRun("a", { ...limits, ownRingBurst: 1, ownRingsPerSecond: 0.001 });
    run.search(7, 4, 1000);
    expect([run.wake(), run.wake()].map(({ done }) => done)).toEqual([
      ["query 7: 2 hops to a"],
      ["query 7: 4 hops to a"],
    ]);
    for (const ttlHops of [1, 2]) run.done("a", 7, ttlHops, 1800);
    expect(run.done("a", 7, 4, 1800)).toEqual(["ended 7: exhausted"]);
  });
});

describe("a search ends", () => {
  test("as soon as nobody knows of anybody beyond those who were asked", () => {
    const run = searching("ab");
    run.done("a", 7, 1, 1001);
    expect(run.done("b", 7, 1, 1002)).toEqual(["ended 7: exhausted"]);
    expect(run.effects.wakeAtMs).toBe(Infinity);
  });

  test("with the widest ring, whatever is beyond it", () => {
    const run = searching("a");
    const done = [1, 2, 4, 8].map((ttlHops) => run.done("a", 7, ttlHops, 1001, MORE));
    expect(done.at(-1)).toEqual(["ended 7: exhausted"]);
  });

  test("a moment after a neighbour came, since the next one may be just behind it, and asks that one", () => {
    const run = new FindRun("a");
    run.search(7, 4, 100);
    expect(run.done("a", 7, 1, 102)).toEqual([]);
    expect(run.effects.wakeAtMs).toBe(250);
    expect(run.joined("b", 200)).toEqual(["query 7: 1 hops to b"]);
    expect(run.done("b", 7, 1, 203)).toEqual([]);
    expect(run.wake()).toEqual({ atMs: 450, done: ["ended 7: exhausted"] });
    expect(run.core.counters.ringsTimedOut).toBe(0);
  });

  test("by Dones also when a flood of others has made its own question forgotten", () => {
    const run = new FindRun("ab", { maxQueriesRemembered: 3 });
    run.search(7, 4, 1000);
    for (let id = 20; id < 40; id++) run.query("b", id, 3, undefined, 1000);
    run.left("b", 1001);
    expect(run.done("a", 7, 1, 1001)).toEqual(["query 7: 2 hops to a"]);
    expect(run.done("a", 7, 2, 1001)).toEqual(["ended 7: exhausted"]);
  });
});
