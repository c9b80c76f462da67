import { constants } from "node:os";
import { describe, expect, test } from "vitest";
import { STORE } from "../../../src/core/limits.ts";
import { Bitmap } from "../../../src/store/bitmap.ts";
import { dataFolder } from "../../../src/store/data-folder.ts";
import type { Disk } from "../../../src/store/disk.ts";
import { diskError, onDisk, printable } from "../../../src/store/disk-errors.ts";
import { LeafCache } from "../../../src/store/leaf-cache.ts";
import { decodeSource, encodeSource } from "../../../src/store/source-file.ts";
import { Space } from "../../../src/store/space.ts";

describe("a bitmap", () => {
  test("has chunk n at bit n % 8, lowest first, of byte n / 8, and counts", () => {
    const bitmap = new Bitmap(20);
    for (const chunk of [0, 9, 19, 9]) bitmap.add(chunk);
    expect([...bitmap.bytes]).toEqual([1, 2, 8]);
    expect(bitmap.count).toBe(3);
    bitmap.delete(9);
    bitmap.delete(10);
    expect([bitmap.count, bitmap.has(9), bitmap.has(19), bitmap.has(400)]).toEqual([2, false, true, false]);
  });

  test("takes away bits behind the last chunk, and bytes too", () => {
    const bitmap = new Bitmap(9, Uint8Array.of(255, 255, 255));
    expect([...bitmap.bytes]).toEqual([255, 1]);
    expect(bitmap.count).toBe(9);
    expect([...Bitmap.full(3).bytes]).toEqual([7]);
  });

  test("is its own: what it was made from stays as it was", () => {
    const bytes = Uint8Array.of(1);
    new Bitmap(8, bytes).add(3);
    expect([...bytes]).toEqual([1]);
  });
});

describe("the data folder", () => {
  test("is as told, else CARDUME_DATA, else where this system keeps programs' data", () => {
    expect(dataFolder("/a/b", { CARDUME_DATA: "/c" })).toBe("/a/b");
    expect(dataFolder(undefined, { CARDUME_DATA: "/c" })).toBe("/c");
    expect(dataFolder(undefined, { CARDUME_DATA: "" })).toMatch(/\/cardume$/);
  });
});

describe("a source file", () => {
  const stamp = { bytes: 5, mtimeNs: 1_795_358_907_660_700_468n, inode: 2n ** 63n + 5n };

  test.for(["/films/férias.mp4", '/with "quotes"\nand a line', Buffer.from([0x2f, 0xff, 0xfe])])(
    "gives back %j and its stamp",
    (path) => {
      expect(decodeSource(encodeSource({ path, stamp }))).toEqual({ path, stamp });
    },
  );

  test.for([
    "",
    "null",
    "[]",
    "{}",
    '{"version":2}',
    '{"version":1,"path":"","bytes":1,"mtimeNs":"1","inode":"1"}',
    '{"version":1,"path":"/a\\u0000","bytes":1,"mtimeNs":"1","inode":"1"}',
    '{"version":1,"path":"/a","bytes":-1,"mtimeNs":"1","inode":"1"}',
    '{"version":1,"path":"/a","bytes":1.5,"mtimeNs":"1","inode":"1"}',
    '{"version":1,"path":"/a","bytes":1,"mtimeNs":"one","inode":"1"}',
    '{"version":1,"path":"/a","bytes":1,"mtimeNs":"999999999999999999999","inode":"1"}',
    '{"version":1,"path":7,"bytes":1,"mtimeNs":"1","inode":"1"}',
  ])("is not %s", (text) => {
    expect(decodeSource(Buffer.from(text))).toBeUndefined();
  });
});

