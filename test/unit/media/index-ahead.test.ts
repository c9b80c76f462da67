import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MEDIA } from "../../../src/core/limits.ts";
import { readIndexAhead } from "../../../src/media/index-ahead.ts";

const HEAD = 65_536;
/** The end of an index, which the first pictures are asked for beside. */
const TAIL = 262_144;

/** What is read of a file in memory, one read after the other. */
async function readsOf(bytes: Uint8Array): Promise<(readonly [number, number])[]> {
  const reads: (readonly [number, number])[] = [];
  const read = (start: number, end: number): Promise<Uint8Array> => {
    reads.push([start, end]);
    expect(start).toBeGreaterThanOrEqual(0);
    expect(start).toBeLessThanOrEqual(end);
    expect(end).toBeLessThanOrEqual(bytes.length);
    return Promise.resolve(bytes.slice(start, end));
  };
  await readIndexAhead({ bytes: bytes.length, read });
  return reads;
}

const box = (type: string, dataBytes: number, isLong = false): Buffer => {
  const head = Buffer.alloc(isLong ? 16 : 8);
  head.writeUInt32BE(isLong ? 1 : 8 + dataBytes);
  head.write(type, 4, "latin1");
  if (isLong) head.writeBigUInt64BE(BigInt(16 + dataBytes), 8);
  return Buffer.concat([head, Buffer.alloc(dataBytes)]);
};

test("an index at the end of an MP4 is read whole, and with its end the first pictures before it", async () => {
  const [ftyp, mdat, moov] = [box("ftyp", 24), box("mdat", 3_000_000, true), box("moov", 600_000)];
  const reads = await readsOf(Buffer.concat([ftyp, mdat, moov]));
  const at = ftyp.length + mdat.length;
  expect(reads[0]).toEqual([0, HEAD]);
  // Before it is known what it is.
  expect(reads.slice(-5, -3)).toEqual([
    [at, at + moov.length],
    [at, at + 16],
  ]);
  expect(reads.slice(-3)).toEqual([
    [at, at + moov.length - TAIL],
    [at + moov.length - TAIL, at + moov.length],
    [ftyp.length, ftyp.length + MEDIA.firstPicturesBytes],
  ]);
});

test("an index at the beginning of an MP4 is read whole, and with its end what is behind it", async () => {
  const [ftyp, moov, mdat] = [box("ftyp", 24), box("moov", 600_000), box("mdat", 3_000_000)];
  const reads = await readsOf(Buffer.concat([ftyp, moov, mdat]));
  const end = ftyp.length + moov.length;
  expect(reads.slice(-3)).toEqual([
    [ftyp.length, end - TAIL],
    [end - TAIL, end],
    [end, end + MEDIA.firstPicturesBytes],
  ]);
});

test("of a huge index no more than its bound is read ahead", async () => {
  const file = Buffer.concat([box("ftyp", 24), box("moov", 2 * MEDIA.maxIndexAheadBytes), box("mdat", 10)]);
  expect((await readsOf(file)).at(-2)?.[1]).toBe(32 + MEDIA.maxIndexAheadBytes);
});

test("the Cues of a real Matroska file are read, where its SeekHead says that they are", async () => {
  const file = readFileSync(join(import.meta.dirname, "../../fixtures/media/two-audios.mkv"));
  const reads = await readsOf(file);
  const [start, end] = [reads.at(-3)?.[0] ?? 0, reads.at(-2)?.[1] ?? 0];
  expect(file.subarray(start, start + 4).toString("hex")).toBe("1c53bb6b");
  expect(end - start).toBeGreaterThan(16);
});

test("of a file of another kind only the beginning is read", async () => {
  const reads = await readsOf(Buffer.alloc(500_000, 0x47));
  expect(reads.every(([start, end]) => start === 0 && end <= HEAD)).toBe(true);
});

test("no bytes make it read outside the file, or for ever", async () => {
  const type = fc.constantFrom("ftyp", "moov", "mdat", "free", "\x1a\x45\xdf\xa3");
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), type)
      .map(([size, name]) => Buffer.concat([size, Buffer.from(name, "latin1")])),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      expect((await readsOf(Buffer.concat(pieces))).length).toBeLessThanOrEqual(MEDIA.maxBoxes + 4);
    }),
  );
});
