import { describe, expect, test } from "vitest";
import { FindRun } from "./find-run.ts";

describe("a search", () => {
  test("asks all neighbours in rings of 1, 2, 4 and 8 hops, and ends when the widest was waited for", () => {
    const run = new FindRun("ab");
    const rings = [run.search(7, 4)];
    const times: number[] = [];
    for (let step = 0; step < 4; step++) {
      const { atMs, done } = run.wake();
      times.push(atMs);
      rings.push(done);
    }
    expect(rings).toEqual([
      ["query 7: 1 hops to a", "query 7: 1 hops to b"],
      ["query 7: 2 hops to a", "query 7: 2 hops to b"],
      ["query 7: 4 hops to a", "query 7: 4 hops to b"],
      ["query 7: 8 hops to a", "query 7: 8 hops to b"],
      ["ended 7: exhausted"],
    ]);
    // 250 ms a hop, as long as nothing was measured.
    expect(times).toEqual([250, 750, 1750, 3750]);
    expect(run.core.load.searches).toBe(0);
  });

  test("tells of each answer, with its record and who brought it", () => {
    const run = new FindRun("ab");
    run.search(7, 4);
    expect(run.answer("b", 7)).toEqual(["found 7 of 9 by b"]);
  });

  test("ends with enough different holders", () => {
    const run = new FindRun("a");
    run.search(7, 2);
    expect(run.holder(7, "x")).toEqual([]);
    expect(run.holder(7, "x")).toEqual([]);
    expect(run.holder(7, "y")).toEqual(["ended 7: enough"]);
    expect(run.holder(7, "z")).toEqual([]);
    expect(run.effects.wakeAtMs).toBe(Infinity);
  });

  test("goes one hop wider only when a quarter of what is enough was found, and the last ring has added to it", () => {
    const run = new FindRun("a");
    run.search(7, 4);
    run.wake();
    run.holder(7, "x", 300);
    expect(run.wake().done).toEqual(["query 7: 3 hops to a"]);
    run.holder(7, "y", 800);
    expect(run.wake().done).toEqual(["query 7: 4 hops to a"]);
    expect(run.wake().done).toEqual(["query 7: 8 hops to a"]);
  });

  test("that wants everyone doubles its ring, whatever was found", () => {
    const run = new FindRun("a");
    run.search(7, Infinity);
    run.wake();
    for (const holder of "qwertz") run.holder(7, holder, 300);
    expect(run.wake().done).toEqual(["query 7: 4 hops to a"]);
  });
});

describe("a search that goes on or ends", () => {
  test("that is stopped asks nobody any more; answers that come late are not taken for a flood", () => {
    const run = new FindRun("a", { unaskedAnswerBurst: 0 });
    run.search(7, 4);
    const queryId = new Uint8Array(16).fill(7);
    expect(run.input({ type: "stop-search", queryId })).toMatchObject([{ type: "search-ended", reason: "stopped" }]);
    expect(run.input({ type: "stop-search", queryId })).toEqual([]);
    expect(run.answer("a", 7)).toEqual([]);
    expect(run.core.counters.late).toBe(1);
  });

  test("passes its own question over when it comes back, whatever it says by then", () => {
    const run = new FindRun("ab");
    run.search(7, 4);
    expect(run.query("b", 7, 255)).toEqual(["done 7: 255 hops to b"]);
    run.input({ type: "stop-search", queryId: new Uint8Array(16).fill(7) });
    expect(run.query("b", 7, 255)).toEqual(["done 7: 255 hops to b"]);
  });

  test("is not forgotten while others ask so much that everything else is", () => {
    const run = new FindRun("ab", { maxQueriesRemembered: 3 });
    run.search(7, 4);
    for (let id = 20; id < 40; id++) run.query("b", id, 3);
    expect(run.answer("a", 7)).toEqual(["found 7 of 9 by a"]);
    expect(run.query("b", 7, 8)).toEqual(["done 7: 8 hops to b"]);
  });

  test("takes no more answers than its cap, and of one neighbour no more than its share", () => {
    const run = new FindRun("abc", { maxAnswersPerQuery: 5, answersPerHop: 3 });
    run.search(7, Infinity);
    for (const from of "abc")
      for (let holder = 0; holder < 4; holder++) run.answer(from, 7, holder + from.charCodeAt(0) * 2);
    expect(run.core.counters.found).toBe(5);
  });

  test("beyond so many at one time ends at once", () => {
    const run = new FindRun("a", { maxSearches: 1 });
    run.search(7, 4);
    expect(run.search(8, 4)).toEqual(["ended 8: stopped"]);
  });

  test("lasts no longer than its deadline, however late answers come", () => {
    const run = new FindRun("a", { questionEndMs: 3000 });
    run.search(7, Infinity);
    let nowMs = 0;
    for (; nowMs < 10_000 && run.core.load.searches > 0; nowMs += 50) {
      run.answer("a", 7, nowMs / 50, {}, nowMs);
      run.input({ type: "wake" }, nowMs);
    }
    expect(nowMs).toBe(3050);
  });
});

describe("without neighbours", () => {
  test("a search sends nothing, waits a second for a first one, and ends as alone", () => {
    const run = new FindRun("");
    expect(run.search(7, 4)).toEqual([]);
    expect(run.wake()).toEqual({ atMs: 1000, done: ["ended 7: alone"] });
  });

  test("the first one that joins is asked with the first ring", () => {
    const run = new FindRun("");
    run.search(7, 4);
    expect(run.joined("a", 400)).toEqual(["query 7: 1 hops to a"]);
    expect(run.wake()).toEqual({ atMs: 650, done: ["query 7: 2 hops to a"] });
  });

  test("a search whose neighbours have all gone ends as exhausted", () => {
    const run = new FindRun("a");
    run.search(7, 4);
    run.left("a");
    const done: string[] = [];
    for (let step = 0; step < 4; step++) done.push(...run.wake().done);
    expect(done).toEqual(["ended 7: exhausted"]);
  });
});

test("a neighbour that joins is asked with the ring of the moment, which is then waited for", () => {
  const run = new FindRun("a");
  run.search(7, 4);
  run.wake();
  expect(run.joined("b", 700)).toEqual(["query 7: 2 hops to b"]);
  expect(run.wake()).toEqual({ atMs: 1200, done: ["query 7: 4 hops to a", "query 7: 4 hops to b"] });
});

describe("how long a ring is waited for", () => {
  /** When the second, third, fourth ring and the end come, after a search in which neighbours took so long. */
  function ringTimes(answerMs: number): number[] {
    const run = new FindRun("a");
    for (let past = 0; past < 20; past++) {
      run.search(past + 10, 1, past * 1000);
      run.answer("a", past + 10, 9, {}, past * 1000 + answerMs);
      run.holder(past + 10, "x", past * 1000 + answerMs);
    }
    run.search(7, 4, 100_000);
    return [0, 1, 2, 3].map(() => run.wake().atMs - 100_000);
  }

  test("is 25 ms a hop among neighbours that answer at once, and a second for the widest", () => {
    expect(ringTimes(1)).toEqual([25, 75, 175, 1175]);
  });

  test("grows with the time that they take", () => {
    const times = ringTimes(240).map((ms) => Math.round(ms / 10) * 10);
    expect(times).toEqual([240, 730, 1690, 3630]);
  });

  test("is twice as long as the latest answer took", () => {
    const run = new FindRun("a");
    run.search(7, 4);
    run.answer("a", 7, 9, {}, 200);
    expect(run.effects.wakeAtMs).toBe(400);
  });
});
