import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { madeVideo, someBytes } from "../unit/support/made-video.ts";
import { addAll, addOne, folderOf, outcomes, setUp } from "./support/library-stage.ts";

describe("copies", () => {
  test("are the library's own: the file may go", async () => {
    const { library, data, files, again } = await setUp();
    const path = join(files, "a.bin");
    const bytes = someBytes(2_000_000, 1);
    writeFileSync(path, bytes);
    const id = await addOne(library, path, { copy: true });
    rmSync(path);
    expect(readdirSync(folderOf(data, id)).sort()).toEqual(["content", "manifest", "tree"]);
    const reopened = await again();
    expect(await reopened.get(id)).toMatchObject({ state: "complete", source: undefined });
    await reopened.export(id, join(files, "out"));
    expect(Buffer.compare(readFileSync(join(files, "out")), bytes)).toBe(0);
    await reopened.remove(id);
    expect(existsSync(folderOf(data, id))).toBe(false);
  });

  test("have no room promised twice for what is written already", async () => {
    const { library, files } = await setUp();
    for (const [index, name] of ["a", "b", "c"].entries())
      writeFileSync(join(files, name), someBytes(3_000_000, index));
    expect(outcomes(await addAll(library, [files], { copy: true }))).toEqual(["added", "added", "added"]);
  });

  test("are written out under names as long as file systems take", async () => {
    const { library, files } = await setUp();
    const path = join(files, "a.bin");
    writeFileSync(path, someBytes(1000, 1));
    const id = await addOne(library, path);
    for (const name of ["x".repeat(255), "é".repeat(127)]) await library.export(id, join(files, name));
    expect(readdirSync(files)).toHaveLength(3);
  });

  test("take the place of a file kept in place, which stays", async () => {
    const { library, data, files } = await setUp();
    const path = join(files, "a.bin");
    writeFileSync(path, someBytes(2_000_000, 1));
    const id = await addOne(library, path);
    expect(outcomes(await addAll(library, [path], { copy: true }))).toEqual(["added"]);
    expect(readdirSync(folderOf(data, id)).sort()).toEqual(["content", "manifest", "tree"]);
    expect(await library.get(id)).toMatchObject({ state: "complete", source: undefined });
    expect(existsSync(path)).toBe(true);
    expect(outcomes(await addAll(library, [path]))).toEqual(["already"]);
  });

  test("are refused before a byte is written when there is no room", async () => {
    const { library, files, data } = await setUp();
    const path = join(files, "huge");
    writeFileSync(path, "");
    truncateSync(path, 10_000_000_000_000);
    await expect(addAll(library, [path], { copy: true })).rejects.toMatchObject({ code: "disk-full", exitCode: 5 });
    expect(readdirSync(join(data, "videos"))).toEqual([]);
  });
});

describe("a video from elsewhere", () => {
  test("is held chunk by chunk, and known after another opening", async () => {
    const { library, again, data } = await setUp();
    const video = madeVideo(5_000_000);
    const store = await library.receive(video.manifest, video.lastLeaf);
    await Promise.all([3, 1].map((chunk) => store.write(chunk, video.chunk(chunk))));
    expect(await library.list()).toMatchObject([{ state: "partial", held: 2, heldBytes: 2 * 1_048_576 }]);
    const reopened = await again();
    const resumed = await reopened.receive(video.manifest);
    expect([0, 1, 2, 3, 4].filter((chunk) => resumed.held.has(chunk))).toEqual([1, 3]);
    await Promise.all([0, 2, 4].map((chunk) => resumed.write(chunk, video.chunk(chunk))));
    await resumed.close();
    expect(await reopened.list()).toMatchObject([{ state: "complete", heldBytes: 5_000_000 }]);
    expect(statSync(join(folderOf(data, video.manifest.id), "content")).size).toBe(5_000_000);
  });

  test("has no place made for it before its size is proven", async () => {
    const { library, data } = await setUp();
    const video = madeVideo(5_000_000);
    const wrong = { ...video.lastLeaf, bytes: video.lastLeaf.bytes.slice(1) };
    await expect(library.receive(video.manifest, wrong)).rejects.toMatchObject({ code: "size-unproven" });
    await expect(library.receive(video.manifest)).rejects.toMatchObject({ code: "size-unproven" });
    expect(readdirSync(join(data, "videos"))).toEqual([]);
  });

  test("becomes one in place when its file is added", async () => {
    const { library, data, files } = await setUp();
    const video = madeVideo(3_000_000);
    const store = await library.receive(video.manifest, video.lastLeaf);
    await store.write(0, video.chunk(0));
    writeFileSync(join(files, "a"), video.content);
    expect(await addAll(library, [join(files, "a")])).toMatchObject([{ error: { code: "video-in-use" } }]);
    await store.close();
    expect(outcomes(await addAll(library, [join(files, "a")]))).toEqual(["added"]);
    expect(await library.list()).toMatchObject([{ state: "complete", source: join(files, "a") }]);
    expect(readdirSync(folderOf(data, video.manifest.id)).sort()).toEqual(["manifest", "source", "tree"]);
  });

  test("is not written into a file kept in place", async () => {
    const { library, files } = await setUp();
    const video = madeVideo(100_000);
    writeFileSync(join(files, "a"), video.content);
    const store = await library.open(await addOne(library, join(files, "a")));
    await expect(store.write(0, video.chunk(0))).rejects.toMatchObject({ code: "video-in-place" });
    await store.close();
  });
});

