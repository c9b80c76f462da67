import * as fs from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { chunkLength, chunkWidth, geometryOf, LEAF_BYTES } from "../../src/core/content/geometry.ts";
import { chunkRootOf, HASH_BYTES } from "../../src/core/content/merkle.ts";
import { leafHashesOf } from "../../src/core/content/proof.ts";
import { sha256 } from "../../src/runtime/crypto.ts";
import type { DiskFile } from "../../src/store/disk.ts";
import { HashPool } from "../../src/store/hash-pool.ts";
import type { Hasher } from "../../src/store/hasher.ts";
import { InlineHasher } from "../../src/store/inline-hasher.ts";
import type { Stamp } from "../../src/store/stamp.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";

const MIB = 1_048_576;

/** An open file, with what a hasher needs of it. */
function open(path: string, flags: string): DiskFile {
  const fd = fs.openSync(path, flags);
  onTestFinished(() => fs.closeSync(fd));
  return fileOf(fd);
}

const unused = (): never => {
  throw new Error("no hasher needs this");
};

const fileOf = (fd: number): DiskFile => ({
  fd,
  read: async (buffer, position) => fs.readSync(fd, buffer, 0, buffer.length, position),
  write: async (bytes, position) => void fs.writeSync(fd, bytes, 0, bytes.length, position),
  stat: async () => ({ kind: "file", device: 0n, ...stampOf(fd) }),
  truncate: unused,
  sync: unused,
  close: unused,
});

function stampOf(fd: number): Stamp {
  const { size, mtimeNs, ino } = fs.fstatSync(fd, { bigint: true });
  return { bytes: Number(size), mtimeNs, inode: ino };
}

/** Bytes that differ from leaf to leaf. */
function content(bytes: number, salt = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + salt, 0x9e37_79b1);
  return new Uint8Array(words.buffer, 0, bytes);
}

/** A file with these bytes, open to be read. */
function fileWith(bytes: Uint8Array): DiskFile {
  const path = join(tempFolder(), "file");
  fs.writeFileSync(path, bytes);
  return open(path, "r+");
}

