import { describe, expect, test } from "vitest";
import type { FilePath } from "../../../src/store/disk.ts";
import {
  type FindOptions,
  type FoundFile,
  findFiles,
  type SkippedPath,
  titleOf,
} from "../../../src/store/find-files.ts";
import { type Tree, tree, treeDisk } from "../support/tree-disk.ts";

const asItIs = (path: FilePath): Promise<FilePath> => Promise.resolve(path);

async function found(
  root: Tree,
  paths: readonly FilePath[],
  options: Partial<FindOptions> = {},
): Promise<(FoundFile | SkippedPath)[]> {
  return await all(findFiles(treeDisk(root), paths, { realPath: asItIs, ...options }));
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** One line for each: a path, its subtitles in brackets; or what was skipped. */
const lines = (list: readonly (FoundFile | SkippedPath)[]): string[] =>
  list.map((one) => {
    if ("skipped" in one) return `${one.reason} ${one.skipped}`;
    const subtitles = one.subtitles.map(({ path, language }) => `${path}:${language}`).join(" ");
    return `${one.path}${subtitles === "" ? "" : ` [${subtitles}]`}`;
  });

test("a file is itself, with the subtitles beside it", async () => {
  const root = tree({ films: tree({ "film.mp4": 7, "film.pt.srt": 3, "film.srt": 2, "other.mp4": 1 }) });
  const [film, ...rest] = await found(root, ["/films/film.mp4"]);
  expect(rest).toEqual([]);
  expect(film).toMatchObject({
    path: "/films/film.mp4",
    stat: { kind: "file", bytes: 7 },
    subtitles: [
      { path: "/films/film.pt.srt", stat: { bytes: 3 }, name: "film.pt.srt", language: "pt" },
      { path: "/films/film.srt", stat: { bytes: 2 }, name: "film.srt", language: "" },
    ],
  });
});

test("a subtitle file that is named is a file, even beside its video", async () => {
  const root = tree({ "film.mp4": 7, "film.srt": 2 });
  expect(lines(await found(root, ["/film.srt"]))).toEqual(["/film.srt"]);
});

test("a folder is every file below it, in people's order", async () => {
  const root = tree({
    films: tree({
      "film 10.mp4": 1,
      "Film 2.mp4": 1,
      "film 1.mp4": 1,
      álbum: tree({ "b.mp4": 1, "a.mp4": 1 }),
      zebra: tree({}),
    }),
  });
  expect(lines(await found(root, ["/films"]))).toEqual([
    "/films/álbum/a.mp4",
    "/films/álbum/b.mp4",
    "/films/film 1.mp4",
    "/films/Film 2.mp4",
    "/films/film 10.mp4",
  ]);
});

test("subtitles come with their video, or alone, and not twice", async () => {
  const root = tree({ "a.mp4": 1, "a.pt-BR.forced.srt": 1, "alone.vtt": 1, sub: tree({ "a.srt": 1 }) });
  expect(lines(await found(root, ["/"]))).toEqual(["/a.mp4 [/a.pt-BR.forced.srt:pt-BR]", "/alone.vtt", "/sub/a.srt"]);
});

test("hidden names are left out, unless a person names them", async () => {
  const root = tree({ ".cache": tree({ "a.mp4": 1 }), ".b.mp4": 1, "c.mp4": 1 });
  expect(lines(await found(root, ["/"]))).toEqual(["/c.mp4"]);
  expect(lines(await found(root, ["/.cache"]))).toEqual(["/.cache/a.mp4"]);
});

test("links and special files inside a folder are skipped, and said", async () => {
  const root = tree({ a: "link", "b.mp4": 1, pipe: "other", "b.srt": "link" });
  expect(lines(await found(root, ["/"]))).toEqual(["link /a", "/b.mp4", "link /b.srt", "special /pipe"]);
});

test("a link that is named is followed to where it leads", async () => {
  const root = tree({ link: "link", far: tree({ "film.mp4": 1, "film.srt": 1 }) });
  const realPath = (path: FilePath): Promise<FilePath> => Promise.resolve(path === "/link" ? "/far/film.mp4" : path);
  expect(lines(await found(root, ["/link"], { realPath }))).toEqual(["/far/film.mp4 [/far/film.srt:]"]);
});

test("a special file that is named is not added", async () => {
  expect(lines(await found(tree({ pipe: "other" }), ["/pipe"]))).toEqual(["special /pipe"]);
});

test("what is not there is said, and the rest goes on", async () => {
  const root = tree({ "a.mp4": 1 });
  const realPath = (path: FilePath): Promise<FilePath> =>
    path === "/gone" ? Promise.reject(Object.assign(new Error("no"), { code: "ENOENT" })) : Promise.resolve(path);
  expect(lines(await found(root, ["/gone", "/left", "/a.mp4"], { realPath }))).toEqual([
    "missing /gone",
    "missing /left",
    "/a.mp4",
  ]);
});

test("a folder that may not be read is said with its cause, and the rest goes on", async () => {
  const cause = Object.assign(new Error("not allowed"), { code: "EACCES" });
  const [skipped, ...rest] = await found(tree({ closed: cause, "film.mp4": 1 }), ["/"]);
  expect(skipped).toEqual({ skipped: "/closed", reason: "unreadable", cause });
  expect(lines(rest)).toEqual(["/film.mp4"]);
});

test("a folder that vanishes while it is looked at is missing", async () => {
  const disk = treeDisk(tree({ a: tree({ "x.mp4": 1 }), "b.mp4": 1 }));
  const vanishing = {
    ...disk,
    list: (folder: FilePath) => disk.list(folder === "/a" ? "/nowhere" : folder),
  };
  expect(lines(await all(findFiles(vanishing, ["/"], { realPath: asItIs })))).toEqual(["missing /a", "/b.mp4"]);
});

test.for([
  ["link", "link /a.mp4"],
  ["other", "special /a.mp4"],
] as const)("what turns into a %s after it was listed as a file is skipped", async ([kind, line]) => {
  const disk = treeDisk(tree({ "a.mp4": kind }));
  const list = (): ReturnType<typeof disk.list> => Promise.resolve([{ name: "a.mp4", kind: "file" }]);
  expect(lines(await all(findFiles({ ...disk, list }, ["/"], { realPath: asItIs })))).toEqual([line]);
});

describe("folders that are left out", () => {
  const root = tree({ data: tree({ store: tree({ "a.mp4": 1 }) }), "b.mp4": 1 });
  const exclude = ["/data"];

  test("below a folder that is named", async () =>
    expect(lines(await found(root, ["/"], { exclude }))).toEqual(["/b.mp4", "excluded /data"]));

  test.for(["/data", "/data/store", "/data/store/a.mp4"])("or named: %s", async (path) =>
    expect(lines(await found(root, [path], { exclude }))).toEqual([`excluded ${path}`]),
  );

  test("one that is not there leaves nothing out", async () =>
    expect(lines(await found(root, ["/data"], { exclude: ["/none"] }))).toEqual(["/data/store/a.mp4"]));
});

test("64 folders inside one another are looked into, and no more", async () => {
  const nest = (levels: number): Tree =>
    levels === 0 ? tree({}) : tree({ "f.mp4": 1, ...(levels === 1 ? {} : { g: nest(levels - 1) }) });
  const at64 = lines(await found(nest(64), ["/"]));
  expect(at64).toHaveLength(64);
  const at66 = lines(await found(nest(66), ["/"]));
  expect(at66).toHaveLength(65);
  expect(at66.at(-1)).toBe(`too-deep ${"/g".repeat(64)}`);
});

test("names that are no UTF-8 are found by their bytes, with their subtitles", async () => {
  const bad = Buffer.from("filme \xe1.mp4", "latin1");
  const sub = Buffer.from("filme \xe1.pt.srt", "latin1");
  const folder = Buffer.from("p\xe3o", "latin1");
  const root = tree(
    new Map<FilePath, number | Tree>([
      [
        folder,
        tree(
          new Map([
            [bad, 5],
            [sub, 2],
          ]),
        ),
      ],
    ]),
  );
  const [film, ...rest] = await found(root, ["/"]);
  expect(rest).toEqual([]);
  expect(film).toMatchObject({
    path: Buffer.concat([Buffer.from("/"), folder, Buffer.from("/"), bad]),
    stat: { bytes: 5 },
    subtitles: [{ stat: { bytes: 2 }, name: "filme \ufffd.pt.srt", language: "pt" }],
  });
});

test("a folder with very many entries is gone through once", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 2000 }, (_, index) => [`film ${index}.${index % 2 === 0 ? "mp4" : "srt"}`, 1]),
  );
  const disk = treeDisk(tree({ many: tree(many) }));
  let lists = 0;
  const list = (folder: FilePath): ReturnType<typeof disk.list> => {
    lists++;
    return disk.list(folder);
  };
  const counting = { ...disk, list };
  expect(await all(findFiles(counting, ["/many"], { realPath: asItIs }))).toHaveLength(2000);
  expect(lists).toBe(1);
});

describe("titles", () => {
  test.for([
    ["film.mp4", "film"],
    ["O_Céu_de_Suely.mkv", "O Céu de Suely"],
    ["a b_c.mp4", "a b_c"],
    ["film", "film"],
    ["Vol.2", "Vol.2"],
    ["Mr. Robot", "Mr. Robot"],
    ["film.part1.mp4", "film.part1"],
    [".mp4", ".mp4"],
    ["film.matroska", "film.matroska"],
    ["", "untitled"],
    ["\u0000\u202e", "untitled"],
    ["\u200b.mp4", ".mp4"],
    ["evil\u202egpj.mp4", "evil gpj"],
  ] as const)("%j: %s", ([name, title]) => expect(titleOf(name)).toBe(title));
});
