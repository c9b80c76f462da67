import { expect, test } from "vitest";
import { HLS } from "../../../../src/core/limits.ts";
import { MediaBytes } from "../../../../src/media/hls/media-bytes.ts";

const BLOCK = HLS.cacheBlockBytes;
const byteAt = (at: number): number => (at * 31 + (at >> 9)) & 255;

/** A file of a known content, and what was read of it. */
function file(bytes: number): {
  bytes: MediaBytes;
  reads: [number, number][];
  fail: { next: boolean };
  most: () => number;
} {
  const reads: [number, number][] = [];
  const fail = { next: false };
  let [underWay, most] = [0, 0];
  const source = new MediaBytes(bytes, async (start, end) => {
    reads.push([start, end]);
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay--;
    if (fail.next) throw new Error("planted");
    return Uint8Array.from({ length: end - start }, (_, index) => byteAt(start + index));
  });
  source.allow();
  return { bytes: source, reads, fail, most: () => most };
}
const isRight = (bytes: Uint8Array, start: number): boolean =>
  bytes.every((byte, index) => byte === byteAt(start + index));

test("what was read is right, wherever it lies, and is there at once the second time", async () => {
  const { bytes, reads } = file(40 * BLOCK + 17);
  const spans = [
    [0, 1],
    [BLOCK - 3, BLOCK + 3],
    [3 * BLOCK, 5 * BLOCK],
    [40 * BLOCK, 40 * BLOCK + 17],
    [7, 7],
  ] as const;
  for (const [start, end] of spans) {
    const read = await bytes.read(start, end);
    expect(read.length).toBe(end - start);
    expect(isRight(read, start)).toBe(true);
  }
  const count = reads.length;
  for (const [start, end] of spans) expect(bytes.read(start, end)).toBeInstanceOf(Uint8Array);
  expect(reads).toHaveLength(count);
});

test("a jump reads one block, going on reads more and more, up to a bound", async () => {
  const { bytes, reads } = file(100 * BLOCK);
  await bytes.read(50 * BLOCK, 50 * BLOCK + 10);
  expect(reads).toEqual([[50 * BLOCK, 51 * BLOCK]]);
  for (let at = 50; at < 90; at++)
    expect(isRight(await bytes.read(at * BLOCK, (at + 1) * BLOCK), at * BLOCK)).toBe(true);
  const ahead = Math.max(...reads.map(([, end]) => end)) - 90 * BLOCK;
  expect(ahead).toBeLessThanOrEqual(HLS.maxRunBytes);
  expect(new Set(reads.map(([start]) => start)).size, "each block once").toBe(reads.length);
  const mostWaiting = Math.max(...reads.map(([start, end]) => end - start));
  expect(mostWaiting, "the first block is of use before the last is there").toBe(BLOCK);
});

test("two who want the same bytes at one time are one read, and few reads are under way", async () => {
  const { bytes, reads, most } = file(100 * BLOCK);
  await Promise.all([bytes.read(0, 10), bytes.read(5, 20), bytes.read(0, BLOCK)]);
  expect(reads).toHaveLength(1);
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) => await bytes.read(index * 3 * BLOCK, index * 3 * BLOCK + 9)),
  );
  expect(most()).toBeLessThanOrEqual(HLS.maxMediaReads);
});

test("a read that failed is tried again by the next who wants it, and is remembered until the next request", async () => {
  const { bytes, fail } = file(4 * BLOCK);
  fail.next = true;
  await expect(bytes.read(0, 10)).rejects.toThrow("planted");
  fail.next = false;
  expect(isRight(await bytes.read(0, 10), 0)).toBe(true);
  expect(bytes.isUnreadable).toBe(true);
  bytes.allow();
  expect(bytes.isUnreadable).toBe(false);
});

test("an index is read whole, in pieces; more than an index may be, beyond the file, or over the budget is refused", async () => {
  const { bytes, reads } = file(3 * HLS.maxMediaReadBytes);
  const index = await bytes.read(5, 5 + 2.5 * HLS.maxMediaReadBytes);
  expect(isRight(index.subarray(0, 5000), 5)).toBe(true);
  expect(reads).toHaveLength(3);
  expect(() => bytes.read(0, 3 * HLS.maxMediaReadBytes + 1)).toThrow("beyond");
  const huge = new MediaBytes(2 ** 40, () => Promise.resolve(new Uint8Array(0)));
  await expect(huge.read(0, HLS.maxIndexBytes + 1)).rejects.toThrow("too much");
  await expect(huge.read(0, 1)).rejects.toThrow("too much to read");
});
