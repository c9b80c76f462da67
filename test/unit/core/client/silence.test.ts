import { describe, expect, test } from "vitest";
import type { Address } from "../../../../src/core/wire/address.ts";
import { local } from "../../support/addresses.ts";
import { ClientRun, CONTACT, only, timesOf } from "../../support/client-run.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

describe("a silent holder", () => {
  test("is waited for 1 s, then asked again: five repeats, with growing waits", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(CONTACT, [1]);
    const deeds = run.until(60_000);
    expect(timesOf("get 1 of", deeds)).toEqual([1000, 3000, 5000, 7000, 9000]);
    expect(deeds.at(-1)).toEqual({ atMs: 11_000, text: "done, missing 1" });
  });

  test("is given up after two time-outs; after the first one, another that is known is asked for its chunks", () => {
    const run = new ClientRun(range(8));
    run.start();
    run.info(local(5002), range(8));
    run.info(local(5003), range(8));
    for (const id of [5, 6, 7, 8]) run.response(local(5003), id);
    const deeds = run.until(3100);
    expect(timesOf("holder-given-up 5002", deeds)).toEqual([3000]);
    const other = deeds.filter(({ text }) => text.startsWith("get") && text.endsWith("of 5003"));
    expect(other[0]).toEqual({ atMs: 1000, text: expect.stringMatching(/^get [1234](,[1234]){2,3} of/) as string });
  });

  test("costs a chunk at most six requests over all holders", () => {
    const run = new ClientRun([1]);
    run.start();
    for (const port of [5002, 5003, 5004]) run.info(local(port), [1]);
    const deeds = run.until(60_000);
    expect(1 + timesOf("get 1 of", deeds).length).toBeLessThanOrEqual(6);
    expect(deeds.at(-1)?.text).toBe("done, missing 1");
  });

  test("fails what only it holds when it has been silent for six time-outs: the client ends", () => {
    const run = new ClientRun(range(50));
    run.start();
    run.info(CONTACT, range(50));
    const last = run.until(60_000).at(-1);
    expect(last?.text).toBe(`done, missing ${range(50).join()}`);
    expect(last?.atMs).toBe(11_000);
  });

  test("is a holder again as soon as anything comes from it", () => {
    const run = new ClientRun([1, 2]);
    run.start();
    run.info(local(5002), [1]);
    run.info(local(5003), [2]);
    run.until(3500);
    expect(run.core.holders().map(({ givenUp }) => givenUp)).toEqual([true, true]);
    expect(run.info(local(5002), [1])).toContain("holder-back 5002");
    expect(run.response(local(5002), 1)).toEqual(["chunk 1 of 5002"]);
  });

  test("is searched for anew: its chunks lack a holder", () => {
    const run = new ClientRun([1]);
    run.start();
    run.info(CONTACT, [1]);
    expect(timesOf("hello", run.until(3500))).toEqual([3000]);
  });
});

describe("the time-out", () => {
  test("adapts to the holder: a fast one is asked again soon", () => {
    const run = new ClientRun(range(20));
    run.start();
    run.info(CONTACT, range(20));
    let next = [1, 2, 3, 4];
    for (let round = 0; round < 2; round++) {
      run.nowMs += 10;
      run.responses(CONTACT, next);
      next = range(20).slice(next.at(-1) as number, (next.at(-1) as number) + 8);
    }
    const askedAtMs = run.nowMs;
    const first = timesOf("get-repeated", run.until(askedAtMs + 2000))[0] as number;
    expect(first - askedAtMs).toBeGreaterThanOrEqual(30);
    expect(first - askedAtMs).toBeLessThanOrEqual(200);
  });

  test("counts from the holder's last Response: one that answers steadily is not late", () => {
    const run = new ClientRun(range(4));
    run.start();
    run.info(CONTACT, range(4));
    for (const id of [1, 2, 3, 4]) {
      run.nowMs += 900;
      expect(
        only(
          "get",
          run.until(run.nowMs).map(({ text }) => text),
        ),
      ).toEqual([]);
      run.response(CONTACT, id);
    }
    expect(run.core.finished).toBe(true);
  });
});

describe("a lost Get", () => {
  test("is seen when the Responses to eight later ones overtook it, long before any time-out", () => {
    const run = new ClientRun(range(13));
    run.start();
    run.info(CONTACT, range(13));
    run.nowMs = 10;
    run.responses(CONTACT, [1, 2, 3, 4]); // asks for 5 to 12
    run.nowMs = 25;
    const texts = run.responses(CONTACT, [6, 7, 8, 9, 10, 11, 12]); // seven came later than 5; asks for 13
    expect(only("get-repeated", texts)).toEqual([]);
    run.nowMs = 40;
    expect(only("get-repeated", run.response(CONTACT, 13))).toEqual(["get-repeated 5001 5"]);
  });
});

describe("the last late chunks", () => {
  /** Asked for 1 to 4, `slow` has sent the first after 40 ms; `fast` sent all of its own after 5. */
  const slowAndFast = (): { run: ClientRun; slow: Address; fast: Address } => {
    const [slow, fast] = [local(5002), local(5003)];
    const run = new ClientRun(range(8));
    run.start();
    run.info(slow, range(8));
    run.info(fast, range(8));
    run.nowMs = 5;
    run.responses(fast, [5, 6, 7, 8]);
    run.until(40);
    run.response(slow, 1);
    return { run, slow, fast };
  };

  test("are asked of a second holder that is known to be faster, not before 50 ms, and once", () => {
    const { run } = slowAndFast();
    const hedged = run.until(80).filter(({ text }) => text.startsWith("get 2"));
    expect(hedged.map(({ text }) => text)).toEqual(["get 2,3,4 of 5003"]);
    expect(hedged[0]?.atMs).toBeGreaterThanOrEqual(50);
  });

  test("come from whoever is first, and are kept once", () => {
    const { run, slow, fast } = slowAndFast();
    run.until(70);
    expect(run.response(fast, 2)).toEqual(["chunk 2 of 5003"]);
    expect(run.response(slow, 2)).toEqual([]);
    expect(run.core.counters.duplicates).toBe(1);
  });
});