describe("at one time", () => {
  test("removing and adding one video leave it whole or gone", async () => {
    const { library, files } = await setUp();
    const path = join(files, "a.mp4");
    writeFileSync(path, someBytes(20_000, 1));
    const id = await addOne(library, path);
    for (let round = 0; round < 20; round++) {
      await Promise.all([addAll(library, [path]), library.remove(id).catch(() => {})]);
      const row = await library.get(id);
      expect(await library.list()).toHaveLength(row === undefined ? 0 : 1);
      if (row !== undefined) expect((await library.verify(id)).lost).toEqual([]);
      await addOne(library, path);
      expect(await library.get(id)).toMatchObject({ state: "complete" });
    }
  });

  test("a stream that is left early closes no file that is still read", async () => {
    const { library, files } = await setUp();
    for (const [index, name] of ["a.mp4", "b.mp4"].entries())
      writeFileSync(join(files, name), someBytes(12_000_000, index));
    await addAll(library, [files]);
    const ids = (await library.list()).map(({ id }) => id);
    for (let round = 0; round < 30; round++)
      for (const id of ids) expect((await library.stream(id).next()).value).toHaveLength(1_048_576);
    expect(await library.list()).toMatchObject([{ held: 12 }, { held: 12 }]);
  });

  test("a library that is closed lets what is under way end", async () => {
    const { library, files, again } = await setUp();
    writeFileSync(join(files, "a.mp4"), someBytes(60_000_000, 1));
    const id = await addOne(library, join(files, "a.mp4"));
    const verified = library.verify(id).catch(() => {});
    await library.close();
    await verified;
    expect(await (await again()).get(id)).toMatchObject({ state: "complete", held: 58 });
  });
});

describe("the same video, opened by two", () => {
  test("is one store, closed with the last of them", async () => {
    const { library } = await setUp();
    const video = madeVideo(2_000_000);
    const one = await library.receive(video.manifest, video.lastLeaf);
    const other = await library.open(video.manifest.id);
    await one.write(0, video.chunk(0));
    expect(other.held.has(0)).toBe(true);
    await one.close();
    await one.close();
    expect(await other.write(1, video.chunk(1))).toBe("held");
    await expect(library.remove(video.manifest.id)).rejects.toMatchObject({ code: "video-in-use" });
    await other.close();
    await library.remove(video.manifest.id);
    await expect(library.open(video.manifest.id)).rejects.toMatchObject({ code: "video-unknown", exitCode: 3 });
  });
});

test("a lost catalogue whose making anew is broken off is made at the next opening", async () => {
  const { library, data, files, again } = await setUp();
  for (const [index, name] of ["a", "b", "c"].entries()) writeFileSync(join(files, name), someBytes(3_000_000, index));
  await addAll(library, [files], { copy: true });
  await library.close();
  rmSync(join(data, "library.db"));
  const abort = new AbortController();
  const onNotice = (text: string): void => {
    if (text.includes("2 of 3")) abort.abort();
  };
  await expect(openStore({ folder: data, onNotice, signal: abort.signal })).rejects.toThrow(/abort/i);
  const reopened = await again();
  expect((await reopened.list()).map(({ title, state }) => `${title} ${state}`)).toEqual([
    "a complete",
    "b complete",
    "c complete",
  ]);
});

test("the library's key is its own, and nobody else may read it", async () => {
  const { library, data, again, close } = await setUp();
  expect(statSync(join(data, "key")).mode & 0o777).toBe(0o600);
  expect((await again()).publisher).toEqual(library.publisher);
  await close();
  writeFileSync(join(data, "key"), "not a key");
  await expect(openStore({ folder: data })).rejects.toMatchObject({ code: "key-invalid", exitCode: 5 });
});
