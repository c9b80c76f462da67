import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChunkPlace } from "../../../src/core/content/key-values-file.ts";
import { SHELLS } from "../../../src/core/limits.ts";
import { type ChunkLookup, ChunkReader } from "../../../src/original/chunk-reader.ts";
import { tempFolder } from "../support/temp-folder.ts";

const BLOCK = SHELLS.readBlockBytes;

/** Bytes that differ from place to place. */
const pattern = (bytes: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 255));

function file(bytes: Uint8Array | string): string {
  const path = join(tempFolder(), "chunk.m4s");
  writeFileSync(path, bytes);
  return path;
}

const reader = (...places: readonly ChunkPlace[]): ChunkReader =>
  new ChunkReader(new Map(places.map((place, index) => [index + 1, place])), 65_000);

async function read(from: ChunkReader, id = 1): Promise<ChunkLookup> {
  expect(from.lookUp(id)).toBeUndefined();
  await from.load(id);
  return from.lookUp(id);
}

describe("a chunk", () => {
  test("that is a file of its own: not in memory at first, then there without a promise", async () => {
    const one = reader({ path: file("seven") });
    expect(Buffer.from((await read(one)) as Uint8Array).toString()).toBe("seven");
    expect(one.lookUp(1)).toBeInstanceOf(Uint8Array);
  });

  test("may be empty, and may be as large as a datagram carries", async () => {
    expect(await read(reader({ path: file("") }))).toHaveLength(0);
    expect(await read(reader({ path: file(pattern(65_000)) }))).toHaveLength(65_000);
  });

  test("that is not held is lost", () => {
    expect(reader().lookUp(7)).toEqual({ lost: expect.stringContaining("not held") as string });
  });
});

describe("a range of a file", () => {
  test.for([
    ["at its start", 0, 1023],
    ["one byte", 5, 5],
    ["up to the end of a block", BLOCK - 1024, BLOCK - 1],
    ["from the start of the next", BLOCK, BLOCK + 1023],
    ["across two blocks", BLOCK - 500, BLOCK + 523],
    ["at its end", 2 * BLOCK + 77, 2 * BLOCK + 99],
  ] as const)("%s", async ([, first, last]) => {
    const bytes = pattern(2 * BLOCK + 100);
    const chunk = await read(reader({ path: file(bytes), range: { first, last } }));
    expect(Buffer.from(chunk as Uint8Array).equals(bytes.subarray(first, last + 1))).toBe(true);
  });

  test("brings its neighbours into memory with it", async () => {
    const path = file(pattern(10_240));
    const ranges = [0, 1024, 2048].map((first) => ({ path, range: { first, last: first + 1023 } }));
    const one = reader(...ranges);
    await read(one, 1);
    expect(one.lookUp(2)).toHaveLength(1024);
    expect(one.lookUp(3)).toHaveLength(1024);
  });

  test("that ends beyond the file: it shrank", async () => {
    for (const [first, last] of [
      [100, 200],
      [BLOCK - 10, BLOCK + 10],
    ] as const) {
      const one = reader({ path: file(pattern(last - 5)), range: { first, last } });
      expect(await read(one)).toEqual({ lost: "its file shrank" });
    }
  });
});

describe("what happens to files", () => {
  test("one that vanished costs its chunk, and why is said once", async () => {
    const one = reader({ path: join(tempFolder(), "none") });
    expect(await read(one)).toEqual({ lost: expect.stringContaining("ENOENT") as string });
    expect(one.lookUp(1)).toBeUndefined();
  });

  test("one that vanishes after it was listed, too", async () => {
    const path = file("here");
    const one = reader({ path });
    rmSync(path);
    expect(await read(one)).toMatchObject({ lost: expect.stringContaining("ENOENT") as string });
  });

  test("one that is back: what failed in a chunk's first block is no failure of its second", async () => {
    const path = join(tempFolder(), "film");
    const across = { path, range: { first: BLOCK - 10, last: BLOCK + 9 } };
    const behind = { path, range: { first: BLOCK + 10, last: BLOCK + 19 } };
    const one = reader(across, behind);
    expect(await read(one, 1)).toMatchObject({ lost: expect.stringContaining("ENOENT") as string });
    const bytes = pattern(BLOCK + 20);
    writeFileSync(path, bytes);
    expect(Buffer.from((await read(one, 2)) as Uint8Array).equals(bytes.subarray(BLOCK + 10))).toBe(true);
    expect(Buffer.from((await read(one, 1)) as Uint8Array).equals(bytes.subarray(BLOCK - 10, BLOCK + 10))).toBe(true);
  });

  test("one that grew beyond what a datagram carries is lost", async () => {
    expect(await read(reader({ path: file(pattern(65_001)) }))).toEqual({
      lost: expect.stringContaining("65000") as string,
    });
  });

  test("one that became a folder is lost", async () => {
    const path = join(tempFolder(), "folder");
    mkdirSync(path);
    expect(await read(reader({ path }))).toMatchObject({
      lost: expect.stringContaining("not a regular file") as string,
    });
  });

  test("one that shrank is seen when the file is read anew", async () => {
    const path = file(pattern(3000));
    const place = { path, range: { first: 1000, last: 1999 } };
    const one = reader(place);
    expect(await read(one)).toHaveLength(1000);
    truncateSync(path, 1500);
    one.replace(new Map([[1, place]]));
    expect(await read(one)).toEqual({ lost: "its file shrank" });
  });
});

test("places that were read again take the place of the old", async () => {
  const one = reader({ path: file("old") });
  await read(one);
  one.replace(new Map([[1, { path: file("new one") }]]));
  expect(Buffer.from((await read(one)) as Uint8Array).toString()).toBe("new one");
});

test("two that ask for the same block wait for one read; more blocks than are read at once all come", async () => {
  const path = file(pattern(40 * BLOCK));
  const places = Array.from({ length: 40 }, (_, block) => ({
    path,
    range: { first: block * BLOCK, last: block * BLOCK + 9 },
  }));
  const one = reader(...places);
  // Each is looked up when it has come: all 40 are more than the cache holds.
  const lookUp = async (index: number): Promise<void> => {
    await one.load(index + 1);
    expect(one.lookUp(index + 1)).toHaveLength(10);
  };
  await Promise.all([...places.keys(), ...places.keys()].map(lookUp));
});
