import { describe, expect, test } from "vitest";
import type { FindLimits } from "../../../../src/core/find/find-options.ts";
import { FindRun, held, words } from "./find-run.ts";

const MORE = 1;

/** A core whose neighbour `a` has asked question 7 with 3 hops, so that `b` and `c` were asked with 2. */
function asked(limits: Partial<FindLimits> = {}): FindRun {
  const run = new FindRun("abc", limits);
  run.query("a", 7, 3);
  return run;
}

describe("Done is said to who asked", () => {
  test("when the look-up is through and all who were asked have said it, the answers first", () => {
    const run = asked();
    expect(run.done("b", 7, 2)).toEqual([]);
    expect(run.answer("c", 7)).toEqual(["answer 7 of 9 to a"]);
    expect(run.done("c", 7, 2)).toEqual([]);
    expect(run.lookedUp(7, [held(1)])).toEqual(["answer 7 of 0 to a", "done 7: 3 hops to a"]);
  });

  test("also when the look-up came first, and when nothing is held", () => {
    const run = asked();
    run.lookedUp(7, []);
    expect(run.done("b", 7, 2)).toEqual([]);
    expect(run.done("c", 7, 2)).toEqual(["done 7: 3 hops to a"]);
    expect(run.core.counters).toMatchObject({ dones: 1, donesHeard: 2, donesUnasked: 0 });
  });

  test("when there is nobody to ask, and with the TTL as it came", () => {
    const run = new FindRun("a");
    run.query("a", 7, 255);
    expect(run.lookedUp(7, [])).toEqual(["done 7: 255 hops to a"]);
  });

  test("at once with a question that is known, while the first one waits", () => {
    const run = asked();
    expect(run.query("b", 7, 3)).toEqual(["done 7: 3 hops to b"]);
    expect(run.query("c", 7, 1)).toEqual(["done 7: 1 hops to c"]);
  });

  test("once, though its Query comes again while it waits", () => {
    const run = new FindRun("a");
    run.query("a", 7, 3);
    expect([run.query("a", 7, 3), run.query("a", 7, 2)]).toEqual([[], ["done 7: 2 hops to a"]]);
    expect(run.lookedUp(7, [])).toEqual(["done 7: 3 hops to a"]);
    expect(run.query("a", 7, 3)).toEqual(["done 7: 3 hops to a"]);
  });

  test("though one who was asked has gone: with what was behind it there may be more", () => {
    const run = asked();
    run.lookedUp(7, []);
    run.done("b", 7, 2);
    expect(run.left("c")).toEqual(["done 7: 3 hops to a, more"]);
  });

  test("not while one of them keeps silent, nor when the asker is gone", () => {
    const run = asked();
    run.lookedUp(7, []);
    run.done("b", 7, 2);
    run.left("a");
    expect(run.done("c", 7, 2)).toEqual([]);
    expect(run.core.counters.dones).toBe(0);
  });

  test("not when the question was forgotten before", () => {
    const run = asked({ queryMemoryMs: 1000 });
    run.query("a", 8, 1, words("other"), 1000);
    expect([run.done("b", 7, 2, 1001), run.done("c", 7, 2, 1001)]).toEqual([[], []]);
  });
});

