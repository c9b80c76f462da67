import { describe, expect, test } from "vitest";
import { local } from "../../support/addresses.ts";
import { ClientRun, CONTACT, only, timesOf } from "../../support/client-run.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

describe("Hello", () => {
  test("goes to the contact peer at once, with the wanted ids in their order", () => {
    expect(new ClientRun([5, 3, 9]).start()).toEqual(["hello 5,3,9"]);
  });

  test("is sent again every second, five in all, and after 5 s what nobody holds is missing", () => {
    const run = new ClientRun([1, 2]);
    const deeds = [...run.start().map((text) => ({ atMs: 0, text })), ...run.until(60_000)];
    expect(timesOf("hello", deeds)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(deeds.slice(-4)).toEqual([
      { atMs: 5000, text: "chunk-failed 1" },
      { atMs: 5000, text: "chunk-failed 2" },
      { atMs: 5000, text: "search-over 2" },
      { atMs: 5000, text: "done, missing 1,2" },
    ]);
  });

  test("is not sent again once every id in it has a holder", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    run.info(local(5002), [1]);
    expect(
      only(
        "hello",
        run.until(1500).map(({ text }) => text),
      ),
    ).toEqual(["hello 1,2"]);
    run.info(local(5003), [2]);
    expect(
      only(
        "hello",
        run.until(2500).map(({ text }) => text),
      ),
    ).toEqual([]);
  });

  test("lists at most 500 ids; only lists with an id that lacks a holder are sent again", () => {
    const run = new ClientRun(range(1100));
    expect(run.start().map((text) => text.split(",").length)).toEqual([500, 500, 100]);
    run.info(local(5002), range(500));
    run.info(local(5002), range(1100).slice(500, 1000));
    const again = run.until(1000).filter(({ text }) => text.startsWith("hello"));
    expect(again.map(({ text }) => text.split(",").length)).toEqual([100]);
  });

  test("lists at most 498 ids in the report's dialect", () => {
    expect(new ClientRun(range(600), { dialect: "report" }).start().map((text) => text.split(",").length)).toEqual([
      498, 102,
    ]);
  });
});

describe("the end of the search", () => {
  test("comes as soon as every wanted id has a holder: nothing waits for 5 s of silence", () => {
    const run = new ClientRun([1]);
    run.start();
    run.nowMs = 30;
    expect(run.info(CONTACT, [1])).toEqual(["holder-found 5001", "get 1 of 5001"]);
    run.nowMs = 31;
    expect(run.response(CONTACT, 1)).toEqual(["chunk 1 of 5001", "done, missing "]);
    expect(run.core.finished).toBe(true);
  });

  test("fails only what has no holder; the rest is fetched on", () => {
    const run = new ClientRun([1, 4]);
    run.start();
    run.until(4900);
    expect(run.info(CONTACT, [1])).toEqual(["holder-found 5001", "get 1 of 5001"]);
    expect(run.until(5000).map(({ text }) => text)).toEqual(["chunk-failed 4", "search-over 1"]);
    run.nowMs = 5001;
    expect(run.response(CONTACT, 1)).toEqual(["chunk 1 of 5001", "done, missing 4"]);
  });

  test("client 2 of the contract's example: 1, 3, 5, 9 arrive, 4 is missing after 5 s", () => {
    const run = new ClientRun([1, 3, 4, 5, 9]);
    run.start();
    const holdings = { 5001: [5], 5002: [1], 5003: [3], 5005: [9] };
    for (const [port, ids] of Object.entries(holdings)) {
      run.info(local(Number(port)), ids);
      for (const id of ids) run.response(local(Number(port)), id);
    }
    expect(run.core.missing).toEqual([4]);
    const last = run.until(10_000).at(-1);
    expect(last).toEqual({ atMs: 5000, text: "done, missing 4" });
  });
});

test("after the end nothing is done any more", () => {
  const run = new ClientRun([1]);
  run.start();
  run.info(CONTACT, [1]);
  run.response(CONTACT, 1);
  expect(run.info(CONTACT, [1])).toEqual([]);
  expect(run.response(CONTACT, 1)).toEqual([]);
  expect(run.until(100_000)).toEqual([]);
});

test("nothing wanted is done at once", () => {
  expect(new ClientRun([]).start()).toEqual(["done, missing "]);
});
