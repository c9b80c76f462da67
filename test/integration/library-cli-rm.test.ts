import { appendFileSync, existsSync, realpathSync, rmSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, expectOneLine, flipBit, furnishVideos, jsonLines, noise } from "./support/library-cli.ts";
import { test } from "./support/stage.ts";

const FIELDS = "fileRemoved fileStays id path subtitles title".split(" ");

describe.concurrent("rm", () => {
  test("leaves a file in place, and says where", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(1000));
    await library.good("add", "film.mp4");
    const { stdout } = await library.good("rm", "film");
    expect(stdout).toMatch(/^removed {2}[a-z2-7]{8} {2}film: the file stays at \S+\/film\.mp4\n$/);
    expect(stage.readBytes("film.mp4")).toEqual(noise(1000));
    expect([await library.json("ls"), library.folders()]).toEqual([[], []]);
  });

  test("deletes the library's own copy, and not the file that it was made from", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(2_000_000));
    const id = await library.add("film.mp4", "--copy");
    const [line = {}] = await library.json("rm", id, "--files");
    expect(Object.keys(line).sort()).toEqual(FIELDS);
    expect(line).toEqual({ id, title: "film", path: null, fileRemoved: false, fileStays: false, subtitles: [] });
    expect(existsSync(stage.path("film.mp4"))).toBe(true);
    expect(library.folders()).toEqual([]);
    await library.good("add", "film.mp4", "--copy");
    expect((await library.good("rm", "film")).stdout).toMatch(/ film: 2\.0 MB deleted$/m);
  });

  test("--files deletes the file in place and its subtitles", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnishVideos(stage, "videos");
    await library.good("add", "videos");
    const path = realpathSync(stage.path("videos"));
    const [line] = await library.json("rm", "curta", "--files");
    expect(line).toMatchObject({
      path: `${path}/curta.webm`,
      fileRemoved: true,
      fileStays: false,
      subtitles: [{ name: "curta.pt-BR.srt", path: `${path}/curta.pt-BR.srt`, fileRemoved: true, fileStays: false }],
    });
    expect(stage.list("videos").filter((name) => name.startsWith("curta"))).toEqual([]);
    expect(library.folders(), "the other three").toHaveLength(3);
  });

  test("--files does not delete a file that has changed, and says so with exit code 1", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const name of ["one.mp4", "two.mp4"]) {
      stage.write(name, noise(1000, name.length + name.charCodeAt(0)));
      await library.good("add", name);
      appendFileSync(stage.path(name), "precious");
    }
    const ended = await library.run("rm", "one", "--files");
    expect(ended.code).toBe(1);
    expectOneLine(ended, /one\.mp4 has changed since it was added, and stays/);
    expect(ended.stdout).toMatch(/^removed .* one: the file stays at /);
    const json = await library.run("rm", "two", "--files", "--json");
    expect([json.code, jsonLines(json)]).toMatchObject([1, [{ fileRemoved: false, fileStays: true }]]);
    expect([stage.list(), await library.json("ls")]).toEqual([["data", "one.mp4", "two.mp4"], []]);
  });

  test("--files does not delete a changed file either when verifying has looked at it since", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(2_000_000));
    await library.good("add", "film.mp4");
    flipBit(stage.path("film.mp4"), 1000);
    expect((await library.run("verify")).code).toBe(1);
    const ended = await library.run("rm", "film", "--files");
    expect(ended.code).toBe(1);
    expectOneLine(ended, /film\.mp4 has changed since it was added, and stays/);
    expect(existsSync(stage.path("film.mp4"))).toBe(true);
  });
});

describe.concurrent("rm all the same", () => {
  test("of a video whose file has vanished is fine", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(1000));
    await library.good("add", "film.mp4");
    rmSync(stage.path("film.mp4"));
    expect((await library.good("rm", "film", "--files")).stdout).toMatch(/the file was not at \S+\/film\.mp4 any more/);
  });

  test("a removed video can be added again", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(1000));
    const id = await library.add("film.mp4");
    await library.good("rm", id.slice(0, 12));
    expect(await library.json("add", "film.mp4")).toMatchObject([{ id, outcome: "added" }]);
  });
});
