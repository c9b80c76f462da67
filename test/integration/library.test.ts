import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { AddOptions, AddReport } from "../../src/store/add-paths.ts";
import type { Library } from "../../src/store/library.ts";
import { openStore } from "../../src/store/open.ts";
import { madeVideo, someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";

const libraries: Library[] = [];
afterEach(async () => {
  for (const library of libraries.splice(0)) await library.close();
});

/** A library in a new folder, and a folder of files beside it. */
async function setUp(): Promise<{ library: Library; data: string; files: string; again: () => Promise<Library> }> {
  const folder = tempFolder();
  const [data, files] = [join(folder, "data"), join(folder, "files")];
  mkdirSync(files);
  const again = async (): Promise<Library> => {
    await Promise.all(libraries.splice(0).map((one) => one.close()));
    const library = await openStore({ folder: data });
    libraries.push(library);
    return library;
  };
  return { library: await again(), data, files, again };
}

async function addAll(library: Library, paths: readonly string[], options?: AddOptions): Promise<AddReport[]> {
  const reports: AddReport[] = [];
  for await (const report of library.add(paths, options)) reports.push(report);
  return reports;
}

async function addOne(library: Library, path: string, options?: AddOptions): Promise<Uint8Array> {
  const [report] = await addAll(library, [path], options);
  if (report === undefined || !("id" in report)) throw new Error(`not added: ${JSON.stringify(report)}`);
  return report.id;
}

const outcomes = (reports: readonly AddReport[]): string[] => reports.map(({ outcome }) => outcome);
const folderOf = (data: string, id: Uint8Array): string => join(data, "videos", Buffer.from(id).toString("hex"));

describe("adding in place", () => {
  test("makes no second copy, and names the file by its content", async () => {
    const { library, data, files } = await setUp();
    const video = madeVideo(2_500_000);
    const path = join(files, "Férias_no_mar.mp4");
    writeFileSync(path, video.content);
    const id = await addOne(library, path);
    expect(Buffer.compare(id, video.manifest.id)).toBe(0);
    expect(readdirSync(folderOf(data, id)).sort()).toEqual(["manifest", "source", "tree"]);
    expect(await library.list()).toMatchObject([
      { title: "Férias no mar", fileName: "Férias_no_mar.mp4", state: "complete", heldBytes: 2_500_000, source: path },
    ]);
  });

  test("again changes nothing and hashes nothing", async () => {
    const { library, files, again } = await setUp();
    writeFileSync(join(files, "a.bin"), someBytes(100_000, 1));
    await addAll(library, [files]);
    const [before] = await library.list();
    expect(outcomes(await addAll(await again(), [files]))).toEqual(["already"]);
    expect(await (libraries[0] as Library).list()).toEqual([before]);
  });

  test("of the same content twice is one video, where it was first", async () => {
    const { library, files } = await setUp();
    for (const name of ["a.bin", "b.bin"]) writeFileSync(join(files, name), someBytes(100_000, 1));
    expect(outcomes(await addAll(library, [files])).sort()).toEqual(["added", "already"]);
    expect(await library.list()).toHaveLength(1);
  });

  test("a file that was moved, after it was missed, is known where it is now", async () => {
    const { library, files } = await setUp();
    const path = join(files, "a.bin");
    writeFileSync(path, someBytes(100_000, 1));
    const id = await addOne(library, path);
    renameSync(path, join(files, "b.bin"));
    expect(await library.get(id)).toMatchObject({ state: "missing", heldBytes: 0 });
    expect(outcomes(await addAll(library, [join(files, "b.bin")]))).toEqual(["added"]);
    expect(await library.get(id)).toMatchObject({ state: "complete", source: join(files, "b.bin"), title: "a" });
  });

  test("a file that changed is another video, and the old one is said to have changed", async () => {
    const { library, files } = await setUp();
    const path = join(files, "a.bin");
    writeFileSync(path, someBytes(100_000, 1));
    const old = await addOne(library, path);
    writeFileSync(path, someBytes(100_000, 2));
    expect(await library.get(old)).toMatchObject({ state: "changed", heldBytes: 0 });
    const now = await addOne(library, path);
    expect(Buffer.compare(now, old)).not.toBe(0);
    expect(await library.list()).toHaveLength(2);
    await library.remove(old, { files: true });
    expect(existsSync(path)).toBe(true);
  });

  test("refuses what cannot be named by its content, says why, and adds the rest", async () => {
    const { library, files } = await setUp();
    writeFileSync(join(files, "1-empty"), "");
    writeFileSync(join(files, "2-sixty-four"), new Uint8Array(64));
    writeFileSync(join(files, "3-good"), "x");
    const reports = await addAll(library, [files, join(files, "not there")]);
    expect(reports).toMatchObject([
      { outcome: "failed", error: { code: "not-storable", message: /empty/ } },
      { outcome: "failed", error: { code: "not-storable", message: /64 bytes/ } },
      { outcome: "added", bytes: 1 },
      { outcome: "failed", error: { code: "file-missing" } },
    ]);
  });
});

describe("adding", () => {
  test("tells how far it is, up to the end", async () => {
    const { library, files } = await setUp();
    writeFileSync(join(files, "a"), someBytes(3_000_000, 1));
    writeFileSync(join(files, "b"), someBytes(20_000_000, 2));
    const progress: number[] = [];
    await addAll(library, [files], { onProgress: ({ bytesDone }) => progress.push(bytesDone) });
    expect(progress.at(-1)).toBe(23_000_000);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  });

  test("stops when told, keeps what was added, and leaves nothing behind", async () => {
    const { library, data, files } = await setUp();
    writeFileSync(join(files, "a"), someBytes(3000, 1));
    writeFileSync(join(files, "b"), someBytes(60_000_000, 2));
    const abort = new AbortController();
    await addOne(library, join(files, "a"));
    const adding = addAll(library, [join(files, "a"), join(files, "b")], {
      signal: abort.signal,
      onProgress: ({ bytesDone }) => bytesDone > 10_000_000 && abort.abort(),
    });
    await expect(adding).rejects.toThrow(/abort/i);
    expect(await library.list()).toMatchObject([{ title: "a" }]);
    expect(readdirSync(join(data, "videos"))).toHaveLength(1);
  });

  test("has subtitle files belong to their video, and go with it", async () => {
    const { library, files } = await setUp();
    writeFileSync(join(files, "film.mp4"), someBytes(5000, 1));
    writeFileSync(join(files, "film.pt.srt"), "1\n00:00:01,000 --> 00:00:02,000\nOlá\n");
    const id = await addOne(library, join(files, "film.mp4"));
    expect(await library.list()).toHaveLength(1);
    expect(await library.list({ kind: "subtitle" })).toMatchObject([{ fileName: "film.pt.srt" }]);
    const { claims } = await library.details(id);
    expect(claims[0]?.claims.subtitles).toMatchObject([{ name: "film.pt.srt", language: "pt" }]);
    writeFileSync(join(files, "film.en.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n");
    expect(outcomes(await addAll(library, [files]))).toEqual(["added"]);
    expect(await library.list({ kind: "subtitle" })).toHaveLength(2);
    await library.remove(id);
    expect(await library.list({ kind: "subtitle" })).toEqual([]);
  });

  test("keeps a title that was given, when the file is added again without one", async () => {
    const { library, files } = await setUp();
    const path = join(files, "a.bin");
    writeFileSync(path, someBytes(1000, 1));
    await addOne(library, path, { title: "Um título" });
    await addOne(library, path);
    expect(await library.list({ words: "titulo" })).toMatchObject([{ title: "Um título" }]);
    expect(outcomes(await addAll(library, [path], { title: "Outro" }))).toEqual(["added"]);
    expect(await library.find("Outro")).toMatchObject({ title: "Outro" });
    expect(await library.list({ words: "titulo" })).toEqual([]);
  });
});

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
    await expect(addAll(library, [join(files, "a")])).rejects.toMatchObject({ code: "video-in-use" });
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
  const { library, data, files } = await setUp();
  for (const [index, name] of ["a", "b", "c"].entries()) writeFileSync(join(files, name), someBytes(3_000_000, index));
  await addAll(library, [files], { copy: true });
  await library.close();
  rmSync(join(data, "library.db"));
  const abort = new AbortController();
  const onNotice = (text: string): void => {
    if (text.includes("2 of 3")) abort.abort();
  };
  await expect(openStore({ folder: data, onNotice, signal: abort.signal })).rejects.toThrow(/abort/i);
  const again = await openStore({ folder: data });
  libraries.push(again);
  expect((await again.list()).map(({ title, state }) => `${title} ${state}`)).toEqual([
    "a complete",
    "b complete",
    "c complete",
  ]);
});

test("the library's key is its own, and nobody else may read it", async () => {
  const { library, data, again } = await setUp();
  expect(statSync(join(data, "key")).mode & 0o777).toBe(0o600);
  expect((await again()).publisher).toEqual(library.publisher);
  await Promise.all(libraries.splice(0).map((one) => one.close()));
  writeFileSync(join(data, "key"), "not a key");
  await expect(openStore({ folder: data })).rejects.toMatchObject({ code: "key-invalid", exitCode: 5 });
});
