import { describe, expect, test } from "vitest";
import { ORIGINAL } from "../../../../src/core/limits.ts";
import { ResponseQueue } from "../../../../src/core/peer/response-queue.ts";
import { addressOf } from "../../../../src/core/wire/address.ts";
import { local } from "../../support/addresses.ts";

const range = (length: number): number[] => Array.from({ length }, (_, id) => id);

/** How many leave for each port. */
function drain(queue: ResponseQueue, nowMs: number): Record<string, number> {
  const counts: Record<string, number> = {};
  queue.drain(nowMs, (client) => {
    const port = String(client % 65_536);
    counts[port] = (counts[port] ?? 0) + 1;
  });
  return counts;
}

describe("pacing", () => {
  test("the first 64 of a Get leave at once, then 16 a ms", () => {
    const queue = new ResponseQueue();
    queue.add(local(1), range(200), 0);
    expect(drain(queue, 0)).toEqual({ 1: 64 });
    expect(drain(queue, 0.9)).toEqual({});
    expect(drain(queue, 1)).toEqual({ 1: 16 });
    expect(drain(queue, 3)).toEqual({ 1: 32 });
    expect(queue.queued).toBe(200 - 64 - 48);
  });

  test("a pause of this process lets no more than 256 leave at once", () => {
    const queue = new ResponseQueue();
    queue.add(local(1), range(4000), 0);
    expect(drain(queue, 10_000)).toEqual({ 1: ORIGINAL.maxResponseCredit });
  });

  test("a wake is ordered while something waits, and none when nothing does", () => {
    const queue = new ResponseQueue();
    expect(queue.nextMs()).toBe(Infinity);
    queue.add(local(1), range(70), 500);
    drain(queue, 500);
    expect(queue.nextMs()).toBe(501);
    drain(queue, 501);
    expect(queue.nextMs()).toBe(Infinity);
  });

  test("time without anything waiting earns nothing", () => {
    const queue = new ResponseQueue();
    queue.add(local(1), range(10), 0);
    drain(queue, 0);
    queue.add(local(1), range(200), 60_000);
    expect(drain(queue, 60_000)).toEqual({ 1: 64 });
  });
});

describe("fairness", () => {
  test("a large Get of one client holds up no other", () => {
    const queue = new ResponseQueue();
    queue.add(local(1), range(4000), 0);
    drain(queue, 0);
    queue.add(local(2), range(3), 0);
    expect(drain(queue, 0)).toEqual({ 2: 3 });
  });

  test("each client has the same pace", () => {
    const queue = new ResponseQueue();
    for (const port of [1, 2, 3]) queue.add(local(port), range(1000 * port), 0);
    drain(queue, 0);
    expect(drain(queue, 5)).toEqual({ 1: 80, 2: 80, 3: 80 });
  });

  test("each client's are answered in the order asked, over all its Gets", () => {
    const queue = new ResponseQueue();
    const sent: number[] = [];
    queue.add(local(1), [9, 8, 7], 0);
    queue.add(local(1), [1, 9], 0);
    queue.drain(0, (_, id) => sent.push(id));
    expect(sent).toEqual([9, 8, 7, 1, 9]);
  });
});

describe("caps", () => {
  test("a client has at most 4096 waiting: the rest is dropped, and that is said", () => {
    const queue = new ResponseQueue();
    expect(queue.add(local(1), range(5000), 0)).toBe(5000 - 4096);
    expect(queue.add(local(1), [1], 0)).toBe(1);
    expect(queue.queued).toBe(4096);
  });

  test("all together have at most 65,536", () => {
    const queue = new ResponseQueue();
    let dropped = 0;
    for (let port = 1; port <= 20; port++) dropped += queue.add(local(port), range(4096), 0);
    expect(queue.queued).toBe(ORIGINAL.maxQueuedInAll);
    expect(dropped).toBe(4 * 4096);
  });

  test("at most 1024 clients are served at one time, and a place is free again when one is done", () => {
    const queue = new ResponseQueue();
    for (let n = 0; n < ORIGINAL.maxClientsServed; n++) queue.add(addressOf(0x0a000000 + n, 1), [1], 0);
    expect(queue.add(local(1), [1, 2], 0)).toBe(2);
    drain(queue, 0);
    expect(queue.add(local(1), [1, 2], 0)).toBe(0);
  });

  test("what has left makes room, over many thousands", () => {
    const queue = new ResponseQueue();
    let sent = 0;
    for (let nowMs = 0; nowMs < 1000; nowMs++) {
      queue.add(local(1), range(16), nowMs);
      queue.drain(nowMs, () => sent++);
    }
    expect(sent + queue.queued).toBe(16_000);
    expect(queue.queued).toBeLessThan(100);
  });
});
