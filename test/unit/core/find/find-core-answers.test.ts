import { describe, expect, test } from "vitest";
import { FindRun, held, words } from "./find-run.ts";

/** A core whose neighbour `a` has asked question 7, so that `b` and `c` were asked. */
function asked(limits = {}): FindRun {
  const run = new FindRun("abc", limits);
  run.query("a", 7, 3);
  return run;
}

describe("an answer of another holder", () => {
  test("goes back to the neighbour that brought the question", () => {
    expect(asked().answer("b", 7)).toEqual(["answer 7 of 9 to a"]);
  });

  test("goes back as it came, words and all", () => {
    const run = new FindRun("ab");
    run.query("a", 7, 3, words("film"));
    run.answer("b", 7, 9, { videos: [held(5), held(6)] });
    expect(run.effects.list).toMatchObject([{ message: { record: { length: 100 }, videos: [held(5), held(6)] } }]);
  });

  test("to a question that nobody asked is dropped", () => {
    const run = asked();
    expect(run.answer("b", 8)).toEqual([]);
    expect(run.core.counters.unasked).toBe(1);
  });

  test("of a neighbour that was not asked this is dropped: of the asker itself, or of one that joined later", () => {
    const run = asked();
    run.joined("d");
    expect([run.answer("a", 7), run.answer("d", 7)]).toEqual([[], []]);
    expect(run.core.counters.unasked).toBe(2);
  });

  test("is dropped when the asker is gone", () => {
    const run = asked();
    run.left("a");
    expect(run.answer("b", 7)).toEqual([]);
    expect(run.core.counters.askerGone).toBe(1);
  });

  test("goes to another neighbour that brought the question, too, when the first is gone", () => {
    const run = asked();
    run.query("c", 7, 2);
    run.left("a");
    expect(run.answer("b", 7)).toEqual(["answer 7 of 9 to c"]);
  });

  test("that names another video than the one asked for is dropped", () => {
    const run = asked();
    expect(run.answer("b", 7, 9, { videos: [held(1), held(2)] })).toEqual([]);
    expect(run.core.counters.unfitting).toBe(1);
  });

  test("is passed on once, whoever brings it", () => {
    const run = asked();
    run.answer("b", 7);
    expect([run.answer("b", 7), run.answer("c", 7)]).toEqual([[], []]);
    expect(run.core.counters.repeated).toBe(2);
  });

  test("is not hidden by a forged one that differs in one byte, or in what it says of the video", () => {
    const run = asked({ answersPerHop: 100, maxAnswersPerQuery: 200 });
    for (let at = 0; at < 100; at++)
      expect(run.answer("b", 7, 9, { record: new Uint8Array(100).fill(9).with(at, 8) })).toHaveLength(1);
    for (const forged of [{ bytes: 1001 }, { bytes: 1000 + 2 ** 40 }, { heldChunks: 2 }, { title: "A film" }])
      expect(run.answer("c", 7, 9, { videos: [{ ...held(1), ...forged }] })).toHaveLength(1);
    expect(run.answer("c", 7)).toEqual(["answer 7 of 9 to a"]);
  });

  test("is dropped after its question is forgotten", () => {
    const run = asked({ queryMemoryMs: 1000 });
    run.query("a", 8, 1, words("other"), 1000);
    expect(run.answer("b", 7, 9, {}, 1001)).toEqual([]);
  });

  test("goes to everyone who asked under its query id, when somebody has forged", () => {
    const run = new FindRun("abc");
    run.query("a", 7, 3, words("forged"));
    run.query("b", 7, 3, words("film"));
    expect(run.answer("c", 7)).toEqual(["answer 7 of 9 to a", "answer 7 of 9 to b"]);
  });
});