/** What a whole file has to hash to, by the library's own functions. */
function expected(bytes: Uint8Array): { leafHashes: Buffer; chunkRoots: Buffer; leavesPerChunk: number } {
  const geometry = geometryOf(bytes.length);
  const chunks = Array.from({ length: geometry.chunks }, (_, chunk) => {
    const from = chunk * geometry.chunkBytes;
    return leafHashesOf(bytes.subarray(from, from + chunkLength(geometry, chunk)), sha256);
  });
  return {
    leafHashes: Buffer.concat(chunks),
    chunkRoots: Buffer.concat(chunks.map((leaves) => chunkRootOf(leaves, geometry, sha256))),
    leavesPerChunk: chunkWidth(geometry),
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const pool = new HashPool({ width: 2 });
afterAll(() => pool.close());

const subjects: Record<string, () => Hasher> = { HashPool: () => pool, InlineHasher: () => new InlineHasher() };

const SIZES = [1, 16_383, 16_384, 16_385, 65 * 1024, MIB - 1, MIB, MIB + 1, 5 * MIB + 7];

describe.for(Object.entries(subjects))("%s hashes", ([, make]) => {
  test.for(SIZES)("hashes a file of %i bytes as the content functions do", async (size) => {
    const bytes = content(size);
    const { leafHashes, chunkRoots, leavesPerChunk } = expected(bytes);
    const run = await make().hashFile({ file: fileWith(bytes), position: 0, bytes: size, leavesPerChunk });
    expect(hex(run.leafHashes)).toBe(hex(leafHashes));
    expect(hex(run.chunkRoots)).toBe(hex(chunkRoots));
  });

  test("hashes files of any size, from any chunk on", async () => {
    const whole = content(3 * MIB + 5);
    const path = join(tempFolder(), "file");
    fs.writeFileSync(path, whole);
    const file = open(path, "r+");
    const hasher = make();
    const sizes = fc.integer({ min: 1, max: whole.length }).filter((size) => size !== 64);
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat({ max: 2 }), async (size, chunk) => {
        const all = expected(whole.subarray(0, size));
        const position = size > MIB ? Math.min(chunk, Math.ceil(size / MIB) - 1) * MIB : 0;
        const job = { file, position, bytes: size - position, leavesPerChunk: all.leavesPerChunk };
        const run = await hasher.hashFile(job);
        expect(hex(run.leafHashes)).toBe(hex(all.leafHashes.subarray((position / LEAF_BYTES) * HASH_BYTES)));
        expect(hex(run.chunkRoots)).toBe(hex(all.chunkRoots.subarray((position / MIB) * HASH_BYTES)));
      }),
      { numRuns: 40 },
    );
  });

  test("builds larger chunks, as large videos have", async () => {
    const bytes = content(5 * MIB + 7);
    const geometry = { ...geometryOf(bytes.length), chunkBytes: 2 * MIB, chunks: 3, leavesPerChunk: 128 };
    const job = { file: fileWith(bytes), position: 0, bytes: bytes.length, leavesPerChunk: 128 };
    const { leafHashes, chunkRoots } = await make().hashFile(job);
    const roots = [0, 1, 2].map((chunk) => {
      const leaves = leafHashes.subarray(chunk * 128 * HASH_BYTES, (chunk + 1) * 128 * HASH_BYTES);
      return chunkRootOf(leaves, geometry, sha256);
    });
    expect(hex(chunkRoots)).toBe(hex(Buffer.concat(roots)));
  });

  test("copies what it reads to the same place", async () => {
    const bytes = content(4 * MIB + 100);
    const path = join(tempFolder(), "copy");
    const copyTo = open(path, "w+");
    const job = { file: fileWith(bytes), position: MIB, bytes: bytes.length - MIB, leavesPerChunk: 64, copyTo };
    const { leafHashes } = await make().hashFile(job);
    expect(leafHashes).toHaveLength(expected(bytes).leafHashes.length - 64 * HASH_BYTES);
    const copy = fs.readFileSync(path);
    expect(copy.subarray(MIB).equals(bytes.subarray(MIB))).toBe(true);
    expect(copy.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });

  test("hashes what there is of a file that ends early", async () => {
    const bytes = content(2 * MIB + 20_000);
    const { leafHashes, chunkRoots } = expected(bytes);
    const job = { file: fileWith(bytes), position: MIB, bytes: 4 * MIB, leavesPerChunk: 64 };
    const run = await make().hashFile(job);
    expect(hex(run.leafHashes)).toBe(hex(leafHashes.subarray(64 * HASH_BYTES)));
    expect(hex(run.chunkRoots)).toBe(hex(chunkRoots.subarray(HASH_BYTES)));
    const behind = await make().hashFile({ ...job, position: 4 * MIB });
    expect([behind.leafHashes.length, behind.chunkRoots.length]).toEqual([0, 0]);
  });

  test("hashes bytes in memory, and leaves them to the caller", async () => {
    for (const size of [1, LEAF_BYTES, MIB - 1, MIB]) {
      const bytes = content(size);
      const around = new Uint8Array(size + 10);
      around.set(bytes, 5);
      const shared = new Uint8Array(new SharedArrayBuffer(size));
      shared.set(bytes);
      for (const subject of [bytes, around.subarray(5, size + 5), shared]) {
        expect(hex(await make().hashBytes(subject))).toBe(hex(leafHashesOf(bytes, sha256)));
        expect(Buffer.compare(subject, bytes)).toBe(0);
      }
    }
  });
});

describe.for(Object.entries(subjects))("%s keeps", ([, make]) => {
  test("a chunk that is the right one, in its place, from memory of any kind", async () => {
    const bytes = content(2 * MIB + 5000);
    const { leafHashes, chunkRoots, leavesPerChunk } = expected(bytes);
    const file = fileWith(new Uint8Array(bytes.length));
    const tree = fileWith(new Uint8Array(0));
    for (const chunk of [2, 0, 1]) {
      const plain = bytes.subarray(chunk * MIB, (chunk + 1) * MIB);
      const shared = new Uint8Array(new SharedArrayBuffer(plain.length));
      shared.set(plain);
      const chunkRoot = chunkRoots.subarray(chunk * HASH_BYTES, (chunk + 1) * HASH_BYTES);
      const place = { file, position: chunk * MIB, tree, treePosition: chunk * 64 * HASH_BYTES };
      const job = { ...place, leavesPerChunk, chunkRoot, bytes: chunk === 1 ? plain : shared };
      expect(hex((await make().keep(job)) as Uint8Array)).toBe(hex(leafHashesOf(plain, sha256)));
    }
    const hashes = new Uint8Array(leafHashes.length);
    fs.readSync(tree.fd, hashes, 0, hashes.length, 0);
    expect(hex(hashes)).toBe(hex(leafHashes));
    const written = new Uint8Array(bytes.length);
    fs.readSync(file.fd, written, 0, written.length, 0);
    expect(Buffer.compare(written, bytes)).toBe(0);
  });

  test("nothing of a chunk that is another one", async () => {
    const bytes = content(MIB);
    const file = fileWith(new Uint8Array(MIB));
    const chunkRoot = expected(content(MIB, 2)).chunkRoots;
    const tree = fileWith(new Uint8Array(0));
    const job = { file, position: 0, bytes, leavesPerChunk: 64, chunkRoot, tree, treePosition: 0 };
    expect(await make().keep(job)).toBeUndefined();
    const after = new Uint8Array(MIB);
    fs.readSync(file.fd, after, 0, MIB, 0);
    expect(after.every((byte) => byte === 0)).toBe(true);
  });
});

describe.for(Object.entries(subjects))("%s checks", ([, make]) => {
  test("finds flipped bits in exactly their leaves", async () => {
    const hasher = make();
    const bytes = content(MIB - 5000);
    const leafHashes = leafHashesOf(bytes, sha256);
    const flips = fc.array(fc.nat({ max: bytes.length * 8 - 1 }), { maxLength: 3 });
    const file = fileWith(bytes);
    await fc.assert(
      fc.asyncProperty(flips, async (bits) => {
        const damaged = bytes.slice();
        for (const bit of new Set(bits)) damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        fs.writeSync(file.fd, damaged, 0, damaged.length, 0);
        const run = await hasher.read({ file, position: 0, bytes: bytes.length, leafHashes });
        const leaves = new Set(bits.map((bit) => Math.floor((bit >> 3) / LEAF_BYTES)));
        expect(run.wrongLeaves).toEqual([...leaves].sort((one, other) => one - other));
        expect(run.hashed).toBe(true);
        expect(Buffer.compare(run.bytes, damaged)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test("reads from inside a file, with hashes out of a longer list", async () => {
    const bytes = content(2 * MIB);
    const all = leafHashesOf(bytes, sha256);
    const leafHashes = all.subarray(70 * HASH_BYTES, 74 * HASH_BYTES);
    const job = { file: fileWith(bytes), position: 70 * LEAF_BYTES, bytes: 4 * LEAF_BYTES, leafHashes };
    const run = await make().read(job);
    expect(run.wrongLeaves).toEqual([]);
    expect(Buffer.compare(run.bytes, bytes.subarray(70 * LEAF_BYTES, 74 * LEAF_BYTES))).toBe(0);
    expect(run.bytes.buffer.byteLength).toBe(4 * LEAF_BYTES);
    expect((await make().read({ ...job, position: 71 * LEAF_BYTES })).wrongLeaves).toEqual([0, 1, 2, 3]);
  });

  test("reads into memory that is lent, again and again, and gives it back, also when the file ends early or is wrong", async () => {
    const bytes = content(4 * LEAF_BYTES);
    const leafHashes = leafHashesOf(bytes, sha256);
    const into = { bytes: new Uint8Array(6 * LEAF_BYTES) };
    const hasher = make();
    for (const held of [4, 2, 4, 3]) {
      const file = fileWith(bytes.subarray(0, held * LEAF_BYTES));
      const run = await hasher.read({ file, position: 0, bytes: bytes.length, leafHashes, into });
      expect(run.wrongLeaves).toEqual([0, 1, 2, 3].slice(held));
      expect(Buffer.compare(run.bytes, bytes.subarray(0, held * LEAF_BYTES))).toBe(0);
      expect(into.bytes.length).toBe(6 * LEAF_BYTES);
    }
    // Too little of it is not used.
    const little = { bytes: new Uint8Array(LEAF_BYTES) };
    const run = await hasher.read({
      file: fileWith(bytes),
      position: 0,
      bytes: bytes.length,
      leafHashes,
      into: little,
    });
    expect([run.wrongLeaves, run.bytes.length, little.bytes.length]).toEqual([[], bytes.length, LEAF_BYTES]);
  });

  test("a file that ends early has wrong leaves, trusted or not", async () => {
    const bytes = content(4 * LEAF_BYTES);
    const leafHashes = leafHashesOf(bytes, sha256);
    const file = fileWith(bytes.subarray(0, 2 * LEAF_BYTES + 1));
    // The short leaf's own hash does not help it: so many bytes were asked for.
    leafHashes.set(sha256(bytes.subarray(2 * LEAF_BYTES, 2 * LEAF_BYTES + 1)), 2 * HASH_BYTES);
    for (const trusted of [undefined, stampOf(file.fd)]) {
      const run = await make().read({ file, position: 0, bytes: bytes.length, leafHashes, trusted });
      expect(run.wrongLeaves).toEqual([2, 3]);
      expect(Buffer.compare(run.bytes, bytes.subarray(0, 2 * LEAF_BYTES + 1))).toBe(0);
      expect(run.bytes.buffer.byteLength).toBe(2 * LEAF_BYTES + 1);
    }
  });
});

describe.for(Object.entries(subjects))("%s, when things change", ([, make]) => {
  test("a file that shrinks while it is hashed gives the leaves that it had", async () => {
    const bytes = content(8 * MIB);
    const file = fileWith(bytes);
    const hashing = make().hashFile({ file, position: 0, bytes: bytes.length, leavesPerChunk: 64 });
    fs.ftruncateSync(file.fd, 3 * MIB);
    const { leafHashes, chunkRoots } = await hashing;
    const leaves = leafHashes.length / HASH_BYTES;
    expect(leaves).toBeGreaterThanOrEqual(3 * 64);
    expect(chunkRoots).toHaveLength(Math.ceil(leaves / 64) * HASH_BYTES);
    expect(hex(leafHashes)).toBe(hex(leafHashesOf(bytes, sha256).subarray(0, leafHashes.length)));
  });

  test("an unchanged file is trusted, a changed one is hashed", async () => {
    const bytes = content(3 * LEAF_BYTES);
    const file = fileWith(bytes);
    const stamp = stampOf(file.fd);
    // No leaf can be right, so that hashing shows.
    const job = { file, position: 0, bytes: bytes.length, leafHashes: new Uint8Array(3 * HASH_BYTES) };
    const trusting = await make().read({ ...job, trusted: stamp });
    expect([trusting.hashed, trusting.wrongLeaves]).toEqual([false, []]);
    const others: Stamp[] = [
      { ...stamp, bytes: stamp.bytes + 1 },
      { ...stamp, mtimeNs: stamp.mtimeNs - 1n },
      { ...stamp, inode: stamp.inode + 1n },
    ];
    for (const trusted of others) {
      const run = await make().read({ ...job, trusted });
      expect([run.hashed, run.wrongLeaves]).toEqual([true, [0, 1, 2]]);
    }
  });

  test("the system's errors come through with their code", async () => {
    const hasher = make();
    const bytes = content(LEAF_BYTES);
    const job = { file: fileOf(1_000_000), position: 0, bytes: LEAF_BYTES };
    const refusal = { code: "EBADF", syscall: "read", message: expect.stringContaining("bad file descriptor") };
    await expect(hasher.hashFile({ ...job, leavesPerChunk: 1 })).rejects.toMatchObject(refusal);
    await expect(hasher.read({ ...job, leafHashes: leafHashesOf(bytes, sha256) })).rejects.toMatchObject(refusal);
    const path = join(tempFolder(), "copy");
    fs.writeFileSync(path, "");
    const copying = { file: fileWith(bytes), position: 0, bytes: LEAF_BYTES, leavesPerChunk: 1 };
    const unwritable = hasher.hashFile({ ...copying, copyTo: open(path, "r") });
    await expect(unwritable).rejects.toMatchObject({ code: "EBADF", syscall: "write" });
    // Whoever could not read can still work.
    expect(hex(await hasher.hashBytes(bytes))).toBe(hex(sha256(bytes)));
  });

  test("hashes that do not fit the bytes asked for are a bug of the caller", async () => {
    const job = { file: fileWith(content(2 * LEAF_BYTES)), position: 0, bytes: 2 * LEAF_BYTES };
    await expect(make().read({ ...job, leafHashes: new Uint8Array(HASH_BYTES) })).rejects.toThrow("bug:");
  });
});

test.for([() => new HashPool(), () => new InlineHasher()])("a closed one takes no jobs", async (make) => {
  const hasher = make();
  await hasher.close();
  await hasher.close();
  const job = { file: fileOf(1_000_000), position: 0, bytes: 1 };
  const stopped = { name: "CardumeError", code: "hasher-stopped", exitCode: 5 };
  await expect(hasher.hashBytes(new Uint8Array(1))).rejects.toMatchObject(stopped);
  await expect(hasher.hashFile({ ...job, leavesPerChunk: 1 })).rejects.toMatchObject(stopped);
  await expect(hasher.read({ ...job, leafHashes: new Uint8Array(HASH_BYTES) })).rejects.toMatchObject(stopped);
});
