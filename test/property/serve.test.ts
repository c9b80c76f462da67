import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Effects } from "../../src/core/effects.ts";
import type { ServeCore } from "../../src/core/serve/serve-core.ts";
import type { ServeEffect, ServeInput } from "../../src/core/serve/serve-types.ts";
import { Random } from "./support/random.ts";
import { SEED } from "./support/seed.ts";
import { ServeOracle, type Serving } from "./support/serve-oracle.ts";

const MIB = 1_048_576;
const CLIENTS = 8;
const client = fc.nat(CLIENTS - 1);
const request = fc.nat(400);
const bytes = fc.oneof(fc.constant(MIB + 11), fc.integer({ min: 11, max: 70_000 }), fc.constant(11));

/** One thing that happens to a ServeCore. Clients 0 to 7 belong to four peers. */
type Step = readonly [name: string, act: (oracle: ServeOracle) => void];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(client, request, bytes, fc.nat(3))
      .map(([c, r, b, p]): Step => [`get(${c}, ${r}, ${b}, ${p})`, (o) => o.get(c, r, b, p)]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(client, bytes, fc.nat(5)).map(
      ([c, b, n]): Step => [
        `burst(${c}, ${b}, ${n})`,
        (o) => {
          for (let index = 0; index < 80; index++) o.get(c, 1000 * (n + 1) + index, b);
        },
      ],
    ),
  },
  { weight: 6, arbitrary: client.map((c): Step => [`leave(${c})`, (o) => void o.leave(c)]) },
  {
    weight: 4,
    arbitrary: fc.tuple(client, request).map(([c, r]): Step => [`cancel(${c}, ${r})`, (o) => o.cancel(c, r)]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(client, fc.nat(9)).map(
      ([c, n]): Step => [
        `cancelAny(${c}, ${n})`,
        (o) => {
          const waiting = o.waitingAt(c);
          const one = waiting[n % Math.max(1, waiting.length)];
          if (one !== undefined) o.cancel(c, one);
        },
      ],
    ),
  },
  { weight: 4, arbitrary: fc.nat(2000).map((ms): Step => [`wait(${ms})`, (o) => o.wait(ms)]) },
  { weight: 1, arbitrary: fc.constant<Step>(["wait(21000)", (o) => o.wait(21_000)]) },
  { weight: 1, arbitrary: client.map((c): Step => [`gone(${c})`, (o) => o.gone(c)]) },
  {
    weight: 2,
    arbitrary: client.map(
      (c): Step => [
        `open(${c})`,
        (o) => {
          if (!o.clients.includes(c)) o.open(c, `peer ${c % 4}`);
        },
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 20_000, 5_000_000).map((b): Step => [`limit(${b})`, (o) => o.limit(b)]),
  },
);

/** Whatever happens, and then everything leaves. */
function anything(plant?: (core: ServeCore) => Serving): void {
  const list = fc.array(steps, { minLength: 20, maxLength: 200, size: "max" });
  const property = fc.property(list, fc.constantFrom(0, 300_000, 50_000_000), (all, limit) => {
    const oracle = new ServeOracle(limit, plant);
    const done: string[] = [];
    for (let index = 0; index < CLIENTS; index++) oracle.open(index, `peer ${index % 4}`);
    try {
      for (const [name, act] of all) {
        done.push(name);
        act(oracle);
      }
      done.push("finish()");
      oracle.finish();
    } catch (error) {
      throw new Error(`${(error as Error).message} after ${done.join(" ")}`, { cause: error });
    }
  });
  const { errorInstance } = fc.check(property, {
    numRuns: plant === undefined ? 400 : 8000,
    seed: SEED,
    endOnFailure: plant !== undefined,
  });
  if (errorInstance !== null) throw errorInstance;
}

/**
 * A line that takes so many bytes a second, in the order of the orders, while `ask` is called before each Response.
 * @returns the bytes of each peer
 */
function onALine(oracle: ServeOracle, responses: number, ask: () => void): Map<string, number> {
  const before = new Map(oracle.bytesOf);
  let next = oracle.orders.length;
  for (let count = 0; count < responses; count++) {
    ask();
    while (oracle.orders.length <= next) oracle.wait(oracle.wakeAtMs - oracle.nowMs);
    const order = oracle.orders[next++] as { client: number; bytes: number };
    oracle.wait(order.bytes / 10_000);
    oracle.leave(order.client);
  }
  return new Map([...oracle.bytesOf].map(([key, total]) => [key, total - (before.get(key) ?? 0)]));
}

/** Keeps so many Gets waiting at each client. */
function keepAsking(oracle: ServeOracle, depths: readonly number[], size: (client: number) => number): () => void {
  let requests = 0;
  return () => {
    for (const [index, depth] of depths.entries())
      while (oracle.waitingAt(index).length < depth) oracle.get(index, requests++, size(index));
  };
}

/** One client asks 64 times as much as the other, at an upload limit that is far below what both would take. */
function shares(plant?: (core: ServeCore) => Serving): void {
  const oracle = new ServeOracle(5_000_000, plant);
  oracle.open(0, "greedy");
  oracle.open(1, "modest");
  const got = onALine(
    oracle,
    400,
    keepAsking(oracle, [64, 1], () => MIB),
  );
  const [greedy = 0, modest = 0] = [got.get("greedy"), got.get("modest")];
  if (Math.abs(greedy - modest) > 6 * MIB) throw new Error(`shares of ${greedy} and ${modest} bytes`);
}

describe("a ServeCore", () => {
  test("whatever happens, orders each Get once, in order, within every bound, and forgets none", () => anything());

  test("gives two clients a half each, though one asks 64 times as much", () => shares());

  test("gives peers equal shares whatever the sizes of what they ask, and no more to several streams of one", () => {
    const random = new Random(SEED);
    const oracle = new ServeOracle(2_000_000);
    oracle.open(0, "large");
    oracle.open(1, "small");
    for (let index = 2; index < 6; index++) oracle.open(index, "many streams");
    const size = (index: number): number =>
      index === 0 ? MIB : index === 1 ? random.between(11, 40_000) : random.between(11, MIB);
    const ask = keepAsking(oracle, [3, 200, 4, 4, 4, 4], size);
    onALine(oracle, 50, ask);
    const got = onALine(oracle, 6000, ask);
    const all = [...got.values()];
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(5 * MIB);
    expect(Math.min(...all)).toBeGreaterThan(10 * MIB);
  });

  test("answers an urgent Get after one Response of the others at most, even if 20 peers have megabytes waiting", () => {
    const oracle = new ServeOracle(1_000_000);
    for (let index = 0; index < 21; index++) oracle.open(index, `peer ${index}`);
    const ask = keepAsking(
      oracle,
      Array.from({ length: 20 }, () => 20),
      () => MIB,
    );
    onALine(oracle, 30, ask);
    ask();
    const before = oracle.orders.length;
    oracle.get(20, 1_000_000, 16_384, 0);
    oracle.wait(1200);
    const at = oracle.orders.findIndex((order) => order.client === 20);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at - before).toBeLessThanOrEqual(1);
  });

  test("keeps to the upload limit on average, late wakes included", () => {
    const oracle = new ServeOracle(20_000_000);
    oracle.open(0, "one");
    const ask = keepAsking(oracle, [100], () => 300_000);
    const random = new Random(SEED);
    const fromMs = oracle.nowMs;
    while (oracle.nowMs < fromMs + 60_000) {
      ask();
      while (oracle.leave(0));
      oracle.wait(random.between(1, 30));
    }
    const rate = ((oracle.bytesOf.get("one") as number) * 1000) / (oracle.nowMs - fromMs);
    expect(rate).toBeGreaterThan(0.97 * 20_000_000);
    expect(rate).toBeLessThan(1.01 * 20_000_000 + MIB);
  });
});

