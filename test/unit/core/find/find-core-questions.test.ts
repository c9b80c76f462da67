import { describe, expect, test } from "vitest";
import { FindRun, held, video, words } from "./find-run.ts";

describe("a question of a neighbour", () => {
  test("is looked up, and sent on to all others with one hop less", () => {
    const run = new FindRun("abc");
    expect(run.query("a", 7, 3)).toEqual(["look up 7", "query 7: 2 hops to b", "query 7: 2 hops to c"]);
  });

  test("with one hop is looked up and not sent on", () => {
    expect(new FindRun("ab").query("a", 7, 1)).toEqual(["look up 7"]);
  });

  test("with no hop left is passed over", () => {
    const run = new FindRun("ab");
    expect(run.query("a", 7, 0)).toEqual([]);
    expect(run.core.counters.spent).toBe(1);
  });

  test.for([8, 9, 255])("with %i hops goes on with 7", (ttlHops) => {
    expect(new FindRun("ab").query("a", 7, ttlHops)).toEqual(["look up 7", "query 7: 7 hops to b"]);
  });

  test("is passed over when it comes again with as many hops, from anybody", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 3);
    expect(run.query("a", 7, 3)).toEqual([]);
    expect(run.query("b", 7, 2)).toEqual(["done 7: 2 hops to b"]);
    expect(run.core.counters.duplicates).toBe(2);
  });

  test("is sent on again, and not looked up again, when it comes with more hops", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 2);
    expect(run.query("b", 7, 5)).toEqual(["query 7: 4 hops to a", "query 7: 4 hops to c"]);
  });

  test("is not sent to a neighbour that has sent it itself with so many hops that it would do nothing", () => {
    const run = new FindRun("abcd");
    run.query("a", 7, 3);
    run.query("b", 7, 3);
    run.query("c", 7, 2);
    // To send on 5 - 1 = 4 hops would leave c and d 3: more than c had.
    expect(run.query("a", 7, 5)).toEqual(["query 7: 4 hops to c", "query 7: 4 hops to d"]);
    expect(run.core.counters.forwardsSaved).toBe(1);
  });

  test("of a peer that is no neighbour is passed over", () => {
    const run = new FindRun("a");
    expect(run.query("x", 7, 3)).toEqual([]);
    expect(run.core.counters.strangers).toBe(1);
  });

  test("does not hide another one under the same query id", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 3, words("forged"));
    expect(run.query("b", 7, 3)).toEqual(["look up 7", "query 7: 2 hops to a", "query 7: 2 hops to c"]);
  });

  test("is one of eight under a query id at most", () => {
    const run = new FindRun("ab");
    for (let number = 0; number < 8; number++) expect(run.query("a", 7, 3, words(`w${number}`))).not.toEqual([]);
    expect(run.query("b", 7, 3)).toEqual(["done 7: 3 hops to b, more"]);
    expect(run.core.counters.forged).toBe(1);
  });
});

describe("an answer of this node", () => {
  test("goes to the neighbour that brought the question first", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 3);
    run.query("b", 7, 4);
    expect(run.lookedUp(7, [held(1)])).toEqual(["answer 7 of 0 to a"]);
  });

  test("is not given when nothing is held", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 3);
    expect(run.lookedUp(7, [])).toEqual([]);
  });

  test("is given once, however often the library answers", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 3);
    run.lookedUp(7, [held(1)]);
    expect(run.lookedUp(7, [held(1)])).toEqual([]);
  });

  test("names 16 videos at most", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 3, words("film"));
    run.lookedUp(7, new Array(20).fill(held(1)));
    expect(run.effects.list).toMatchObject([{ message: { videos: new Array(16).fill(held(1)) } }]);
  });

  test("is dropped when the neighbour that asked is gone, also when it has come back on another stream", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 3);
    run.left("a");
    run.joined("a");
    expect(run.lookedUp(7, [held(1)])).toEqual([]);
    expect(run.core.counters.askerGone).toBe(1);
  });

  test("is given to whoever brings the question with more hops after the first asker has gone", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 2);
    run.lookedUp(7, [held(1)]);
    run.left("a");
    expect(run.query("b", 7, 4)).toEqual(["look up 7", "query 7: 3 hops to c"]);
    expect(run.lookedUp(7, [held(1)])).toEqual(["answer 7 of 0 to b"]);
  });

  test("finds its question among two under one query id", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 1, video(2));
    run.query("b", 7, 1, video(1));
    expect(run.lookedUp(7, [held(1)])).toEqual(["answer 7 of 0 to b", "done 7: 1 hops to b, more"]);
    expect(run.lookedUp(7, [])).toEqual(["done 7: 1 hops to a, more"]);
    expect(run.core.load.lookUps).toBe(0);
  });
});

describe("look-ups under way", () => {
  test("are so many at most, and for one neighbour a part of them", () => {
    const run = new FindRun("abc", { maxLookUps: 3, maxLookUpsPerNeighbour: 2 });
    const looked = [run.query("a", 1, 1), run.query("a", 2, 1), run.query("a", 3, 1)];
    expect(looked).toEqual([["look up 1"], ["look up 2"], ["done 3: 1 hops to a, more"]]);
    expect([run.query("b", 4, 1), run.query("b", 5, 1)]).toEqual([["look up 4"], ["done 5: 1 hops to b, more"]]);
    run.lookedUp(1, []);
    expect(run.query("c", 6, 1)).toEqual(["look up 6"]);
    expect(run.core.counters.lookUpsRefused).toBe(2);
  });

  test("that there was no room for are made up for when the question comes with more hops", () => {
    const run = new FindRun("a", { maxLookUps: 1 });
    run.query("a", 1, 1);
    expect(run.query("a", 2, 1)).toEqual(["done 2: 1 hops to a, more"]);
    run.lookedUp(1, []);
    expect(run.query("a", 2, 2)).toEqual(["look up 2"]);
  });

  test("are over when their question is forgotten, also when the library never answered", () => {
    const run = new FindRun("a", { queryMemoryMs: 1000 });
    run.query("a", 1, 1);
    run.query("a", 2, 1, video(1), 1000);
    expect(run.core.load).toMatchObject({ lookUps: 1, questions: 1 });
    expect(run.lookedUp(1, [held(1)], 1001)).toEqual([]);
  });
});