describe("a liar", () => {
  test("fills only its own share of the answers to a query: so many for each hop with which it was asked", () => {
    const run = asked({ answersPerHop: 2 });
    for (let holder = 10; holder < 16; holder++) run.answer("b", 7, holder);
    expect(run.core.counters).toMatchObject({ relayed: 4, tooMany: 2 });
    expect(run.answer("c", 7, 20)).toEqual(["answer 7 of 20 to a"]);
  });

  test("with helpers fills no more than what is sent back of one query, or kept of it", () => {
    for (const [limits, counts] of [
      [{ answersPerHop: 2 }, { relayed: 6, answersLimited: 2 }],
      [
        { answersPerHop: 2, maxAnswersPerQuery: 5 },
        { relayed: 5, tooMany: 3 },
      ],
    ] as const) {
      const run = asked(limits);
      for (const [index, liar] of ["b", "c"].entries())
        for (let holder = 0; holder < 4; holder++) run.answer(liar, 7, 10 * (index + 1) + holder);
      expect(run.core.counters).toMatchObject(counts);
    }
  });

  test("that gives more answers to one query than an honest peer passes on is let go", () => {
    const run = asked({ answersPerHop: 1, maxAnswersPerQuery: 5 });
    for (let holder = 10; holder < 15; holder++)
      expect(run.answer("b", 7, holder)).not.toContain("drop b: answer-flood");
    expect(run.answer("b", 7, 15)).toEqual(["drop b: answer-flood"]);
    expect(run.answer("b", 7, 16)).toEqual([]);
  });

  test("that answers what nobody asked is let go after a while, and what comes late is not taken for that", () => {
    const run = asked({ unaskedAnswerBurst: 4, unaskedAnswersPerSecond: 1 });
    for (let late = 0; late < 60; late++) expect(run.answer("b", 99, late, {}, late * 1000)).toEqual([]);
    const flood = [1, 2, 3, 4, 5].map((holder) => run.answer("b", 99, holder, {}, 60_000));
    expect(flood).toEqual([[], [], [], [], ["drop b: answer-flood"]]);
  });

  test("does not make us send more to a neighbour than it has coming", () => {
    const run = new FindRun("ab", { answerBurstPerNeighbour: 2, answersPerSecondPerNeighbour: 1 });
    run.query("a", 7, 3);
    for (let holder = 10; holder < 14; holder++) run.answer("b", 7, holder);
    expect(run.core.counters).toMatchObject({ relayed: 2, answersLimited: 2 });
  });
});

describe("a neighbour that asks too much", () => {
  const limits = { reservedQueryBurst: 2, queryBurstPerNeighbour: 4, sharedQueryBurst: 8, queryFrameBurst: 20 };

  test("is passed over beyond its part, and others are not", () => {
    const run = new FindRun("abc", limits);
    for (let id = 1; id <= 10; id++) run.query("a", id, 3);
    expect(run.core.counters.rateLimited).toBe(4);
    for (let id = 11; id <= 16; id++) expect(run.query("b", id, 3)).not.toEqual([]);
  });

  test("with its friends takes all that is shared, and nothing of what is reserved for the others", () => {
    const run = new FindRun("abcd", limits);
    for (const [index, friend] of ["a", "b", "c"].entries())
      for (let id = 1; id <= 10; id++) run.query(friend, 20 * index + id, 3);
    expect(run.core.counters.rateLimited).toBe(3 * 10 - 8 - 3 * 2);
    expect([run.query("d", 91, 3), run.query("d", 92, 3)]).not.toContainEqual([]);
    expect(run.query("d", 93, 3)).toEqual(["done 93: 3 hops to d, more"]);
  });

  test("gets its part again with time", () => {
    const run = new FindRun("ab", limits);
    for (let id = 1; id <= 7; id++) run.query("a", id, 3);
    expect(run.query("a", 8, 3, words("later"), 1000)).not.toEqual([]);
  });

  test("does not hide its refused question from others who bring it", () => {
    const run = new FindRun("ab", limits);
    for (let id = 1; id <= 6; id++) run.query("a", id, 3);
    expect(run.query("a", 7, 3)).toEqual(["done 7: 3 hops to a, more"]);
    expect(run.query("b", 7, 3)).toEqual(["look up 7", "query 7: 2 hops to a"]);
  });

  test("is let go when it sends more frames than an honest one can, repeats included", () => {
    const run = new FindRun("ab", limits);
    for (let frame = 0; frame < 20; frame++) run.query("a", 1, 3);
    expect(run.query("a", 1, 3)).toEqual(["drop a: query-flood"]);
    expect(run.core.load.neighbours).toBe(1);
  });

  test("does not make us remember more than so many questions", () => {
    const run = new FindRun("ab", { maxQueriesRemembered: 5 });
    for (let id = 1; id <= 100; id++) run.query("a", id, 3);
    expect(run.core.load.questions).toBe(5);
  });
});

test("neighbours beyond the cap are let go", () => {
  const run = new FindRun("ab", { maxNeighbours: 2 });
  expect(run.joined("c")).toEqual(["drop c: full"]);
  expect(run.joined("a")).toEqual([]);
});