describe("a question that comes again with more hops", () => {
  test("starts a new round: each asker is told when what it asked for is through", () => {
    const run = new FindRun("abcd");
    run.query("a", 7, 2);
    run.lookedUp(7, []);
    expect(run.query("b", 7, 5)).toEqual(["query 7: 4 hops to a", "query 7: 4 hops to c", "query 7: 4 hops to d"]);
    for (const neighbour of "bc") expect(run.done(neighbour, 7, 1)).toEqual([]);
    expect(run.done("d", 7, 1)).toEqual(["done 7: 2 hops to a"]);
    for (const neighbour of "ac") expect(run.done(neighbour, 7, 4)).toEqual([]);
    expect(run.done("d", 7, 4)).toEqual(["done 7: 5 hops to b"]);
  });

  test("is not through before what was asked for with fewer hops: its answers may come later", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 2);
    run.lookedUp(7, []);
    run.query("b", 7, 5);
    for (const neighbour of "ac") expect(run.done(neighbour, 7, 4)).toEqual([]);
    expect(run.done("c", 7, 1)).toEqual([]);
    expect(run.done("b", 7, 1)).toEqual(["done 7: 2 hops to a", "done 7: 5 hops to b"]);
  });

  test("has its answers after the first asker was told Done, and not before: nobody draws away another's answers", () => {
    const run = new FindRun("abcd");
    run.query("a", 7, 2);
    run.lookedUp(7, []);
    run.query("b", 7, 5);
    expect(run.answer("c", 7, 8)).toEqual(["answer 7 of 8 to a"]);
    for (const neighbour of "bcd") run.done(neighbour, 7, 1);
    expect(run.answer("c", 7, 9)).toEqual(["answer 7 of 9 to b"]);
  });

  test("is asked once more after its asker went: who brings it is told when it is through", () => {
    const run = asked();
    run.left("a");
    expect(run.query("c", 7, 3)).toEqual([]);
    expect(run.lookedUp(7, [held(1)])).toEqual(["answer 7 of 0 to c"]);
    expect(run.done("b", 7, 2)).toEqual([]);
    expect(run.done("c", 7, 2)).toEqual(["done 7: 3 hops to c"]);
  });
});

describe("that there may be more is said", () => {
  test("where the hops end at a node with neighbours that have not brought the question", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 1);
    expect(run.lookedUp(7, [])).toEqual(["done 7: 1 hops to a, more"]);
  });

  test("and not where all neighbours have", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 1);
    for (const neighbour of "bc") run.query(neighbour, 7, 1);
    expect(run.lookedUp(7, [])).toEqual(["done 7: 1 hops to a"]);
  });

  test("when one who was asked has said so, of this round and no other", () => {
    const run = asked();
    run.lookedUp(7, []);
    run.done("b", 7, 2, 0, MORE);
    expect(run.done("c", 7, 2)).toEqual(["done 7: 3 hops to a, more"]);
    run.query("a", 7, 5);
    run.done("b", 7, 4, 0, 0xfe);
    expect(run.done("c", 7, 4)).toEqual(["done 7: 5 hops to a"]);
  });
});

describe("a Done", () => {
  test("for nothing that was asked, with another TTL, of another neighbour, or for the second time, does nothing", () => {
    const run = asked();
    run.lookedUp(7, []);
    run.done("b", 7, 2);
    for (const [from, id, ttlHops] of [
      ["c", 8, 2],
      ["c", 7, 3],
      ["c", 7, 0],
      ["c", 7, 255],
      ["a", 7, 2],
      ["b", 7, 2],
    ] as const)
      expect(run.done(from, id, ttlHops)).toEqual([]);
    expect(run.core.counters).toMatchObject({ donesHeard: 1, donesUnasked: 6 });
    expect(run.done("x", 7, 2)).toEqual([]);
    expect(run.core.counters.strangers).toBe(1);
  });

  test("under a forged query id does not stand for another question: as many are waited for as were asked", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 3, words("forged"));
    run.query("b", 7, 3, words("film"));
    for (let question = 0; question < 2; question++) run.lookedUp(7, []);
    for (const from of "bca") expect(run.done(from, 7, 2)).toEqual([]);
    expect(run.done("c", 7, 2)).toEqual(["done 7: 3 hops to a", "done 7: 3 hops to b"]);
  });

  test("is one of so many: more than we ask questions no honest neighbour says", () => {
    const run = new FindRun("ab", { queryFrameBurst: 20 });
    for (let frame = 0; frame < 20; frame++) expect(run.done("a", 7, 1)).toEqual([]);
    expect(run.done("a", 7, 1)).toEqual(["drop a: done-flood"]);
  });
});
