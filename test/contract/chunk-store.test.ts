import { closeSync, openSync, readSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { LEAF_BYTES } from "../../src/core/content/geometry.ts";
import { hashAt } from "../../src/core/content/merkle.ts";
import { leafHashesOf, sliceLength, sliceProof, verifyLeafHashes } from "../../src/core/content/proof.ts";
import { type ChunkStore, isReadProblem } from "../../src/store/chunk-store.ts";
import { MemoryChunkStore } from "../../src/store/memory-chunk-store.ts";
import { openStore } from "../../src/store/open.ts";
import { type MadeVideo, madeVideo } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { sha256 } from "../unit/support/video.ts";

/** What every store must do, wherever its bytes are. */
interface Subject {
  readonly store: ChunkStore;
  /** Turns one bit of what is kept. */
  flip(position: number): void;
  /** Takes away what is kept of the last chunk but its first byte. */
  cut(): void;
  close(): Promise<void>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Make = (video: MadeVideo) => Promise<Subject>;

const subjects: Record<string, Make> = {
  FileChunkStore: async ({ manifest, lastLeaf }) => {
    const folder = tempFolder();
    const library = await openStore({ folder });
    const store = await library.receive(manifest, lastLeaf);
    const content = join(folder, "videos", Buffer.from(manifest.id).toString("hex"), "content");
    return {
      store,
      flip: (position) => flipInFile(content, position),
      cut: () => truncateSync(content, (manifest.geometry.chunks - 1) * manifest.geometry.chunkBytes + 1),
      close: () => library.close(),
    };
  },
  MemoryChunkStore: ({ manifest }) => {
    const chunks = new Map<number, Uint8Array>();
    const { chunkBytes, chunks: count } = manifest.geometry;
    return Promise.resolve({
      store: new MemoryChunkStore(manifest, chunks),
      flip: (position) => {
        const chunk = chunks.get(Math.floor(position / chunkBytes)) as Uint8Array;
        chunk[position % chunkBytes] = (chunk[position % chunkBytes] as number) ^ 4;
      },
      cut: () => chunks.set(count - 1, (chunks.get(count - 1) as Uint8Array).slice(0, 1)),
      close: () => Promise.resolve(),
    });
  },
};

function flipInFile(path: string, position: number): void {
  const fd = openSync(path, "r+");
  const byte = new Uint8Array(1);
  readSync(fd, byte, 0, 1, position);
  writeSync(fd, Uint8Array.of((byte[0] as number) ^ 4), 0, 1, position);
  closeSync(fd);
}

const BYTES = 3 * 1_048_576 + 70_007;
const CHUNK = 1_048_576;

async function open(make: Make, video: MadeVideo): Promise<Subject> {
  const subject = await make(video);
  closing.push(subject.close);
  return subject;
}

async function filled(make: Make, video: MadeVideo): Promise<Subject> {
  const subject = await open(make, video);
  for (let chunk = 0; chunk < video.manifest.geometry.chunks; chunk++)
    expect(await subject.store.write(chunk, video.chunk(chunk))).toBe("held");
  return subject;
}

describe.for(Object.entries(subjects))("%s", ([, make]) => {
  test("holds nothing at first", async () => {
    const { store } = await open(make, madeVideo(BYTES));
    expect(store.held.count).toBe(0);
    expect(await store.read(CHUNK + 5, 10)).toEqual({ problem: "not-held", chunk: 1 });
    expect(await store.leafHashes(2)).toEqual({ problem: "not-held", chunk: 2 });
    expect(await store.check(0)).toBe("absent");
  });

  test("gives back any range of what it was given, whatever the order", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    await Promise.all([3, 0, 2, 1].map((chunk) => store.write(chunk, video.chunk(chunk))));
    expect(store.held.count).toBe(4);
    const ranges = [
      [0, 1],
      [0, CHUNK],
      [16_383, 2],
      [CHUNK - 1, 2],
      [CHUNK - 16_385, CHUNK],
      [2 * CHUNK + 100, 65_536],
      [BYTES - 1, 1],
      [BYTES - 70_007, 70_007],
      [BYTES - CHUNK, CHUNK],
    ] as const;
    for (const how of ["verified", "trusted"] as const)
      for (const [position, bytes] of ranges) {
        const read = await store.read(position, bytes, how);
        expect(Buffer.compare(read as Uint8Array, video.content.subarray(position, position + bytes))).toBe(0);
      }
  });

  test("takes no chunk that is not what it has to be", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const wrong = video.chunk(1);
    wrong[77] = (wrong[77] as number) ^ 1;
    expect(await store.write(1, wrong)).toBe("wrong-bytes");
    expect(await store.write(1, video.chunk(0))).toBe("wrong-bytes");
    expect(await store.write(1, video.chunk(1).subarray(1))).toBe("wrong-bytes");
    expect(await store.write(3, video.chunk(0))).toBe("wrong-bytes");
    expect(store.held.count).toBe(0);
    expect(await store.read(CHUNK, 1)).toEqual({ problem: "not-held", chunk: 1 });
  });

  test("takes a chunk twice, and by two at a time, as once", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const both = await Promise.all([store.write(2, video.chunk(2)), store.write(2, video.chunk(2))]);
    expect([...both, await store.write(2, video.chunk(2))]).toEqual(["held", "held", "held"]);
    expect(store.held.count).toBe(1);
  });

  test("holds a chunk from the moment that its write resolves, and not before it is told", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const told: unknown[] = [];
    const end = store.onHeld((chunk, isHeld) => told.push([chunk, isHeld, store.held.has(chunk)]));
    await store.write(0, video.chunk(0));
    expect(told).toEqual([[0, true, true]]);
    end();
    await store.write(1, video.chunk(1));
    expect(told).toHaveLength(1);
  });
});

