import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect } from "vitest";
import bep52 from "../fixtures/bep52.json" with { type: "json" };
import { CliLibrary, digestOf, expectOneLine, furnishVideos, jsonLines, noise } from "./support/library-cli.ts";
import { type Stage, test } from "./support/stage.ts";
import { system } from "./support/system.ts";

const FIELDS = ["bytes", "id", "link", "outcome", "path", "subtitles", "title"];

/** As scripts/make-bep52-fixtures.py makes it. */
const madeUp = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16) * 101 + bytes) % 251));

describe.concurrent("add", () => {
  test("takes a folder of real files, and a second time finds them there", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const names = furnishVideos(stage, "videos");
    const lines = await library.json("add", "videos");
    expect(lines.map(({ outcome }) => outcome)).toEqual(names.map(() => "added"));
    for (const line of lines) expect(Object.keys(line).sort()).toEqual(FIELDS);
    const folder = realpathSync(stage.path("videos"));
    expect(lines.map(({ path }) => path).sort()).toEqual(names.map((name) => `${folder}/${name}`).sort());
    const curta = lines.find(({ title }) => title === "curta");
    expect(curta).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 6149 });
    expect(curta?.["link"]).toMatch(/^cardume:[a-z2-7]{52}\?s=6149&n=curta/);
    expect(curta?.["subtitles"]).toMatchObject([{ name: "curta.pt-BR.srt", language: "pt-BR", bytes: 37 }]);
    const again = await library.json("add", "videos");
    expect(again).toEqual(lines.map((line) => ({ ...line, outcome: "already" })));
  });

  test("tells a person of each video, and of all", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnishVideos(stage, "videos");
    const { stdout, stderr } = await library.good("add", "videos");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^added {4}[a-z2-7]{8} {2}Férias em São Paulo {2}9\.0 kB$/m);
    expect(stdout).toMatch(/^added {4}[a-z2-7]{8} {2}aula de dança\.bin|aula de dança {2}2\.5 MB$/m);
    expect(stdout).toMatch(/^added {4}\S+ {2}curta {2}6\.1 kB, 1 subtitle file$/m);
    expect(stdout).toMatch(/^4 added: 2\.5 MB$/m);
    expect((await library.good("add", "videos")).stdout).toMatch(/^0 added, 4 there already: 2\.5 MB$/m);
  });

  for (const copy of [[], ["--copy"]])
    test(`gives files the ids that libtorrent gives them ${copy.join()}`, async ({ stage }) => {
      mkdirSync(stage.path("files"));
      for (const { bytes } of bep52.files) stage.write(`files/${bytes}`, madeUp(bytes));
      const lines = await new CliLibrary(stage).json("add", "files", ...copy);
      const ids = new Map(lines.map(({ bytes, id }) => [bytes, id]));
      expect(ids).toEqual(new Map(bep52.files.map(({ bytes, root }) => [bytes, root])));
    });

  test("--copy keeps the bytes when the file is deleted", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const bytes = noise(3_000_001);
    stage.write("card.mp4", bytes);
    const id = await library.add("card.mp4", "--copy");
    rmSync(stage.path("card.mp4"));
    expect(await library.json("ls")).toMatchObject([{ id, state: "complete", path: null, heldBytes: bytes.length }]);
    await library.good("export", id, "back.mp4");
    expect(digestOf(stage.readBytes("back.mp4"))).toBe(digestOf(bytes));
  });
});

