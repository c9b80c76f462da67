import { describe, expect, test } from "vitest";
import { addressOf } from "../../../../src/core/wire/address.ts";
import { at, local } from "../../support/addresses.ts";
import { ClientRun, CONTACT, only } from "../../support/client-run.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

describe("Get", () => {
  test("is sent as soon as a holder is known", () => {
    const run = new ClientRun([1, 2, 3]);
    run.start();
    run.nowMs = 7;
    expect(run.info(local(5002), [2])).toEqual(["holder-found 5002", "get 2 of 5002"]);
  });

  test("is never sent for what a peer did not advertise, or what is not wanted", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    expect(only("get", run.info(local(5002), [2, 7, 8, 65_535]))).toEqual(["get 2 of 5002"]);
    expect(only("get", run.info(local(5003), [9]))).toEqual([]);
  });

  test("is not sent twice for a chunk in flight, however often it is advertised", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(local(5002), [1, 1]);
    expect(run.info(local(5002), [1])).toEqual([]);
    expect(only("get", run.info(local(5003), [1]))).toEqual([]);
    expect(
      only(
        "get",
        run.until(900).map(({ text }) => text),
      ),
    ).toEqual([]);
  });

  test("asks at most 4 chunks of a holder at first, so that the first to answer does not get everything", () => {
    const run = new ClientRun(range(100));
    run.start();
    expect(only("get", run.info(local(5002), range(100)))).toEqual(["get 1,2,3,4 of 5002"]);
    expect(only("get", run.info(local(5003), range(100)))).toEqual(["get 5,6,7,8 of 5003"]);
  });

  test("asks for more with every answer: the window doubles a round trip at first", () => {
    const run = new ClientRun(range(100));
    run.start();
    run.info(local(5002), range(100));
    run.nowMs = 5;
    expect(only("get", run.responses(local(5002), [1, 2, 3, 4]))).toEqual(["get 5,6,7,8,9,10,11,12 of 5002"]);
  });
});

describe("how much is asked for", () => {
  test("lists at most 32 ids a Get, so that a lost one costs no more than that", () => {
    const run = new ClientRun(range(2000));
    run.start();
    const holder = local(5002);
    run.info(holder, range(500));
    const gets: string[] = [];
    let asked = [1, 2, 3, 4];
    for (let round = 0; round < 5; round++) {
      run.nowMs += 5;
      gets.push(...only("get", run.responses(holder, asked)));
      asked = range(500).slice(asked.at(-1) as number, (asked.at(-1) as number) + asked.length * 2);
    }
    expect(Math.max(...gets.map((text) => text.split(",").length))).toBe(32);
  });

  test("is never sent to where nobody can be, or in public", () => {
    const run = new ClientRun([1]);
    run.start();
    for (const nobody of [addressOf(0x7f000001, 0), at("0.0.0.0:1"), at("224.0.0.1:1"), at("8.8.8.8:5001")])
      expect(run.info(nobody, [1])).toEqual([]);
    expect(run.core.counters.unexpected).toBe(4);
    const open = new ClientRun([1], { allowPublic: true });
    open.start();
    expect(only("get", open.info(at("8.8.8.8:5001"), [1]))).toHaveLength(1);
  });

  test("leaves no more in flight over all holders than the receive buffer can take", () => {
    const run = new ClientRun(range(100), { receiveBufferBytes: 10 * 2432 });
    run.start();
    const gets = [5002, 5003, 5004, 5005].flatMap((port) => only("get", run.info(local(port), range(100))));
    expect(
      gets
        .join()
        .match(/\d+(?=[, ])/g)
        ?.filter((id) => Number(id) <= 100),
    ).toHaveLength(10);
  });

  test("goes on with one chunk at a time where the buffer has no room at all", () => {
    const run = new ClientRun([1, 2], { receiveBufferBytes: 0 });
    run.start();
    expect(only("get", run.info(CONTACT, [1, 2]))).toEqual(["get 1 of 5001"]);
    expect(run.response(CONTACT, 1)).toEqual(["chunk 1 of 5001", "get 2 of 5001"]);
  });
});

describe("which chunk", () => {
  test("what fewest hold comes first, so that nobody waits at the end for one", () => {
    const run = new ClientRun(range(8), { receiveBufferBytes: 0 });
    run.start();
    run.info(local(5002), [1]); // keeps the one place busy
    run.info(local(5003), [2, 3, 4]);
    run.info(local(5004), [2, 3]);
    run.info(local(5005), [2]);
    expect(only("get", run.response(local(5002), 1))).toEqual(["get 4 of 5003"]);
  });

  test("in sequence where they are consumed in order", () => {
    const run = new ClientRun([9, 1, 5], { order: "sequence", receiveBufferBytes: 0 });
    run.start();
    run.info(local(5002), [1, 5, 9]);
    expect(run.response(local(5002), 9)).toEqual(["chunk 9 of 5002", "get 1 of 5002"]);
  });

  test("in sequence, one that was lost comes before later ones: everything behind it waits for it", () => {
    const run = new ClientRun(range(60), { order: "sequence" });
    run.start();
    run.info(CONTACT, range(60));
    run.nowMs = 10;
    run.responses(CONTACT, [1, 2, 3, 4]);
    run.nowMs = 25;
    run.responses(CONTACT, [6, 7, 8, 9, 10, 11, 12]); // 5 was lost; asks for 13 and later
    run.nowMs = 40;
    expect(only("get", run.responses(CONTACT, [13, 14, 15, 16, 17, 18, 19, 20]))[0]).toMatch(/^get 5,/);
  });

  test("nothing from the limit of a slow reader on, until it moves", () => {
    const run = new ClientRun(range(4));
    run.input({ type: "limit", place: 2 });
    run.start();
    expect(only("get", run.info(CONTACT, range(4)))).toEqual(["get 1,2 of 5001"]);
    expect(only("get", run.input({ type: "limit", place: 3 }))).toEqual(["get 3 of 5001"]);
    expect(only("get", run.input({ type: "limit", place: Infinity }))).toEqual(["get 4 of 5001"]);
  });

  test("each holder gets its share: all are asked at the same time", () => {
    const run = new ClientRun(range(40));
    run.start();
    for (const port of [5002, 5003, 5004, 5005]) run.info(local(port), range(40));
    expect(run.core.holders().map(({ requests }) => requests)).toEqual([4, 4, 4, 4]);
  });
});
