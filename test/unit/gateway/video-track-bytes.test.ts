import { describe, expect, test } from "vitest";
import { WATCH } from "../../../src/core/limits.ts";
import { TrackBytes } from "../../../src/gateway/video-track-bytes.ts";
import { Random } from "../../property/support/random.ts";
import { someBytes } from "../support/made-video.ts";

const PIECE = WATCH.trackPieceBytes;
const BYTES = 20 * PIECE + 777;
const content = someBytes(BYTES, 2);

/** A reader that notes what it reads, and gives it in pieces of no particular size. */
function noted(options: { readonly failAt?: number } = {}) {
  const reads: [number, number][] = [];
  async function* read(start: number, end: number): AsyncGenerator<Uint8Array> {
    reads.push([start / PIECE, Math.ceil(end / PIECE)]);
    for (let at = start; at < end; at += 50_001) {
      await Promise.resolve();
      if (options.failAt !== undefined && at + 50_001 > options.failAt) throw new Error("no more");
      yield content.slice(at, Math.min(end, at + 50_001));
    }
  }
  const woken: [number, number][] = [];
  let rests = 0;
  const source = {
    read,
    rest: () => void rests++,
    wake: (start: number, end: number) => void woken.push([start, end]),
  };
  return { reads, source, woken, rests: () => rests };
}

describe("bytes for tracks", () => {
  test("are the video's, wherever they are read", async () => {
    const { source } = noted();
    const bytes = new TrackBytes(BYTES, source, 4 * PIECE);
    const random = new Random(5);
    for (let count = 0; count < 300; count++) {
      const start = random.below(BYTES + 1);
      const end = Math.min(BYTES, start + random.below(random.oneIn(5) ? BYTES : 3000));
      expect(Buffer.compare(await bytes.read(start, end), content.subarray(start, end))).toBe(0);
    }
  });

  test("are read once for all who want them at one time", async () => {
    const { reads, source } = noted();
    const bytes = new TrackBytes(BYTES, source);
    const both = await Promise.all([bytes.read(0, 3 * PIECE), bytes.read(PIECE + 1, 5 * PIECE), bytes.read(5, 9)]);
    expect(both.map(({ length }) => length)).toEqual([3 * PIECE, 4 * PIECE - 1, 4]);
    expect(reads).toEqual([
      [0, 3],
      [3, 5],
    ]);
    await bytes.read(0, 5 * PIECE);
    expect(reads).toHaveLength(2);
  });

  test("that are kept are those used last, and no more than there is room for", async () => {
    const { reads, source } = noted();
    const bytes = new TrackBytes(BYTES, source, 4 * PIECE);
    await bytes.read(0, 4 * PIECE);
    await bytes.read(0, 1);
    await bytes.read(4 * PIECE, 6 * PIECE);
    reads.length = 0;
    for (const piece of [0, 3, 4, 5]) await bytes.read(piece * PIECE, piece * PIECE + 1);
    expect(reads).toEqual([]);
    await bytes.read(PIECE, PIECE + 1);
    expect(reads).toEqual([[1, 2]]);
  });

  test("are memory of whoever reads them", async () => {
    const { source } = noted();
    const bytes = new TrackBytes(BYTES, source);
    (await bytes.read(0, PIECE)).fill(0);
    expect(Buffer.compare(await bytes.read(0, PIECE), content.subarray(0, PIECE))).toBe(0);
  });

  test("that could not be read are read again, and those before them are kept", async () => {
    const options: { failAt?: number } = { failAt: 3 * PIECE };
    const { reads, source } = noted(options);
    const bytes = new TrackBytes(BYTES, source);
    const [one, other] = await Promise.allSettled([bytes.read(0, 6 * PIECE), bytes.read(5 * PIECE, 6 * PIECE)]);
    expect([one.status, other.status]).toEqual(["rejected", "rejected"]);
    delete options.failAt;
    expect((await bytes.read(0, 6 * PIECE)).length).toBe(6 * PIECE);
    expect(reads.at(-1)?.[1]).toBe(6);
    expect(reads.at(-1)?.[0]).toBeGreaterThan(0);
  });

  test("outside the video are not read at all", async () => {
    const { reads, source } = noted();
    const bytes = new TrackBytes(BYTES, source);
    expect((await bytes.read(7, 7)).length).toBe(0);
    for (const [start, end] of [
      [-1, 5],
      [0, BYTES + 1],
      [5, 4],
      [0.5, 2],
      [Number.NaN, 2],
      [0, Infinity],
    ] as const)
      await expect(bytes.read(start, end)).rejects.toMatchObject({ code: "read-outside" });
    expect(reads).toEqual([]);
  });
});

test("bytes for tracks that nobody waits for may rest, until somebody wants some of them", async () => {
  const { source, woken, rests } = noted();
  const bytes = new TrackBytes(BYTES, source);
  await bytes.read(PIECE + 5, 2 * PIECE);
  bytes.rest();
  expect(rests()).toBe(1);
  await bytes.read(7, 9);
  expect(woken).toEqual([
    [PIECE + 5, 2 * PIECE],
    [7, 9],
  ]);
});
