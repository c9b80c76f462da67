import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../../src/core/limits.ts";
import { FetchBench, type Get, gets, mib, of } from "./support/fetch-bench.ts";

/** Answers everything that is wanted, and what is wanted then, until nothing is. Chunks are written and kept. */
function finish(bench: FetchBench, first: readonly Get[]): number {
  const queue = [...first];
  let completions = 0;
  for (let get = queue.shift(); get !== undefined; get = queue.shift()) {
    const effects = bench.answer(get);
    const isWhole = get.firstLeaf === 0 && get.leaves >= 64;
    const whole = effects.flatMap((effect) => (effect.type === "assembled" ? [effect.chunk] : []));
    for (const chunk of isWhole ? [get.chunk] : whole)
      effects.push(...bench.tell({ type: "written", chunk }), ...bench.tell({ type: "kept", chunk }));
    completions += of(effects, "complete").length;
    queue.push(...gets(effects));
  }
  return completions;
}

describe("from one holder", () => {
  test("one small request is in flight until its first bytes verify, then several larger ones", () => {
    const bench = new FetchBench(mib(100));
    const [first, ...more] = gets(bench.holder(1));
    expect(more).toEqual([]);
    expect(first).toMatchObject({ leaves: 4, priority: 2 });
    bench.nowMs = 20;
    expect(gets(bench.arrive(first as Get))).toEqual([]);
    const next = gets(bench.verify(first as Get));
    expect(next.length).toBeGreaterThanOrEqual(2);
    expect(next.some(({ leaves }) => leaves >= 16)).toBe(true);
  });

  test("that has proven itself otherwise is asked for more than one at once", () => {
    const bench = new FetchBench(mib(100));
    expect(gets(bench.holder(1))).toHaveLength(1);
    expect(gets(bench.tell({ type: "proven", holder: 1 })).length).toBeGreaterThanOrEqual(1);
    expect(bench.tell({ type: "proven", holder: 2 })).toEqual([]);
  });

  test("everything comes, and complete is told once, when the last chunk is kept", () => {
    const bench = new FetchBench(mib(9) + 12_345);
    expect(finish(bench, gets(bench.holder(1)))).toBe(1);
    expect(bench.core.missing()).toEqual([]);
    expect(bench.core.memoryBytes).toBe(0);
    expect(bench.core.counters.receivedBytes).toBe(bench.geometry.bytes);
    expect(bench.core.counters.wastedBytes).toBe(0);
  });

  test("a video of one leaf is asked for as what it is", () => {
    const bench = new FetchBench(1000);
    expect(gets(bench.holder(1))).toMatchObject([{ chunk: 0, firstLeaf: 0, leaves: 1 }]);
  });

  test("chunks that are held are not asked for; when all are, it is complete at once", () => {
    const some = new FetchBench(mib(3), { held: (chunk) => chunk !== 1 });
    expect(gets(some.holder(1)).map(({ chunk }) => chunk)).toEqual([1]);
    const all = new FetchBench(mib(3), { held: () => true });
    expect(of(all.tell({ type: "wake" }), "complete")).toHaveLength(1);
    expect(all.tell({ type: "wake" })).toEqual([]);
  });

  test("a chunk that is lost is asked for again", () => {
    const bench = new FetchBench(mib(2), { held: () => true });
    bench.holder(1);
    expect(gets(bench.tell({ type: "lost", chunk: 1 }))).toMatchObject([{ chunk: 1 }]);
  });
});

