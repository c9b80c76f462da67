import { expect, test } from "vitest";
import { geometryOf } from "../../../src/core/content/geometry.ts";
import { type ReadVideo, ViewingReader } from "../../../src/node/viewing-reader.ts";
import type { ChunkStore, ReadProblem } from "../../../src/store/chunk-store.ts";

const MIB = 1_048_576;
const PIECE = MIB / 2;
const film = Uint8Array.from({ length: 4 * MIB }, (_, index) => (index * 7 + (index >> 8)) & 255);

/** A film of four chunks in a file, and what is read of it. */
function stage(damagedAt?: number): {
  readonly video: ReadVideo;
  readonly reads: number[];
  readonly told: { position: number; slackMs: number }[];
} {
  const told: { position: number; slackMs: number }[] = [];
  const reads: number[] = [];
  const lost = new Set<number>();
  const read = async (position: number, bytes: number): Promise<Uint8Array | ReadProblem> => {
    reads.push(position);
    await Promise.resolve();
    const chunk = Math.floor(position / MIB);
    if (position !== damagedAt || lost.has(chunk)) return film.slice(position, position + bytes);
    lost.add(chunk);
    return { problem: "damaged", chunk };
  };
  const store = {
    manifest: { geometry: geometryOf(film.length) },
    held: { has: (chunk: number) => !lost.has(chunk) },
    read,
  } as unknown as ChunkStore;
  // What was lost comes again, in slices that are verified and in memory.
  const bytesAt = (position: number, end: number): Uint8Array | undefined =>
    lost.has(Math.floor(position / MIB)) ? film.slice(position, Math.min(end, position + 65_536)) : undefined;
  const readers = {
    ...{ bytesAt, isInFile: () => false, isOver: false, number: () => 1 },
    set: (_reader: number, place: { position: number; slackMs: number }) => void told.push(place),
    ...{ delete: () => {}, onNews: () => () => {} },
  };
  const fetch = { readers, done: new Promise(() => {}) } as unknown as ReadVideo["fetch"] & object;
  const video: ReadVideo = { store, isWhole: false, fetch, begin: () => fetch, beginAhead: () => {} };
  return { video, reads, told };
}

async function readAll(video: ReadVideo): Promise<Uint8Array> {
  const reader = new ViewingReader(video, 0, () => {});
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.read(0, film.length)) pieces.push(piece.slice());
  reader.close();
  return new Uint8Array(Buffer.concat(pieces));
}

test("what is in the file is read piece by piece, two ahead of whoever reads, each once", async () => {
  const { video, reads } = stage();
  const reader = new ViewingReader(video, 0, () => {});
  const all = reader.read(0, film.length);
  await all.next();
  expect(reads).toEqual([0, PIECE, 2 * PIECE]);
  await all.next();
  expect(reads).toEqual([0, PIECE, 2 * PIECE, 3 * PIECE]);
  await all.return(undefined);
  reader.close();
  const whole = stage();
  expect(Buffer.compare(await readAll(whole.video), film)).toBe(0);
  expect(whole.reads).toEqual(Array.from({ length: film.length / PIECE }, (_, piece) => piece * PIECE));
});

test("a piece that turns out to be damaged is taken as it comes again, and what was read behind it is not put before it", async () => {
  for (const damagedAt of [0, PIECE, 2 * PIECE, 3 * PIECE, film.length - PIECE]) {
    const { video } = stage(damagedAt);
    expect(Buffer.compare(await readAll(video), film), `damaged at ${damagedAt}`).toBe(0);
  }
});

test("one that nobody waits for stands behind those that wait, until somebody does", async () => {
  const { video, told } = stage();
  const reader = new ViewingReader(video, 500_000, () => {});
  reader.rest(true);
  expect(told).toEqual([]);
  const all = reader.read(0, film.length);
  await all.next();
  const rested = (): number[] => told.splice(0).map(({ slackMs }) => Math.round(slackMs / 5000));
  rested();
  reader.rest(true);
  reader.rest(true);
  expect(rested()).toEqual([1]);
  reader.rest(false);
  expect(rested()).toEqual([0]);
  reader.rest(true);
  await all.return(undefined);
  rested();
  // One that reads nothing has nothing to tell.
  reader.rest(false);
  expect(rested()).toEqual([]);
  await reader.read(MIB, 2 * MIB).next();
  expect(rested()).toContain(0);
  reader.close();
});
