import { describe, expect, test } from "vitest";
import { local } from "../../support/addresses.ts";
import { ClientRun, CONTACT, only } from "../../support/client-run.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

describe("a Response", () => {
  test("is kept once; a second one is counted", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    run.info(CONTACT, [1, 2]);
    expect(run.response(CONTACT, 1)).toEqual(["chunk 1 of 5001"]);
    expect(run.response(CONTACT, 1)).toEqual([]);
    expect(run.core.counters.unexpected).toBe(1);
  });

  test("from somebody who was not asked is not kept", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(CONTACT, [1]);
    expect(run.response(local(5009), 1)).toEqual([]);
    expect(run.core.missing).toEqual([1]);
  });

  test("with an id that was not asked of this holder is not kept", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    run.info(local(5002), [1]);
    run.info(local(5003), [2]);
    expect(run.response(local(5002), 2)).toEqual([]);
    expect(run.response(local(5002), 7)).toEqual([]);
    expect(run.core.missing).toEqual([1, 2]);
  });

  test("that comes after its time-out is still welcome", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(CONTACT, [1]);
    expect(run.until(1200).map(({ text }) => text)).toContain("get 1 of 5001");
    expect(run.response(CONTACT, 1)).toEqual(["chunk 1 of 5001", "done, missing "]);
  });

  test("may be empty", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(CONTACT, [1]);
    expect(run.response(CONTACT, 1, 0)).toEqual(["chunk 1 of 5001", "done, missing "]);
  });

  test("names the place in the wanted order, where the joined file has it", () => {
    const run = new ClientRun([9, 5]);
    run.start();
    run.info(CONTACT, [5, 9]);
    expect(run.response(CONTACT, 5)).toEqual(["chunk 5 of 5001"]);
    expect(run.core.missing).toEqual([9]);
  });
});

describe("the report's dialect", () => {
  test("has one id at a time in flight per holder", () => {
    const run = new ClientRun([1, 2, 3], { dialect: "report" });
    run.start();
    expect(only("get", run.info(local(5002), [1, 2, 3]))).toEqual(["get 1 of 5002"]);
    expect(only("get", run.info(local(5003), [1, 2, 3]))).toEqual(["get 2 of 5003"]);
    expect(run.reportResponse(local(5002), 1)).toEqual(["chunk 1 of 5002", "get 3 of 5002"]);
  });

  test("a Response carries the number in its name if that is in flight there", () => {
    const run = new ClientRun([1, 2, 3, 4]);
    run.start();
    run.info(CONTACT, [1, 2, 3, 4]);
    expect(only("chunk", run.reportResponse(CONTACT, 3))).toEqual(["chunk 3 of 5001"]);
  });

  test("else the one id in flight", () => {
    const run = new ClientRun([5], { dialect: "report" });
    run.start();
    run.info(CONTACT, [5]);
    expect(only("chunk", run.reportResponse(CONTACT, undefined))).toEqual(["chunk 5 of 5001"]);
  });

  test("else none: of several in flight it cannot be told which one it is", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    run.info(CONTACT, [1, 2]);
    expect(run.reportResponse(CONTACT, undefined)).toEqual([]);
    expect(run.reportResponse(CONTACT, 99)).toEqual([]);
    expect(run.reportResponse(local(5009), 1)).toEqual([]);
  });

  test("a holder that speaks it is asked for one at a time from then on, whatever we send", () => {
    const run = new ClientRun(range(20));
    run.start();
    run.info(CONTACT, range(20));
    const gets = [1, 2, 3, 4].flatMap((id) => only("get", run.reportResponse(CONTACT, id)));
    expect(gets).toEqual(["get 5 of 5001"]);
  });

  test("his peer lists everything that it holds: only the wanted is asked for", () => {
    const run = new ClientRun([2], { dialect: "report" });
    run.start();
    expect(only("get", run.info(CONTACT, [1, 2, 3]))).toEqual(["get 2 of 5001"]);
  });
});

test("what a client did not ask for is counted, and never answered", () => {
  const run = new ClientRun([1]);
  run.start();
  for (const message of [
    { type: "hello", ids: [1] },
    { type: "get", ids: [1] },
    { type: "query", client: CONTACT, ttlHops: 3, ids: [1] },
  ] as const)
    expect(run.input({ type: "datagram", from: CONTACT, message })).toEqual([]);
  expect(run.core.counters.unexpected).toBe(3);
});

test("an empty ChunkInfo makes nobody a holder", () => {
  const run = new ClientRun([1]);
  run.start();
  expect(run.info(CONTACT, [])).toEqual([]);
  expect(run.core.holders()).toEqual([]);
});

test("at most 1024 holders are kept", () => {
  const run = new ClientRun([1, 2]);
  run.start();
  for (let port = 1; port <= 1100; port++) run.info(local(port), [2]);
  expect(run.core.holders()).toHaveLength(1024);
});