describe("room on the disk", () => {
  const withFree = (free: number): Space =>
    new Space({ freeBytes: () => Promise.resolve(free) } as unknown as Disk, "/data");

  test("is promised up to what is free, less what is kept for others", async () => {
    const space = withFree(STORE.minFreeBytes + 100);
    await space.reserve("one", () => 60);
    await expect(space.reserve("two", () => 41)).rejects.toMatchObject({ code: "disk-full", exitCode: 5 });
    await space.reserve("three", () => 40);
    await space.reserve("one", () => 1e9);
  });

  test("comes back when it is released, and as what is missing becomes less", async () => {
    const space = withFree(STORE.minFreeBytes + 100);
    let missing = 100;
    await space.reserve("one", () => missing);
    missing = 30;
    await space.reserve("two", () => 70);
    space.release("one");
    await space.reserve("three", () => 30);
  });

  test("that is refused to one gets nobody else refused", async () => {
    const space = withFree(STORE.minFreeBytes + 100);
    const [huge, small] = [space.reserve("huge", () => 1e9), space.reserve("small", () => 50)];
    await expect(huge).rejects.toMatchObject({ code: "disk-full" });
    await small;
  });

  test("is not promised when nobody can tell how much there is", async () => {
    const fail = (): Promise<number> =>
      Promise.reject(Object.assign(new Error("EIO"), { code: "EIO", syscall: "statfs" }));
    const space = new Space({ freeBytes: fail } as unknown as Disk, "/data");
    await expect(space.reserve("one", () => 1)).rejects.toMatchObject({ code: "disk-failed" });
  });
});

describe("cached leaf hashes", () => {
  test("are kept up to their cap, the least recently used going first", () => {
    const cache = new LeafCache();
    const part = STORE.maxCachedLeafHashBytes / 4;
    for (const chunk of [0, 1, 2, 3]) cache.set("v", chunk, new Uint8Array(part));
    cache.get("v", 0);
    cache.set("v", 4, new Uint8Array(part));
    expect([0, 1, 2, 3, 4].map((chunk) => cache.get("v", chunk) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
    cache.delete("v", 0);
    cache.set("w", 0, new Uint8Array(part));
    expect(cache.get("v", 2)).toBeDefined();
    expect(cache.get("v", 0)).toBeUndefined();
  });

  test("count once what is set twice", () => {
    const cache = new LeafCache();
    for (let time = 0; time < 10; time++) cache.set("v", 0, new Uint8Array(STORE.maxCachedLeafHashBytes / 2));
    cache.set("v", 1, new Uint8Array(STORE.maxCachedLeafHashBytes / 2));
    expect(cache.get("v", 0)).toBeDefined();
  });
});

describe("a disk's errors", () => {
  const system = (code: string): Error => Object.assign(new Error(`${code}: words`), { code, syscall: "open" });

  test.for([
    ["ENOSPC", "disk-full"],
    ["EDQUOT", "disk-full"],
    ["EACCES", "disk-refused"],
    ["EROFS", "disk-refused"],
    ["ENOENT", "file-missing"],
    ["EIO", "disk-failed"],
    ["EWHATEVER", "disk-failed"],
  ] as const)("%s is %s", ([system_, code]) => {
    const error = diskError(system(system_), "cannot do it");
    expect(error).toMatchObject({ code, exitCode: 5 });
    expect(error.message).toMatch(/^cannot do it: /);
  });

  test("of a quota that is used up has no name in Node, and is known by its number", () => {
    const unnamed = Object.assign(system("UNKNOWN"), { errno: -constants.errno.EDQUOT });
    expect(diskError(unnamed, "cannot do it")).toMatchObject({ code: "disk-full" });
  });

  test("are put into words, and others let through", async () => {
    await expect(onDisk("cannot", () => Promise.reject(system("EIO")))).rejects.toMatchObject({ code: "disk-failed" });
    const abort = new DOMException("stop", "AbortError");
    await expect(onDisk("cannot", () => Promise.reject(abort))).rejects.toBe(abort);
  });

  test("show paths on one line, whatever is in them", () => {
    expect(printable("/a\n\u001b[31m\u202eb\u0085")).toBe("/a\ufffd\ufffd[31m\ufffdb\ufffd");
    expect(printable(Buffer.from([0x2f, 0xff]))).toBe("/\ufffd");
  });
});
