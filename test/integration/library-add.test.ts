import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { madeVideo, someBytes } from "../unit/support/made-video.ts";
import { addAll, addOne, folderOf, outcomes, setUp } from "./support/library-stage.ts";

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
    expect(await (await again()).list()).toEqual([before]);
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
    expect(await library.get(id)).toMatchObject({ state: "complete", source: join(files, "b.bin"), title: "a.bin" });
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

describe("adding videos with subtitles, and whole folders", () => {
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

  test("keeps a video's subtitles when the same bytes are found where there are none", async () => {
    const { library, files } = await setUp();
    for (const folder of ["a", "b"]) mkdirSync(join(files, folder));
    for (const path of ["a/film.mp4", "b/copy.mp4"]) writeFileSync(join(files, path), someBytes(5000, 1));
    writeFileSync(join(files, "a/film.srt"), "1\n00:00:01,000 --> 00:00:02,000\nOlá\n");
    const id = await addOne(library, join(files, "a"));
    for (let time = 0; time < 2; time++)
      expect(outcomes(await addAll(library, [join(files, "b"), join(files, "a")]))).toEqual(["already", "already"]);
    expect((await library.details(id)).claims[0]?.claims.subtitles).toHaveLength(1);
  });

  test("forgets a subtitle file that was changed or deleted, when its video is added again", async () => {
    const { library, files } = await setUp();
    writeFileSync(join(files, "film.mp4"), someBytes(5000, 1));
    for (const name of ["film.pt.srt", "film.en.srt"]) writeFileSync(join(files, name), `${name} as it was\n`);
    await addAll(library, [files]);
    writeFileSync(join(files, "film.pt.srt"), "other words\n");
    rmSync(join(files, "film.en.srt"));
    await addAll(library, [files]);
    const subtitles = await library.list({ kind: "subtitle" });
    expect(subtitles).toMatchObject([{ fileName: "film.pt.srt", bytes: 12, state: "complete" }]);
  });

  test("takes subtitles that are named beside their video, as a shell does, for its subtitles", async () => {
    const { library, files } = await setUp();
    const paths = ["film.mp4", "film.srt", "other.srt"].map((name) => join(files, name));
    for (const path of paths) writeFileSync(path, `what is in ${path}`);
    await addAll(library, paths);
    expect((await library.list()).map(({ title }) => title)).toEqual(["film", "other"]);
    expect(await library.list({ kind: "subtitle" })).toHaveLength(1);
  });

  test("leaves out other libraries, whose private keys are in them, and what is not all there yet", async () => {
    const { library, files } = await setUp();
    const other = await openStore({ folder: join(files, "library") });
    await other.close();
    writeFileSync(join(files, "film.mp4.part"), "half of it");
    writeFileSync(join(files, "Thumbs.db"), "small pictures");
    writeFileSync(join(files, "film.jpg"), "a picture");
    const reports = await addAll(library, [files]);
    expect(outcomes(reports)).toEqual(["added", "skipped", "skipped"]);
    expect((await library.list()).map(({ title }) => title)).toEqual(["film.jpg"]);
  });
});

describe("adding a file that has changed", () => {
  test("a file that has grown is another video, whatever verifying its beginning finds", async () => {
    const { library, files } = await setUp();
    const path = join(files, "recording.ts");
    writeFileSync(path, someBytes(3_000_000, 1));
    const id = await addOne(library, path);
    writeFileSync(path, Buffer.concat([someBytes(3_000_000, 1), someBytes(3_000_000, 2)]));
    expect(await library.verify(id)).toMatchObject({ video: { state: "changed" }, stamp: undefined });
    const [report] = await addAll(library, [path]);
    expect(report).toMatchObject({ outcome: "added", bytes: 6_000_000, before: id });
    expect(await library.remove(id, { files: true })).toBe(false);
    expect(statSync(path).size).toBe(6_000_000);
  });
});
