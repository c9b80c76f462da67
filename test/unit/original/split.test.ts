import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChunkPlace, parseKeyValues } from "../../../src/core/content/key-values-file.ts";
import { type SplitOptions, type SplitResult, splitFile } from "../../../src/original/split.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A file of so many bytes, no two neighbours alike, in a folder of its own. */
function film(bytes: number, name = "film.mp4"): string {
  const path = join(tempFolder(), name);
  writeFileSync(
    path,
    Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 8)) % 251),
  );
  return path;
}

function split(video: string, more: Partial<SplitOptions> = {}): Promise<SplitResult> {
  const folder = join(tempFolder(), "chunks");
  return splitFile({ video, peers: 3, chunkBytes: 1000, copies: 1, folder, inPlace: false, ...more });
}

/** What each peer's key-values file lists. */
const hands = (result: SplitResult): ReadonlyMap<number, ChunkPlace>[] =>
  result.keyValuesFiles.map((file) => parseKeyValues(readFileSync(file, "utf8")) as ReadonlyMap<number, ChunkPlace>);

const bytesAt = ({ path, range }: ChunkPlace): Buffer => {
  const bytes = readFileSync(path);
  return range === undefined ? bytes : bytes.subarray(range.first, range.last + 1);
};

/** The file put together again from the hands. */
function joined(result: SplitResult): Buffer {
  const places = new Map(hands(result).flatMap((hand) => [...hand]));
  return Buffer.concat(
    Array.from({ length: result.chunks }, (_, index) => bytesAt(places.get(index + 1) as ChunkPlace)),
  );
}

describe.for([false, true])("in place: %s", (inPlace) => {
  test.for([1, 999, 1000, 1001, 3000, 10_500])(
    "%i bytes come together again from the key-values files",
    async (bytes) => {
      const video = film(bytes);
      const result = await split(video, { inPlace });
      expect(result).toMatchObject({ name: "film.mp4", bytes, chunks: Math.ceil(bytes / 1000) });
      expect(joined(result).equals(readFileSync(video))).toBe(true);
    },
  );

  test("chunks are dealt in turn, each to as many peers as ordered", async () => {
    const result = await split(film(7000), { inPlace, copies: 2 });
    expect(hands(result).map((hand) => [...hand.keys()])).toEqual([
      [1, 3, 4, 6, 7],
      [1, 2, 4, 5, 7],
      [2, 3, 5, 6],
    ]);
  });

  test("more peers than chunks: some hold nothing", async () => {
    const result = await split(film(1500), { inPlace, peers: 4 });
    expect(hands(result).map(({ size }) => size)).toEqual([1, 1, 0, 0]);
  });
});

test("in place cuts nothing: the ranges are inclusive, from 0, of the file where it is", async () => {
  const video = film(2500);
  const result = await split(video, { inPlace: true, peers: 1 });
  const [hand] = hands(result);
  expect([...(hand?.values() ?? [])].map(({ range }) => range)).toEqual([
    { first: 0, last: 999 },
    { first: 1000, last: 1999 },
    { first: 2000, last: 2499 },
  ]);
  expect(resolve(hand?.get(1)?.path ?? "")).toBe(video);
  expect(readdirSync(result.folder)).toEqual(["key-values-files_peer1"]);
});

test("cutting leaves the file as it was", async () => {
  const video = film(2500);
  const before = { text: readFileSync(video), stamp: statSync(video).mtimeMs };
  await split(video);
  expect(readFileSync(video).equals(before.text)).toBe(true);
  expect(statSync(video).mtimeMs).toBe(before.stamp);
});

test("a file longer than one read is cut without a seam", async () => {
  const video = film(4_200_000);
  expect(joined(await split(video, { chunkBytes: 65_000 })).equals(readFileSync(video))).toBe(true);
});

test.for(["a b.mp4", "Ünïcode ñ.mkv", "#bytes=0-1.mp4", '"quoted".mp4', "no-ending", ".hidden", "a:b#c.mp4"])(
  "a file by the name of %j",
  async (name) => {
    const video = film(2500, name);
    for (const inPlace of [false, true])
      expect(joined(await split(video, { inPlace })).equals(readFileSync(video))).toBe(true);
  },
);

test("into the folder of an earlier cut leaves nothing of that one, and what is not ours alone", async () => {
  const video = film(10_500);
  const folder = join(tempFolder(), "chunks");
  await split(video, { folder, peers: 5, chunkBytes: 100 });
  for (const name of ["film_x.m4s", "other_99.m4s", "film_999.txt", "notes"]) writeFileSync(join(folder, name), name);
  const result = await split(video, { folder, peers: 2, chunkBytes: 5000 });
  expect(joined(result).equals(readFileSync(video))).toBe(true);
  const chunks = ["film_1.m4s", "film_2.m4s", "film_3.m4s"];
  const lists = ["key-values-files_peer1", "key-values-files_peer2"];
  expect(readdirSync(folder).sort()).toEqual(
    [...chunks, ...lists, "film_x.m4s", "other_99.m4s", "film_999.txt", "notes"].sort(),
  );
});

describe("what cannot be done is said, and nothing is left behind", () => {
  const refused = async (video: string, more: Partial<SplitOptions>, code: string): Promise<void> => {
    const folder = join(tempFolder(), "chunks");
    await expect(split(video, { folder, ...more })).rejects.toMatchObject({ name: "CardumeError", code, exitCode: 2 });
    expect(existsSync(folder)).toBe(false);
  };

  test("no such file", () => refused(join(tempFolder(), "none.mp4"), {}, "file-unreadable"));
  test("a folder", () => refused(tempFolder(), {}, "file-unreadable"));
  test("an empty file", () => refused(film(0), {}, "file-empty"));
  test("more copies than peers", () => refused(film(10), { peers: 2, copies: 3 }, "too-many-copies"));
  test.for([0, -1, 0.5, 1000.5, Number.NaN, Infinity, 65_001])("chunks of %d bytes", (chunkBytes) =>
    refused(film(10), { chunkBytes }, "chunk-bytes-unusable"),
  );
  test("more chunks than there are ids", () => refused(film(65_536), { chunkBytes: 1 }, "too-many-chunks"));
  test("and how it can be done", async () => {
    await expect(split(film(65_536), { chunkBytes: 1 })).rejects.toThrow("--chunk-bytes 2 or more");
  });
});

test("65,535 chunks are as many as there are", async () => {
  const result = await split(film(65_535), { chunkBytes: 1, inPlace: true });
  expect(result.chunks).toBe(65_535);
});

test("a path with a line break cannot be written to a key-values file", async () => {
  const video = film(10, "a\nb.mp4");
  await expect(split(video, { inPlace: true })).rejects.toMatchObject({ code: "path-unusable" });
  // Cut, the chunks' names are ours to choose.
  expect(basename((await split(video)).keyValuesFiles[0] as string)).toBe("key-values-files_peer1");
});
