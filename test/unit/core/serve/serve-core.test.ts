import { describe, expect, test } from "vitest";
import { Effects } from "../../../../src/core/effects.ts";
import { NETWORK } from "../../../../src/core/limits.ts";
import { ServeCore } from "../../../../src/core/serve/serve-core.ts";
import type { ServeEffect, ServeInput } from "../../../../src/core/serve/serve-types.ts";

const MIB = 1_048_576;
const WHOLE = MIB + 11;

/** A core, what it wanted after each input in short words, and when it wants a wake. */
function serving(bytesPerSecond = 0): {
  core: ServeCore;
  effects: Effects<ServeEffect>;
  at: (nowMs: number, ...inputs: ServeInput[]) => string[];
} {
  const core = new ServeCore(bytesPerSecond, 0);
  const effects = new Effects<ServeEffect>();
  const at = (nowMs: number, ...inputs: ServeInput[]): string[] =>
    inputs.flatMap((input) => {
      effects.clear();
      core.handle(input, nowMs, effects);
      return effects.list.map((effect) =>
        effect.type === "drop"
          ? `drop ${effect.client} ${effect.reason}`
          : `${effect.type} ${effect.client}/${effect.request}`,
      );
    });
  return { core, effects, at };
}

const enter = (client: number, key = `peer ${client}`): ServeInput => ({ type: "client", client, key });
const get = (client: number, request: number, bytes = WHOLE, priority = 1): ServeInput => ({
  type: "get",
  client,
  request,
  bytes,
  priority,
});
const left = (client: number, bytes = WHOLE): ServeInput => ({ type: "left", client, bytes });
const cancel = (client: number, request: number): ServeInput => ({ type: "cancel", client, request });
const gone = (client: number): ServeInput => ({ type: "gone", client });
const wake: ServeInput = { type: "wake" };
const gets = (client: number, count: number, bytes = WHOLE): ServeInput[] =>
  Array.from({ length: count }, (_, request) => get(client, request, bytes));

describe("the order", () => {
  test("a Get is answered at once, and three whole chunks ahead of what has left", () => {
    const { at, core } = serving();
    expect(at(0, enter(1), ...gets(1, 5))).toEqual(["respond 1/0", "respond 1/1", "respond 1/2"]);
    expect(core.orderedBytes).toBe(3 * WHOLE);
    expect(at(1, left(1))).toEqual(["respond 1/3"]);
    expect(at(2, left(1), left(1))).toEqual(["respond 1/4"]);
    expect(core.queued).toBe(0);
  });

  test("within a peer the smaller priority goes first, over all its streams, then what was asked first", () => {
    const { at } = serving();
    at(0, enter(1, "one"), enter(2, "one"), ...gets(1, 3));
    at(0, get(1, 10, WHOLE, 2), get(2, 11, WHOLE, 1), get(1, 12, WHOLE, 1), get(2, 13, 16_384, 0));
    // The small one found room beside three large ones.
    expect(at(1, left(1))).toEqual(["respond 2/11"]);
    expect(at(1, left(2, 16_384), left(1), left(1))).toEqual(["respond 1/12", "respond 1/10"]);
  });

  test("a cancelled Get is not answered, and what is cancelled twice, unknown or under way is passed over", () => {
    const { at, core } = serving();
    at(0, enter(1), ...gets(1, 6));
    expect(at(0, cancel(1, 3), cancel(1, 3), cancel(1, 99), cancel(7, 3), cancel(1, 0))).toEqual([]);
    expect(core.counters.cancelled).toBe(1);
    expect(at(1, left(1), left(1), left(1))).toEqual(["respond 1/4", "respond 1/5"]);
  });

  test("what was cancelled makes room for nothing: the others keep their turns", () => {
    const { at, effects } = serving(MIB);
    at(0, enter(1), enter(2), ...gets(1, 3), ...gets(2, 3));
    at(0, cancel(2, 0), cancel(2, 1), cancel(2, 2));
    expect(effects.wakeAtMs).toBeGreaterThan(900);
    expect(at(1100, wake)).toEqual(["respond 1/1"]);
  });
});

