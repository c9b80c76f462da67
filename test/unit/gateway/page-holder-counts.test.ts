import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PAGE } from "../../../src/core/limits.ts";
import { HolderCounts } from "../../../src/gateway/page-holder-counts.ts";
import type { Library } from "../../../src/store/library.ts";
import { foundVideo, ScriptedNode } from "./scripted-node.ts";

const idOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

function stage(): { readonly counts: HolderCounts; readonly node: ScriptedNode } {
  const node = new ScriptedNode({} as Library);
  return { node, counts: new HolderCounts(node, Date.now) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("how many hold a video", () => {
  test("is at once what the node knows anyway, and nothing where it knows of nobody", () => {
    const { counts, node } = stage();
    node.known.set(Buffer.from(idOf(1)).toString("hex"), ["ana", "bruno"]);
    expect(counts.of(idOf(1))).toEqual({ holders: 2, isMore: false });
    expect(counts.of(idOf(2))).toBeUndefined();
  });

  test("is counted for what is seen: each holder once, this node not at all", async () => {
    const { counts, node } = stage();
    node.answers = ["ana", "bruno", "ana", node.peerId].map((holder) => foundVideo(idOf(1), { holder }));
    counts.seen([idOf(1)]);
    await vi.advanceTimersByTimeAsync(1);
    expect(counts.of(idOf(1))).toEqual({ holders: 2, isMore: false });
    expect(counts.isLooking).toBe(false);
  });

  test("says that there are more where it did not ask for all", async () => {
    const { counts, node } = stage();
    node.answers = ["a", "b", "c", "d"].map((holder) => foundVideo(idOf(1), { holder }));
    counts.seen([idOf(1)]);
    await vi.advanceTimersByTimeAsync(1);
    expect(counts.of(idOf(1))).toEqual({ holders: PAGE.enoughHoldersCounted, isMore: true });
  });

  test("is asked for one video at a time, at a gentle pace, and not again before the answer is old", async () => {
    const { counts, node } = stage();
    const ids = Array.from({ length: 5 }, (_, number) => idOf(number));
    counts.seen(ids);
    await vi.advanceTimersByTimeAsync(1);
    expect(node.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(PAGE.holderLookGapMs + 1);
    expect(node.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10 * PAGE.holderLookGapMs);
    expect(node.asked).toHaveLength(5);
    counts.seen(ids);
    await vi.advanceTimersByTimeAsync(10 * PAGE.holderLookGapMs);
    expect(node.asked).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(PAGE.holderCountMs);
    counts.seen(ids.slice(0, 1));
    await vi.advanceTimersByTimeAsync(1);
    expect(node.asked).toHaveLength(6);
  });

  test("is not asked for what nobody sees any more", async () => {
    const { counts, node } = stage();
    const slow = Promise.withResolvers<ReturnType<typeof foundVideo>>();
    node.answers = [slow.promise];
    counts.seen([idOf(1), idOf(2), idOf(3)]);
    await vi.advanceTimersByTimeAsync(PAGE.inSightMs + 1);
    expect(node.asked).toHaveLength(1);
    counts.seen([idOf(3)]);
    slow.resolve(foundVideo(idOf(1)));
    await vi.advanceTimersByTimeAsync(10 * PAGE.holderLookGapMs);
    expect(node.asked).toHaveLength(2);
    expect(counts.isLooking).toBe(false);
  });

  test("has a bound on what waits, and ends with the page's part", async () => {
    const { counts, node } = stage();
    node.answers = [new Promise(() => {})];
    const ids = Array.from({ length: PAGE.maxSightWaiting + 50 }, (_, number) => {
      const id = idOf(0);
      new DataView(id.buffer).setUint32(0, number);
      return id;
    });
    counts.seen(ids);
    await vi.advanceTimersByTimeAsync(1);
    await counts.close();
    expect([node.asked.length, node.isFindStopped, counts.isLooking]).toEqual([1, true, false]);
  });
});
