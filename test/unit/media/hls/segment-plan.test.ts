import { describe, expect, test } from "vitest";
import { HLS } from "../../../../src/core/limits.ts";
import { evenStarts, joinGroups } from "../../../../src/media/hls/segment-plan.ts";

const every = (stepS: number, count: number): number[] => Array.from({ length: count }, (_, index) => index * stepS);
const startsS = (keysS: readonly number[], endS: number): number[] =>
  joinGroups(keysS, endS).map((index) => keysS[index] as number);

describe("segments of pictures", () => {
  test("of two seconds are one group each", () => {
    expect(startsS(every(2, 5), 10)).toEqual([0, 2, 4, 6, 8]);
  });
  test("are never cut within a group, however long it is", () => {
    expect(startsS([0, 10, 20], 30)).toEqual([0, 10, 20]);
  });
  test("are joined of short groups, as many as fit into two seconds", () => {
    expect(startsS(every(0.5, 11), 5.5)).toEqual([0, 2, 4]);
    expect(startsS(every(1.5, 4), 6)).toEqual([0, 1.5, 3, 4.5]);
  });
  test("are not begun for a rest that fits into the last", () => {
    expect(startsS([0, 1], 1.9)).toEqual([0]);
  });
  test("do not become more than there may be, but longer", () => {
    const keysS = every(2, 3 * HLS.maxSegments);
    const starts = startsS(keysS, keysS.length * 2);
    expect(starts.length).toBeLessThanOrEqual(HLS.maxSegments);
    expect(starts.length).toBeGreaterThan(HLS.maxSegments / 3);
  });
  test("of key frames at one time are not empty", () => {
    expect(startsS([0, 5, 5, 5, 10], 15)).toEqual([0, 5, 10]);
  });
  test("of no key frames are none", () => {
    expect(joinGroups([], 5)).toEqual([]);
  });
});

describe("segments of sound", () => {
  test("are short at first", () => {
    expect(evenStarts(20)).toEqual([0, 2, 4, 6, 12, 18]);
    expect(evenStarts(1)).toEqual([0]);
    expect(evenStarts(0)).toEqual([0]);
  });
  test("of very long files are no more than there may be", () => {
    expect(evenStarts(1e9).length).toBeLessThanOrEqual(HLS.maxSegments);
  });
});