describe("memory", () => {
  test("chunks that are never written hold it back at the memory it was given", () => {
    const bench = new FetchBench(mib(100), { memoryBytes: mib(4) });
    const queue = gets(bench.holder(1));
    const asked = new Set<number>();
    for (let get = queue.shift(); get !== undefined; get = queue.shift()) {
      asked.add(get.chunk);
      queue.push(...gets(bench.answer(get)));
    }
    expect(asked.size).toBe(3);
    expect(bench.core.memoryBytes).toBe(mib(3));
    const [chunk] = asked;
    expect(gets(bench.tell({ type: "written", chunk: chunk as number })).length).toBeGreaterThan(0);
  });

  test("what has come and is not written holds new requests back, whatever memory there is", () => {
    const bench = new FetchBench(mib(100), { memoryBytes: mib(64) });
    const queue = gets(bench.holder(1));
    const asked: number[] = [];
    for (let get = queue.shift(); get !== undefined; get = queue.shift()) {
      asked.push(get.chunk);
      queue.push(...gets(bench.answer(get)));
    }
    const bound = NETWORK.maxUnwrittenBytes / mib(1);
    expect(asked.length).toBeGreaterThanOrEqual(bound);
    // And what was in flight when that much had come.
    expect(asked.length).toBeLessThan(3 * bound);
    const written = asked.slice(0, -2).flatMap((chunk) => gets(bench.tell({ type: "written", chunk })));
    expect(written.length).toBeGreaterThan(0);
  });

  test("what waits to be written counts as in flight: as it is written, more is asked for one by one and not in bursts", () => {
    const bench = new FetchBench(mib(400), { memoryBytes: mib(64) });
    const queue = gets(bench.holder(1));
    const arrived: Get[] = [];
    const most: number[] = [];
    // A holder as fast as memory, and a thread that writes one chunk for each that comes once six wait.
    for (let turn = 0; turn < 200; turn++) {
      const get = queue.shift() as Get;
      bench.nowMs += get.leaves / 64;
      queue.push(...gets(bench.arrive(get)), ...gets(bench.verify(get)));
      if (get.leaves < 64) continue;
      arrived.push(get);
      if (arrived.length < 6) continue;
      const asked = gets(bench.tell({ type: "written", chunk: (arrived.shift() as Get).chunk }));
      queue.push(...asked);
      if (turn > 100) most.push(asked.length);
      expect(queue.length).toBeGreaterThan(0);
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(2);
  });

  test("a chunk in slices is put together once; one in a single request is not", () => {
    const bench = new FetchBench(mib(1));
    const effects = bench.answerAll(gets(bench.holder(1)));
    expect(of(effects, "assembled")).toEqual([{ type: "assembled", chunk: 0 }]);
  });
});

describe("several holders", () => {
  test("share the slices of a chunk while they are new, and what is rare comes first", () => {
    const bench = new FetchBench(mib(50));
    const chunks = Array.from({ length: 50 }, (_, index) => index);
    bench.tell({ type: "want-all", wanted: false });
    bench.holder(1, chunks);
    bench.holder(
      2,
      chunks.filter((chunk) => chunk !== 17),
    );
    const [one, two] = gets(bench.tell({ type: "want-all", wanted: true }));
    expect([one, two].map((get) => get?.holder).sort()).toEqual([1, 2]);
    expect([one, two].find((get) => get?.holder === 1)?.chunk).toBe(17);
  });

  test("what one that is gone owed is asked of another at once", () => {
    const bench = new FetchBench(mib(1));
    const [first] = gets(bench.holder(1));
    bench.answerAll(gets(bench.holder(2)));
    const effects = bench.tell({ type: "gone", holder: 1 });
    expect(gets(effects)).toMatchObject([{ holder: 2, firstLeaf: first?.firstLeaf }]);
    expect(bench.core.counters.gone).toBe(1);
  });

  test("one that sends wrong bytes is dropped at once, and what it owes is asked of others", () => {
    const bench = new FetchBench(mib(1));
    const [first] = gets(bench.holder(1));
    bench.answerAll(gets(bench.holder(2)));
    bench.arrive(first as Get);
    const effects = bench.tell({ type: "wrong", holder: 1, request: (first as Get).request });
    expect(of(effects, "drop")).toEqual([{ type: "drop", holder: 1, reason: "wrong-bytes" }]);
    expect(gets(effects)).toMatchObject([{ holder: 2, firstLeaf: first?.firstLeaf }]);
    expect(gets(bench.tell({ type: "holds", holder: 1, firstChunk: 0, bitmap: new Uint8Array([1]) }))).toEqual([]);
  });

  test("what a silent one owes is asked of another within a second", () => {
    const bench = new FetchBench(mib(1));
    const [first] = gets(bench.holder(1));
    bench.answerAll(gets(bench.holder(2)));
    expect(gets(bench.wait(1000))[0]).toMatchObject({ holder: 2, firstLeaf: first?.firstLeaf });
  });

  test("one that stops in the middle is given up when others answer, and never while nobody does", () => {
    const bench = new FetchBench(mib(1));
    const [first] = gets(bench.holder(1));
    const { holder, request } = first as Get;
    bench.tell({ type: "begins", holder, request });
    bench.tell({ type: "comes", holder, request, bytes: 20_000 });
    expect(of(bench.wait(20 * NETWORK.silentHolderMs), "drop")).toEqual([]);
    expect(bench.core.holders()).toMatchObject([{ stalled: true }]);
    bench.tell({ type: "comes", holder, request, bytes: 30_000 });
    expect(bench.core.holders()).toMatchObject([{ stalled: false }]);
    bench.answerAll(gets(bench.holder(2)));
    bench.answerAll(gets(bench.wait(1000)));
    expect(bench.core.requestsUnderWay).toBe(1);
    expect(of(bench.wait(2 * NETWORK.silentHolderMs), "drop")).toEqual([{ type: "drop", holder: 1, reason: "silent" }]);
  });
});

describe("a holder", () => {
  test("that does not have what it announced is asked for other things, and dropped after several", () => {
    const bench = new FetchBench(mib(40));
    let [get] = gets(bench.holder(1));
    const chunks = new Set<number>();
    let effects: ReturnType<FetchBench["tell"]> = [];
    for (let lie = 0; lie < NETWORK.maxNotHeld; lie++) {
      chunks.add((get as Get).chunk);
      effects = bench.tell({ type: "refused", status: "not-held", holder: 1, request: (get as Get).request });
      [get] = gets(effects);
    }
    expect(chunks.size).toBe(NETWORK.maxNotHeld);
    expect(of(effects, "drop")).toEqual([{ type: "drop", holder: 1, reason: "lied" }]);
  });

  test("that is too busy is left alone, longer each time", () => {
    const bench = new FetchBench(mib(40));
    let [get] = gets(bench.holder(1));
    const rests: number[] = [];
    for (let time = 0; time < 4; time++) {
      const refusedAtMs = bench.nowMs;
      expect(
        gets(bench.tell({ type: "refused", status: "refused", holder: 1, request: (get as Get).request })),
      ).toEqual([]);
      bench.nowMs = bench.wakeAtMs;
      [get] = gets(bench.tell({ type: "wake" }));
      rests.push(bench.nowMs - refusedAtMs);
    }
    expect(rests).toEqual([250, 500, 1000, 2000]);
  });

  test("inputs about holders and requests that nobody knows change nothing", () => {
    const bench = new FetchBench(mib(4));
    const [get] = gets(bench.holder(1));
    for (const type of ["begins", "arrived", "verified", "wrong"] as const) {
      expect(bench.tell({ type, holder: 9, request: 1 })).toEqual([]);
      expect(bench.tell({ type, holder: 1, request: 99 })).toEqual([]);
    }
    expect(bench.tell({ type: "comes", holder: 9, request: (get as Get).request, bytes: 5 })).toEqual([]);
    for (const chunk of [-1, 4, 1.5, Number.NaN]) {
      expect(bench.tell({ type: "written", chunk })).toEqual([]);
      expect(bench.tell({ type: "kept", chunk })).toEqual([]);
      expect(bench.tell({ type: "lost", chunk })).toEqual([]);
    }
    bench.tell({ type: "holds", holder: 1, firstChunk: 1_000_000, bitmap: new Uint8Array(9).fill(255) });
    expect(bench.core.holders()).toMatchObject([{ heldChunks: 4 }]);
    expect(bench.core.counters.late).toBe(9);
  });
});

describe("readers", () => {
  test("only what they read is asked for when not all is wanted, the first 64 KiB first and urgent", () => {
    const bench = new FetchBench(mib(200), { wantAll: false });
    expect(gets(bench.holder(1))).toEqual([]);
    const position = mib(50) + 70_000;
    const reader = { type: "reader", reader: 1, position, end: bench.geometry.bytes, bytesPerSecond: 500_000 } as const;
    const [first] = gets(bench.tell(reader));
    expect(first).toMatchObject({ chunk: 50, firstLeaf: 4, leaves: 4, priority: 0 });
    const next = gets(bench.answer(first as Get));
    expect(next[0]).toMatchObject({ chunk: 50, firstLeaf: 8, priority: 0 });
  });

  test("a jump cancels what only the old position wanted and is not on its way, and asks for the new one in the same turn", () => {
    const bench = new FetchBench(mib(200), { wantAll: false });
    bench.holder(1);
    const at = (position: number) =>
      ({ type: "reader", reader: 1, position, end: bench.geometry.bytes, bytesPerSecond: 500_000 }) as const;
    const [first] = gets(bench.tell(at(0)));
    const old = gets(bench.answer(first as Get));
    const effects = bench.tell(at(mib(100)));
    const cancelled = of(effects, "cancel").map((effect) => (effect as { request: number }).request);
    expect(cancelled).toEqual(old.slice(1).map(({ request }) => request));
    expect(gets(effects)[0]).toMatchObject({ chunk: 100, firstLeaf: 0, leaves: 4, priority: 0 });
  });

  test("of two readers the one that can do without comes second, wherever it was first", () => {
    const bench = new FetchBench(mib(200), { wantAll: false });
    bench.holder(1);
    const at = (reader: number, position: number, slackMs: number) =>
      ({ type: "reader", reader, position, end: position + mib(8), bytesPerSecond: 500_000, slackMs }) as const;
    const seen = gets(bench.tell(at(1, mib(10), 5000)));
    seen.push(...gets(bench.tell(at(2, mib(100), 0))));
    // The holder is new: the first is answered before there is a second.
    for (let turn = 0; turn < 12; turn++) seen.push(...gets(bench.answer(seen[turn] as Get)));
    expect(seen[0]).toMatchObject({ chunk: 10, priority: 1 });
    expect(seen[1]).toMatchObject({ chunk: 100, firstLeaf: 0, priority: 0 });
    const urgent = seen.filter(({ priority }) => priority === 0);
    expect(urgent.length).toBeGreaterThan(4);
    expect(urgent.every(({ chunk }) => chunk >= 100)).toBe(true);
  });

  test("when the last reader has left and not all is wanted, nothing is asked, and what has come is kept for the next one", () => {
    const bench = new FetchBench(mib(200), { wantAll: false });
    bench.holder(1);
    const [first] = gets(
      bench.tell({ type: "reader", reader: 1, position: 0, end: bench.geometry.bytes, bytesPerSecond: 0 }),
    );
    bench.answer(first as Get);
    const effects = bench.tell({ type: "reader-left", reader: 1 });
    expect(of(effects, "discard")).toEqual([]);
    expect(gets(effects)).toEqual([]);
    // One is on its way: its bytes come anyway.
    expect(bench.core.requestsUnderWay).toBe(1);
    expect(bench.core.verifiedUntil(0)).toBe(65_536);
    expect(bench.core.memoryBytes).toBe(mib(1));
    const again = gets(bench.tell({ type: "reader", reader: 2, position: 0, end: 200_000, bytesPerSecond: 0 }));
    expect(again.map(({ chunk, firstLeaf }) => [chunk, firstLeaf])).not.toContainEqual([0, 0]);
  });

  test("complete is told when all that readers want is kept", () => {
    const bench = new FetchBench(mib(200), { wantAll: false });
    const reader = { type: "reader", reader: 1, position: mib(3), end: mib(4), bytesPerSecond: 0 } as const;
    expect(of(bench.tell(reader), "complete")).toEqual([]);
    expect(of(bench.tell({ type: "kept", chunk: 3 }), "complete")).toHaveLength(1);
  });
});

test("what holders were asked for before it began is asked of just those, and says nothing of how fast they are", () => {
  const bench = new FetchBench(mib(200), { wantAll: false });
  const all = new Uint8Array(25).fill(255);
  for (const holder of [1, 2, 3]) {
    bench.tell({ type: "holder", holder, roundTripMs: 10, early: [1, 0][holder - 1] });
    bench.tell({ type: "holds", holder, firstChunk: 0, bitmap: all });
  }
  const reader = { type: "reader", reader: 1, position: 0, end: mib(1), bytesPerSecond: 500_000 } as const;
  const first = gets(bench.tell(reader));
  const wanted = (one: Get[]): unknown[] => one.map(({ holder, firstLeaf, leaves }) => [holder, firstLeaf, leaves]);
  expect(wanted(first)).toEqual([
    [2, 0, 4],
    [1, 4, 4],
    [3, 8, 4],
  ]);
  bench.nowMs = 1;
  const early = first.filter(({ holder }) => holder !== 3);
  const next = early.flatMap((get) => gets([...bench.arrive(get), ...bench.verify(get)]));
  expect(next.map(({ holder }) => holder)).toEqual(expect.arrayContaining([1, 2]));
  for (const { bytesPerSecond, roundTripMs, receivedBytes } of bench.core.holders().slice(0, 2))
    expect({ bytesPerSecond, roundTripMs, receivedBytes }).toEqual({
      ...{ bytesPerSecond: 0, roundTripMs: 10, receivedBytes: 65_536 },
    });
});

test("what was asked for as bulk and has been passed over ever since is asked for anew when it is needed", () => {
  const bench = new FetchBench(mib(4));
  const [bulk] = gets(bench.holder(1, [0]));
  expect(bulk).toMatchObject({ chunk: 0, firstLeaf: 0, priority: 2 });
  bench.nowMs = 100;
  const reader = { type: "reader", reader: 1, position: 0, end: mib(4), bytesPerSecond: 500_000 } as const;
  bench.tell(reader);
  expect(gets(bench.wait(300))).toEqual([]);
  const anew = bench.wait(500);
  expect(of(anew, "cancel")).toMatchObject([{ request: bulk?.request }]);
  expect(gets(anew)[0]).toMatchObject({ chunk: 0, firstLeaf: 0, priority: 0 });
});
