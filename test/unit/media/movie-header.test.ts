import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { movieDurationMs } from "../../../src/media/movie-header.ts";

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "../../fixtures/media", name));

/** Reads from memory, counting; as from a file, what is not there is thrown. */
function durationOf(bytes: Uint8Array): { readonly ms: number | undefined; readonly reads: number } {
  let reads = 0;
  const ms = movieDurationMs((start, end) => {
    reads++;
    if (end > bytes.length) throw new Error("too short");
    return bytes.subarray(start, end);
  }, bytes.length);
  return { ms, reads };
}

const box = (type: string, data: Buffer, size?: number): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size ?? 8 + data.length);
  head.write(type, 4);
  return Buffer.concat([head, data]);
};

function header(timescale: number, duration: bigint, isLong = false): Buffer {
  const data = Buffer.alloc(isLong ? 32 : 20);
  data[0] = isLong ? 1 : 0;
  data.writeUInt32BE(timescale, isLong ? 20 : 12);
  if (isLong) data.writeBigUInt64BE(duration, 24);
  else data.writeUInt32BE(Number(duration), 16);
  return box("moov", box("mvhd", data));
}

test("the header is found before the pictures and behind them", () => {
  expect(durationOf(fixture("plain.mp4")).ms).toBe(2000);
  expect(durationOf(fixture("quick.mov")).ms).toBe(2000);
});

test("a fragmented file states no duration", () => expect(durationOf(fixture("fragmented.mp4")).ms).toBeUndefined());

test("a file without its index has no header", () => {
  const bytes = fixture("quick.mov");
  expect(durationOf(bytes.subarray(0, bytes.indexOf("moov") - 4)).ms).toBeUndefined();
});

test("long and short headers, boxes with long sizes and without one", () => {
  expect(durationOf(header(600, 1500n)).ms).toBe(2500);
  expect(durationOf(header(600, 1500n, true)).ms).toBe(2500);
  const long = Buffer.concat([box("mdat", Buffer.from([0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4]), 1), header(1, 2n)]);
  expect(durationOf(long).ms).toBe(2000);
  const open = header(1, 2n);
  open.writeUInt32BE(0);
  expect(durationOf(open).ms).toBe(2000);
});

test.for([
  ["no unit", header(0, 5n)],
  ["no duration", header(1, 0n)],
  ["a duration that is not known", header(1, 0xffff_ffffn)],
  ["a long one that is not known", header(1, 0xffff_ffff_ffff_ffffn, true)],
  ["a box larger than the file", box("moov", Buffer.alloc(8), 1000)],
  ["a box smaller than its head", Buffer.concat([box("free", Buffer.alloc(8), 7), header(1, 2n)])],
] as const)("%s: nothing stated", ([, bytes]) => expect(durationOf(bytes).ms).toBeUndefined());

test("a file of nothing but small boxes is not walked to its end", () => {
  const boxes = Buffer.concat(Array.from({ length: 10_000 }, () => box("free", Buffer.alloc(0))));
  expect(durationOf(boxes).reads).toBeLessThan(100);
});

test("changed bytes give a duration, none, or the reader's own error", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(255), (at, value) => {
      const bytes = fixture("plain.mp4");
      bytes[at] = value;
      try {
        expect(durationOf(bytes).ms ?? 1).toBeGreaterThan(0);
      } catch (error) {
        expect((error as Error).message).toBe("too short");
      }
    }),
    { numRuns: 500 },
  );
});