describe.for(Object.entries(subjects))("%s, for the network", ([, make]) => {
  test("tells when bytes are right and in their place, before it holds them, and never for wrong ones", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const told: boolean[] = [];
    await store.write(0, video.chunk(0), () => told.push(true));
    await store.write(1, video.chunk(0), () => told.push(false));
    expect(told).toEqual([true]);
  });

  test("reads into memory that it is given, over the ends of chunks", async () => {
    const video = madeVideo(BYTES);
    const { store } = await filled(make, video);
    for (const [position, bytes] of [
      [0, CHUNK],
      [CHUNK - 9, 20],
      [BYTES - 70_007, 70_007],
    ] as const) {
      const into = new Uint8Array(bytes);
      expect(await store.readInto(position, into)).toBeUndefined();
      expect(Buffer.compare(into, video.content.subarray(position, position + bytes))).toBe(0);
    }
  });

  test("knows a slice by its proof, and no other for it", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const { geometry } = video.manifest;
    for (const [chunk, firstLeaf, leaves] of [
      [0, 8, 8],
      [1, 63, 1],
      [2, 0, 64],
      [3, 4, 4],
    ] as const) {
      const slice = { chunk, firstLeaf, leaves };
      const hashes = leafHashesOf(video.chunk(chunk), sha256);
      const proof = sliceProof(hashes, slice, geometry, sha256);
      const start = firstLeaf * LEAF_BYTES;
      const bytes = video.chunk(chunk).slice(start, start + sliceLength(slice, geometry));
      expect(await store.isSlice(slice, bytes, proof)).toBe(true);
      expect(await store.isSlice({ ...slice, chunk: chunk === 0 ? 1 : 0 }, bytes, proof)).toBe(false);
      expect(await store.isSlice(slice, bytes.subarray(1), proof)).toBe(false);
      bytes[0] = (bytes[0] as number) ^ 1;
      expect(await store.isSlice(slice, bytes, proof)).toBe(false);
    }
  });

  test("says what it does not hold instead of reading it", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    await store.write(1, video.chunk(1));
    const into = new Uint8Array(20);
    expect(await store.readInto(2 * CHUNK - 10, into)).toEqual({ problem: "not-held", chunk: 2 });
    expect(into.every((byte) => byte === 0)).toBe(true);
  });
});

