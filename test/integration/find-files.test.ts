import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FilePath } from "../../src/store/disk.ts";
import { type FoundFile, findFiles, type SkippedPath } from "../../src/store/find-files.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { system } from "./support/system.ts";

const realPath = (path: FilePath): Promise<FilePath> => nodeDisk.realPath(path);

async function found(root: string, exclude: readonly string[] = []): Promise<(FoundFile | SkippedPath)[]> {
  const list: (FoundFile | SkippedPath)[] = [];
  for await (const one of findFiles(nodeDisk, [root], { realPath, exclude })) list.push(one);
  return list;
}

const isFound = (one: FoundFile | SkippedPath): one is FoundFile => !("skipped" in one);

test("a real folder with links, a FIFO, bytes for names and the library in it", async () => {
  const folder = realpathSync(tempFolder());
  const far = realpathSync(tempFolder());
  writeFileSync(join(far, "secret.mp4"), "far");
  mkdirSync(join(folder, "library/store"), { recursive: true });
  writeFileSync(join(folder, "library/store/a.mp4"), "own");
  writeFileSync(join(folder, "film.mp4"), "film");
  writeFileSync(join(folder, "film.pt.srt"), "text");
  writeFileSync(join(folder, ".hidden.mp4"), "hidden");
  writeFileSync(Buffer.from(`${folder}/z\xff.mp4`, "latin1"), "bytes");
  symlinkSync(far, join(folder, "link"));
  symlinkSync(folder, join(folder, "loop"));
  system("mkfifo", join(folder, "pipe"));

  const all = await found(folder, [join(folder, "library")]);
  expect(all.filter(isFound).map(({ path, stat, subtitles }) => [path, stat.bytes, subtitles.length])).toEqual([
    [join(folder, "film.mp4"), 4, 1],
    [Buffer.from(`${folder}/z\xff.mp4`, "latin1"), 5, 0],
  ]);
  expect(all.flatMap((one) => (isFound(one) ? [] : [`${one.reason} ${one.skipped}`]))).toEqual([
    `excluded ${join(folder, "library")}`,
    `link ${join(folder, "link")}`,
    `link ${join(folder, "loop")}`,
    `special ${join(folder, "pipe")}`,
  ]);
});

test("a link that is named leads to the file and its subtitles there", async () => {
  const folder = realpathSync(tempFolder());
  mkdirSync(join(folder, "far"));
  writeFileSync(join(folder, "far/film.mp4"), "film");
  writeFileSync(join(folder, "far/film.srt"), "text");
  symlinkSync("far/film.mp4", join(folder, "link"));
  const [film, ...rest] = await found(join(folder, "link"));
  expect(rest).toEqual([]);
  expect(film).toMatchObject({
    path: join(folder, "far/film.mp4"),
    subtitles: [{ path: join(folder, "far/film.srt") }],
  });
});

test("what is not there is said with the system's error", async () => {
  const nowhere = join(tempFolder(), "nowhere");
  expect(await found(nowhere)).toMatchObject([{ skipped: nowhere, reason: "missing", cause: { code: "ENOENT" } }]);
});
