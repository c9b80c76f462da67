import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WATCH } from "../../../src/core/limits.ts";
import { type ReaderPlace, readerFor, TrackReaders } from "../../../src/gateway/video-readers.ts";
import { ScriptedViewing } from "./scripted-viewing.ts";

const MIB = 1_048_576;

const free = (end: number, usedAtMs = 0): ReaderPlace => ({ end, isBusy: false, usedAtMs });
const busy = (end: number): ReaderPlace => ({ end, isBusy: true, usedAtMs: 0 });

/** Reads to the end. */
async function all(pieces: AsyncGenerator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

describe("which reader goes on", () => {
  test.for([
    ["a new one when there is none", [], 0, "new"],
    ["the one that ended there", [free(100), free(200)], 200, 1],
    ["the one that ended nearest before it", [free(100), free(300), free(200)], 250, 2],
    ["not one that has passed it", [free(300)], 250, "new"],
    ["one that ended 2 MiB before it", [free(100)], 100 + WATCH.maxTrackGapBytes, 0],
    ["none that ended further before it", [free(100)], 101 + WATCH.maxTrackGapBytes, "new"],
    ["not one that is busy", [busy(200), free(100)], 200, 1],
    ["without room, the one unused longest", [free(9, 5), free(9, 3), free(9, 4), busy(9)], 0, 1],
    ["nobody while all are busy", [busy(0), busy(0), busy(0), busy(0)], 0, undefined],
  ] as const)("%s", ([, places, start, choice]) => {
    expect(readerFor(places, start, 4)).toBe(choice);
  });
});

describe("the readers of a video's tracks", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("are as many as there are places, and one for each that goes on", async () => {
    const viewing = new ScriptedViewing(40 * MIB);
    const readers = new TrackReaders(viewing, 0);
    for (let part = 0; part < 20; part++)
      for (const place of [0, 16 * MIB, 39 * MIB])
        await all(readers.read(place + part * 1000, place + part * 1000 + 700));
    expect([viewing.opened, readers.size]).toEqual([3, 3]);
    readers.close();
    expect(viewing.open.size).toBe(0);
  });

  test("go on at the video's rate, or at the usual one", async () => {
    for (const [rate, bytesPerSecond] of [
      [700_000, 700_000],
      [0, 500_000],
    ] as const) {
      const viewing = new ScriptedViewing(40 * MIB);
      const readers = new TrackReaders(viewing, rate);
      await all(readers.read(39 * MIB, 40 * MIB));
      for (let at = 0; at < 2 * MIB; at += 100_000) await all(readers.read(at, at + 100_000));
      expect([...viewing.open]).toEqual([{ bytesPerSecond }, { bytesPerSecond }]);
      readers.close();
    }
  });

  test("are at most eight, and whoever comes later waits its turn", async () => {
    const gate = Promise.withResolvers<void>();
    const viewing = new ScriptedViewing(40 * MIB, { before: () => gate.promise });
    const readers = new TrackReaders(viewing, 0);
    const reads = Array.from({ length: 12 }, (_, part) => all(readers.read(part * 3 * MIB, part * 3 * MIB + 10)));
    await vi.waitFor(() => expect(viewing.reads).toHaveLength(WATCH.maxTrackReaders));
    gate.resolve();
    for (const [part, bytes] of (await Promise.all(reads)).entries())
      expect(Buffer.compare(bytes, viewing.content.subarray(part * 3 * MIB, part * 3 * MIB + 10))).toBe(0);
    expect(readers.size).toBe(WATCH.maxTrackReaders);
    readers.close();
  });

  test("end when nobody has read there for a while, and all of them with the video", async () => {
    const viewing = new ScriptedViewing(4 * MIB);
    const readers = new TrackReaders(viewing, 0);
    await all(readers.read(0, 10));
    await vi.advanceTimersByTimeAsync(2 * WATCH.trackReaderIdleMs);
    expect([readers.size, viewing.open.size]).toEqual([0, 0]);
    await all(readers.read(0, 10));
    expect(readers.size).toBe(1);
    readers.close();
    expect(viewing.open.size).toBe(0);
    await expect(all(readers.read(0, 10))).rejects.toMatchObject({ code: "read-ended" });
  });
});

test("readers rest when nobody waits for what they read, and those are woken that read what somebody wants", async () => {
  const gate = Promise.withResolvers<void>();
  const viewing = new ScriptedViewing(40 * MIB, {
    before: (position) => (position === 9 ? undefined : gate.promise),
  });
  const readers = new TrackReaders(viewing, 0);
  await all(readers.read(9, 10));
  const reads = [3 * MIB, 9 * MIB].map((start) => all(readers.read(start, start + MIB)));
  await vi.waitFor(() => expect(viewing.reads).toHaveLength(3));
  readers.rest();
  // The one that reads nothing is left alone.
  expect(viewing.rests).toEqual([
    [2, true],
    [3, true],
  ]);
  for (const [start, end] of [
    [0, 3 * MIB],
    [4 * MIB, 9 * MIB],
  ] as const)
    readers.wake(start, end);
  expect(viewing.rests).toHaveLength(2);
  readers.wake(4 * MIB - 1, 9 * MIB);
  readers.wake(4 * MIB - 1, 9 * MIB);
  expect(viewing.rests.slice(2)).toEqual([[2, false]]);
  gate.resolve();
  await Promise.all(reads);
  // Nor is one woken that has read to its end.
  readers.wake(9 * MIB, 11 * MIB);
  expect(viewing.rests).toHaveLength(3);
  readers.close();
});