describe.concurrent("add, of a file that is there already,", () => {
  test("finds a file that was moved where it is now", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("one.mp4", noise(2000));
    const id = await library.add("one.mp4");
    renameSync(stage.path("one.mp4"), stage.path("two.mp4"));
    expect(await library.json("ls")).toMatchObject([{ id, state: "missing", heldBytes: 0 }]);
    expect(await library.json("add", "two.mp4")).toMatchObject([{ id, outcome: "added" }]);
    const path = realpathSync(stage.path("two.mp4"));
    expect(await library.json("ls")).toMatchObject([{ id, state: "complete", path }]);
  });

  test("--title names one file, at any time", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("a.mp4", noise(100));
    stage.write("b.mp4", noise(101));
    expect(await library.json("add", "a.mp4", "--title", "O começo")).toMatchObject([{ title: "O começo" }]);
    expect(await library.json("add", "a.mp4", "--title", "O fim")).toMatchObject([{ title: "O fim" }]);
    expect(await library.json("add", "a.mp4")).toMatchObject([{ title: "O fim", outcome: "already" }]);
    const many = await library.run("add", "a.mp4", "b.mp4", "--title", "Ambos");
    expectOneLine(many, /--title is for one file/);
    expect(many.code).toBe(2);
    const none = await library.run("add", "a.mp4", "--title", " \u202e\n ");
    expectOneLine(none, /at least one character/);
    expect(none.code).toBe(2);
  });
});

function furnishTrouble(stage: Stage): void {
  mkdirSync(stage.path("folder"));
  mkdirSync(stage.path("bad"));
  stage.write("good.mp4", noise(1000));
  stage.write("folder/good.mp4", noise(1001));
  stage.write("empty", "");
  stage.write("bad/empty", "");
  stage.write("sixty-four", noise(64));
  system("mkfifo", stage.path("fifo"), stage.path("folder/fifo"));
  symlinkSync(stage.path("good.mp4"), stage.path("folder/link"));
}

const TROUBLE: readonly { readonly args: readonly string[]; readonly code: number; readonly says: RegExp }[] = [
  { args: ["none.mp4"], code: 2, says: /none\.mp4: it is not there/ },
  { args: ["empty"], code: 2, says: /empty: it is empty/ },
  { args: ["sixty-four"], code: 2, says: /sixty-four: it has exactly 64 bytes/ },
  { args: ["fifo"], code: 2, says: /fifo: not a regular file/ },
  { args: ["/dev/null"], code: 2, says: /\/dev\/null: not a regular file/ },
  { args: ["bad"], code: 2, says: /empty: it is empty/ },
  { args: ["good.mp4", "none.mp4"], code: 1, says: /none\.mp4: it is not there/ },
  { args: ["good.mp4", "fifo"], code: 1, says: /fifo: not a regular file/ },
  { args: ["data"], code: 2, says: /data: the library's own folder/ },
];

type Trouble = (typeof TROUBLE)[number];

async function meet(stage: Stage, { args, code, says }: Trouble, more: readonly string[]): Promise<void> {
  const library = new CliLibrary(stage);
  furnishTrouble(stage);
  const ended = await library.run("add", ...args, ...more);
  expectOneLine(ended, says);
  expect(ended.code).toBe(code);
  const stored = code === 2 ? 0 : 1;
  if (stored === 0) expect(ended.stdout).toBe("");
  if (more.length > 0) expect(jsonLines(ended)).toHaveLength(stored);
  expect(library.folders()).toHaveLength(stored);
}

describe.concurrent("add says what cannot be added", () => {
  for (const [at, trouble] of TROUBLE.entries())
    test(`${trouble.args.join(" and ")}: exit code ${trouble.code}`, ({ stage }) =>
      meet(stage, trouble, at % 2 === 0 ? ["--json"] : []));

  test("links and FIFOs inside a folder are left out, which is no failure", async ({ stage }) => {
    furnishTrouble(stage);
    const { code, stdout, stderr } = await new CliLibrary(stage).run("add", "folder");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 added, 2 skipped: 1\.0 kB$/m);
    expect(stderr).toMatch(/^skipped {2}\S+\/folder\/fifo: not a regular file$/m);
    expect(stderr).toMatch(/^skipped {2}\S+\/folder\/link: a symbolic link/m);
  });

  test("an empty folder is nothing to add, and fine", async ({ stage }) => {
    mkdirSync(stage.path("folder"));
    const { code, stdout, stderr } = await new CliLibrary(stage).run("add", "folder");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "cardume: there was nothing to add\n" });
  });
});