describe.for(Object.entries(subjects))("%s, filled", ([, make]) => {
  test("gives leaf hashes that lead to the chunk's root", async () => {
    const video = madeVideo(BYTES);
    const { store } = await filled(make, video);
    for (const chunk of [0, 3]) {
      const hashes = (await store.leafHashes(chunk)) as Uint8Array;
      const root = hashAt(video.manifest.chunkRoots, chunk);
      expect(verifyLeafHashes(hashes, chunk, root, video.manifest.geometry, sha256)).toBe(true);
    }
  });

  test("never gives a byte of a chunk that was damaged, and no longer holds it", async () => {
    const video = madeVideo(BYTES);
    const { store, flip } = await filled(make, video);
    flip(CHUNK + 40_000);
    const lost: number[] = [];
    store.onHeld((chunk, isHeld) => !isHeld && lost.push(chunk));
    expect(await store.read(CHUNK + 39_000, 2000)).toEqual({ problem: "damaged", chunk: 1 });
    expect(lost).toEqual([1]);
    expect(store.held.has(1)).toBe(false);
    expect(store.held.count).toBe(3);
    expect(isReadProblem(await store.read(0, CHUNK))).toBe(false);
  });
});

describe.for(Object.entries(subjects))("%s, damaged or closed", ([, make]) => {
  test("takes a good copy of a chunk that was damaged", async () => {
    const video = madeVideo(BYTES);
    const { store, flip } = await filled(make, video);
    flip(5);
    expect(await store.check(0)).toBe("lost");
    expect(await store.write(0, video.chunk(0))).toBe("held");
    expect(Buffer.compare((await store.read(0, CHUNK)) as Uint8Array, video.chunk(0))).toBe(0);
  });

  test("finds a damaged chunk when it looks, and the same good again when it is mended", async () => {
    const video = madeVideo(BYTES);
    const { store, flip } = await filled(make, video);
    flip(BYTES - 1);
    expect(await Promise.all([0, 1, 2, 3].map((chunk) => store.check(chunk)))).toEqual([
      "good",
      "good",
      "good",
      "lost",
    ]);
    expect(await store.check(3)).toBe("absent");
    flip(BYTES - 1);
    expect(await store.check(3)).toBe("recovered");
    expect(store.held.count).toBe(4);
  });

  test("notices that the end is missing", async () => {
    const video = madeVideo(BYTES);
    const { store, cut } = await filled(make, video);
    cut();
    expect(await store.read(3 * CHUNK, 1)).toEqual({ problem: "damaged", chunk: 3 });
    expect(store.held.count).toBe(3);
  });

  test.for([1, 100, 16_384, 16_385, CHUNK - 1, CHUNK, CHUNK + 1])("keeps a video of %i bytes", async (bytes) => {
    const video = madeVideo(bytes);
    const { store } = await filled(make, video);
    const read = await store.read(0, Math.min(bytes, CHUNK));
    expect(Buffer.compare(read as Uint8Array, video.content.subarray(0, CHUNK))).toBe(0);
    expect(Buffer.compare((await store.read(bytes - 1, 1)) as Uint8Array, video.content.subarray(-1))).toBe(0);
  });

  test("closes only when what is under way has ended, and does nothing more", async () => {
    const video = madeVideo(BYTES);
    const { store } = await open(make, video);
    const writes = [0, 1, 2].map((chunk) => store.write(chunk, video.chunk(chunk)));
    await store.close();
    expect(await Promise.all(writes)).toEqual(["held", "held", "held"]);
  });

  test("refuses to be asked for more than 1 MiB, or beyond the end", async () => {
    const { store } = await open(make, madeVideo(BYTES));
    await expect((async () => await store.read(0, CHUNK + 1))()).rejects.toThrow(/1 MiB/);
    await expect((async () => await store.read(BYTES - 1, 2))()).rejects.toThrow(/inside the video/);
  });
});