describe("the bounds", () => {
  test("slow peers do not take all: 24 MiB are for them together, and whoever has nothing gets the rest", () => {
    const { at, core } = serving();
    for (let client = 0; client < 8; client++) at(0, enter(client), ...gets(client, 10));
    expect(core.orderedBytes).toBeLessThanOrEqual(NETWORK.maxOrderedBytes - NETWORK.reservedOrderedBytes);
    expect(at(0, enter(8), ...gets(8, 2))).toEqual(["respond 8/0"]);
    for (let client = 10; client < 40; client++) at(0, enter(client), ...gets(client, 2));
    expect(core.orderedBytes).toBeLessThanOrEqual(NETWORK.maxOrderedBytes);
    expect(core.orderedBytes).toBeGreaterThan(NETWORK.maxOrderedBytes - 2 * WHOLE);
  });

  test("256 Gets wait on one stream; more are refused, and after 1024 refusals in a row the stream is ended", () => {
    const { at, core } = serving(1000);
    at(0, enter(1), get(1, 9999));
    expect(at(0, ...gets(1, 257))).toEqual(["refuse 1/256"]);
    const more = Array.from({ length: 1023 }, () => get(1, 5000));
    expect(new Set(at(0, ...more))).toEqual(new Set(["refuse 1/5000"]));
    expect(at(0, get(1, 5000), get(1, 5001), gone(1))).toEqual(["drop 1 flood"]);
    expect([core.queued, core.orderedBytes]).toEqual([0, 0]);
    expect(core.counters).toMatchObject({ refused: 1024, flood: 1, orders: 1 });
  });

  test("an answer forgives refusals", () => {
    const { at } = serving();
    at(0, enter(1), ...gets(1, 3 + 256), ...Array.from({ length: 1024 }, () => get(1, 5000)));
    expect(at(0, left(1))).toEqual(["respond 1/3"]);
    expect(at(0, get(1, 5000), get(1, 5001))).toEqual(["refuse 1/5001"]);
  });

  test("a request's number that is in use already is refused, and the first one answered", () => {
    const { at } = serving();
    at(0, enter(1), ...gets(1, 4));
    expect(at(0, get(1, 3), left(1))).toEqual(["refuse 1/3", "respond 1/3"]);
  });

  test("when 16,384 Gets wait, a stream may still have one", () => {
    const { at, core } = serving(1);
    for (let client = 0; client < 65; client++) at(0, enter(client), ...gets(client, 256));
    expect(core.queued).toBeLessThanOrEqual(NETWORK.maxQueuedGets + 65);
    expect(at(0, enter(100), get(100, 1), get(100, 2))).toEqual(["refuse 100/2"]);
  });

  test("1024 streams are served; the next is ended, and a place that comes free is taken", () => {
    const { at } = serving();
    for (let client = 0; client < NETWORK.maxServedClients; client++) at(0, enter(client));
    expect(at(0, enter(5000))).toEqual(["drop 5000 full"]);
    expect(at(0, gone(3), enter(5001), get(5001, 1, 20))).toEqual(["respond 5001/1"]);
  });
});

describe("clients that go", () => {
  test("free what was ordered and what waited for them", () => {
    const { at, core } = serving();
    at(0, enter(1), ...gets(1, 10));
    expect(at(0, gone(1), left(1), get(1, 50), cancel(1, 5))).toEqual([]);
    expect([core.queued, core.orderedBytes]).toEqual([0, 0]);
  });

  test("make room for another stream of the same peer", () => {
    const { at } = serving();
    at(0, enter(1, "one"), enter(2, "one"), ...gets(1, 3), get(2, 7));
    expect(at(0, gone(1))).toEqual(["respond 2/7"]);
  });

  test("whoever has taken nothing for a minute is ended; any bytes that leave begin it anew", () => {
    const { at, effects } = serving();
    at(0, enter(1), ...gets(1, 5));
    expect(effects.wakeAtMs).toBe(60_000);
    expect(at(59_000, left(1))).toEqual(["respond 1/3"]);
    expect(effects.wakeAtMs).toBe(119_000);
    expect(at(118_999, wake)).toEqual([]);
    expect(at(119_000, wake)).toEqual(["drop 1 stuck"]);
    expect(effects.wakeAtMs).toBe(Infinity);
  });

  test("when the bytes for all are ordered and somebody waits, 20 s without any are enough, and what was held is given", () => {
    const { at, core } = serving();
    for (let client = 0; client < 40; client++) at(0, enter(client), ...gets(client, 2));
    expect(at(10_000, ...[0, 1].map((client) => left(client, 100)))).toEqual([]);
    const effects = at(20_000, wake);
    // Clients 0 and 1 moved; some others are ended, and those who waited get their bytes.
    expect(effects.filter((effect) => effect.startsWith("drop"))).not.toContain("drop 0 stuck");
    expect(core.counters.stuck).toBeGreaterThan(0);
    expect(effects.filter((effect) => effect.startsWith("respond")).length).toBeGreaterThan(0);
  });
});

describe("the upload limit", () => {
  test("one Response at once, then as fast as the limit says, with one wake for the next", () => {
    const { at, effects } = serving(WHOLE);
    expect(at(0, enter(1), ...gets(1, 3))).toEqual(["respond 1/0"]);
    // What is left of the first burst is the difference between the largest Response and these.
    const early = (1000 * (NETWORK.maxResponseBytes + NETWORK.maxFetchFrameBytes - WHOLE)) / WHOLE;
    expect(effects.wakeAtMs).toBeCloseTo(1000 - early, 3);
    expect(at(effects.wakeAtMs - 1, wake)).toEqual([]);
    expect(at(1000, wake)).toEqual(["respond 1/1"]);
  });

  test("can be changed and lifted while Gets wait", () => {
    const { at, effects } = serving(1000);
    at(0, enter(1), ...gets(1, 4));
    // In 18 minutes the next may go; the one that has not left is looked at before.
    expect(effects.wakeAtMs).toBe(NETWORK.stuckClientMs);
    expect(at(10, { type: "upload-limit", bytesPerSecond: 0 })).toEqual(["respond 1/1", "respond 1/2"]);
  });
});