/** A core whose effects pass through a filter. */
const withEffects =
  (change: (effects: ServeEffect[], input: ServeInput) => ServeEffect[]): ((core: ServeCore) => Serving) =>
  (core) => ({
    handle: (input: ServeInput, nowMs: number, effects: Effects<ServeEffect>) => {
      core.handle(input, nowMs, effects);
      effects.list.splice(0, effects.list.length, ...change([...effects.list], input));
    },
  });

/** A core whose inputs pass through a filter. */
const withInputs =
  (change: (input: ServeInput) => ServeInput): ((core: ServeCore) => Serving) =>
  (core) => ({ handle: (input, nowMs, effects) => core.handle(change(input), nowMs, effects) });

/** Something is done for one of so many. */
const oneOf = (times: number): (() => boolean) => {
  let count = 0;
  return () => count++ % times === times - 1;
};

const BUGS: [string, () => (core: ServeCore) => Serving, RegExp][] = [
  [
    "an order that is given twice",
    () => withEffects((list) => list.flatMap((one): ServeEffect[] => (one.type === "respond" ? [one, one] : [one]))),
    /which does not wait/,
  ],
  [
    "an order that is lost",
    () => {
      const isNow = oneOf(20);
      return withEffects((list) => list.filter((one) => one.type !== "respond" || !isNow()));
    },
    /wait, nothing is under way|is not answered|more urgent/,
  ],
  [
    "a cancel that is not heard",
    () => withInputs((input) => (input.type === "cancel" ? { type: "wake" } : input)),
    /which does not wait/,
  ],
  [
    "a priority that is not heard",
    () => withInputs((input) => (input.type === "get" ? { ...input, priority: 1 } : input)),
    /more urgent/,
  ],
  [
    "a client that is thought to have taken what it has not",
    () => withInputs((input) => (input.type === "left" ? { ...input, bytes: 3 * input.bytes } : input)),
    /bytes ordered for/,
  ],
  [
    "Gets counted for half their bytes, in an upload limit",
    () => withInputs((input) => (input.type === "get" ? { ...input, bytes: Math.ceil(input.bytes / 2) } : input)),
    /above the upload limit|bytes ordered/,
  ],
  [
    "a Get that is refused with room for it",
    () => {
      const isNow = oneOf(30);
      return withEffects((list, input) =>
        input.type === "get" && isNow()
          ? [...list, { type: "refuse", client: input.client, request: input.request }]
          : list,
      );
    },
    /refused with room/,
  ],
  [
    "a cap on waiting Gets that is not kept",
    () => withEffects((list) => list.filter((one) => one.type !== "refuse")),
    /Gets wait at client/,
  ],
];

describe("the checks see", () => {
  test.each(BUGS)("%s", (_, plant, expected) => {
    expect(() => anything(plant())).toThrow(expected);
  });

  test("shares by Gets instead of peers", () => {
    expect(() => shares(asCrowd)).toThrow(/shares of/);
  });
});

/** Client 0 is 64 peers by turns. */
function asCrowd(core: ServeCore): Serving {
  for (let index = 0; index < 64; index++)
    core.handle({ type: "client", client: 1000 + index, key: `one of many ${index}` }, 1000, new Effects());
  let left = 0;
  const ordered: number[] = [];
  return {
    handle: (input, nowMs, effects) => {
      if (input.type === "get" && input.client === 0)
        core.handle({ ...input, client: 1000 + (input.request % 64) }, nowMs, effects);
      else if (input.type === "left" && input.client === 0)
        core.handle({ ...input, client: ordered[left++] as number }, nowMs, effects);
      else core.handle(input, nowMs, effects);
      for (const [index, effect] of effects.list.entries()) {
        if (effect.client < 1000) continue;
        ordered.push(effect.client);
        effects.list[index] = { ...effect, client: 0 };
      }
    },
  };
}
