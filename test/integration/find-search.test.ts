import { describe, expect } from "vitest";
import { acceptAll, connect, type Fish, heldVideo, searchAll } from "./support/fish.ts";
import { type Shoal, test } from "./support/shoal.ts";
import { until } from "./support/waiting.ts";

const FILM = heldVideo(7, "The slow river");
const OTHER = heldVideo(9, "A quick river");

/** Nodes in a line, each knowing its neighbours only; the last one holds the film. */
async function line(shoal: Shoal, count: number): Promise<Fish[]> {
  const fishes: Fish[] = [];
  for (let at = 0; at < count; at++) {
    const fish = await shoal.fish({ videos: at === count - 1 ? [FILM] : [], name: `fish ${at}` });
    acceptAll(fish);
    const before = fishes.at(-1);
    if (before !== undefined) await connect(before, fish);
    fishes.push(fish);
  }
  return fishes;
}

describe("finding among real nodes on loopback", () => {
  test("one hop away, by words and by id, with the holder's signed addresses", async ({ shoal }) => {
    const [asker, holder] = [await shoal.fish(), await shoal.fish({ videos: [FILM, OTHER] })];
    for (const fish of [asker, holder]) acceptAll(fish);
    await connect(asker, holder);
    const byWords = await searchAll(asker, { kind: "words", words: "river" }, 1);
    expect(byWords).toHaveLength(1);
    expect(byWords[0]?.record.peer).toBe(holder.peer);
    expect(byWords[0]?.videos).toEqual([FILM, OTHER]);
    expect(byWords[0]?.record.addresses).toEqual(
      holder.engine.addresses().map((address) => address.replace(/\/p2p\/.*/, "")),
    );
    const byId = await searchAll(asker, { kind: "video", id: OTHER.id }, 1);
    expect(byId.map(({ videos }) => videos)).toEqual([[OTHER]]);
  });

  test("both ways over one stream, whoever opened it", async ({ shoal }) => {
    const [left, right] = [await shoal.fish({ videos: [FILM] }), await shoal.fish({ videos: [OTHER] })];
    for (const fish of [left, right]) acceptAll(fish);
    await Promise.all([connect(left, right), connect(right, left)]);
    const isOne = (fish: Fish): boolean =>
      fish.engine.libp2p
        .getConnections()
        .flatMap(({ streams }) => streams)
        .filter(({ protocol }) => protocol === "/cardume/find/1").length === 1;
    await until("one find stream is left of two", () => isOne(left) && isOne(right));
    expect(await searchAll(left, { kind: "video", id: OTHER.id }, 1)).toHaveLength(1);
    expect(await searchAll(right, { kind: "video", id: FILM.id }, 1)).toHaveLength(1);
    expect(left.counts.size + right.counts.size).toBe(0);
  });

  test("over four hops in a line, and the answer comes back along it", async ({ shoal }) => {
    const fishes = await line(shoal, 5);
    const [asker, next, , , holder] = fishes as [Fish, Fish, Fish, Fish, Fish];
    const found = await searchAll(asker, { kind: "video", id: FILM.id }, 1);
    expect(found.map(({ record, from }) => [record.peer, from])).toEqual([[holder.peer, next.peer]]);
    expect(asker.engine.libp2p.getPeers().map(String)).toEqual([next.peer]);
  });
});

describe("a search among real nodes", () => {
  test("ends within a second with one neighbour, whether what is wanted is there or not: all have answered", async ({
    shoal,
  }) => {
    const [asker, holder] = [await shoal.fish(), await shoal.fish({ videos: [FILM] })];
    for (const fish of [asker, holder]) acceptAll(fish);
    await connect(asker, holder);
    for (const [words, found] of [
      ["river", 1],
      ["nothing of the kind", 0],
      ["nothing else", 0],
    ] as const) {
      const startedAtMs = performance.now();
      expect(await searchAll(asker, { kind: "words", words }, Infinity)).toHaveLength(found);
      expect(performance.now() - startedAtMs).toBeLessThan(1000);
    }
    expect(asker.find.counters).toMatchObject({ ringsTimedOut: 0, donesHeard: 3, donesUnasked: 0 });
  });

  test("says that nobody has it when all have been asked", async ({ shoal }) => {
    const [asker] = (await line(shoal, 3)) as [Fish];
    const reasons: string[] = [];
    const ended = (reason: string): void => void reasons.push(reason);
    const search = asker.find.search({ kind: "words", words: "nothing of the kind" }, { enough: 1, ended });
    expect(await search.next()).toEqual({ done: true, value: undefined });
    expect(reasons).toEqual(["exhausted"]);
    expect(asker.find.counters.ringsTimedOut).toBe(0);
  });

  test("stops when told, and when nobody listens any more", async ({ shoal }) => {
    const [asker] = (await line(shoal, 2)) as [Fish];
    const stopping = new AbortController();
    const search = asker.find.search({ kind: "words", words: "no such" }, { enough: 1, signal: stopping.signal });
    const next = search.next();
    stopping.abort();
    expect((await next).done).toBe(true);
    for await (const _ of asker.find.search({ kind: "video", id: FILM.id }, { enough: 9 })) break;
    expect(asker.find.load.searches).toBe(0);
  });
});
