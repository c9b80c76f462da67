import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, flipBit, furnishVideos, jsonLines, noise } from "./support/library-cli.ts";
import { test } from "./support/stage.ts";

const FIELDS = "absent chunks good id lost recovered state title".split(" ");

describe.concurrent("verify", () => {
  test("reads everything, subtitle files too, and finds it good", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const names = furnishVideos(stage, "videos");
    await library.good("add", "videos");
    const lines = await library.json("verify");
    expect(lines).toHaveLength(names.length + 1);
    for (const line of lines) {
      expect(Object.keys(line).sort()).toEqual(FIELDS);
      expect(line).toMatchObject({ good: line["chunks"], recovered: 0, lost: [], absent: 0, state: "complete" });
    }
    const { stdout } = await library.good("verify");
    expect(stdout).toMatch(/^good {5}[a-z2-7]{8} {2}curta {2}6\.1 kB$/m);
    expect(stdout).toMatch(/^5 good$/m);
    expect((await library.good("verify", "curta")).stdout.split("\n")).toHaveLength(3);
  });

  for (const copy of [[], ["--copy"]])
    test(`finds one flipped bit ${copy.length > 0 ? "in the library's copy" : "in a file in place"}, and a good copy mends it`, async ({
      stage,
    }) => {
      const library = new CliLibrary(stage);
      stage.write("film.mp4", noise(4_500_000));
      stage.write("other.mp4", noise(1000));
      const id = await library.add("film.mp4", ...copy);
      await library.good("add", "other.mp4");
      flipBit(copy.length > 0 ? stage.path(`data/videos/${id}/content`) : stage.path("film.mp4"), 2_500_000);
      const ended = await library.run("verify");
      expect(ended.code).toBe(1);
      expect(ended.stdout).toMatch(/^damaged {2}[a-z2-7]{8} {2}film {2}1 of 5 chunks damaged: 2$/m);
      expect(ended.stdout).toMatch(/^1 good, 1 damaged: add a good copy/m);
      // A copy's chunk can come again from elsewhere; nobody fills a file kept in place.
      const state = copy.length > 0 ? "partial" : "damaged";
      expect(await library.json("ls", "film")).toMatchObject([{ state, heldBytes: 4_500_000 - 1_048_576 }]);
      expect((await library.good("ls", "film")).stdout).toMatch(copy.length > 0 ? /\t76 %$/m : /\tdamaged$/m);
      stage.write("film.mp4", noise(4_500_000));
      expect(await library.json("add", "film.mp4", ...copy)).toMatchObject([{ id, outcome: "added" }]);
      expect(await library.json("verify", "film")).toMatchObject([{ good: 5, lost: [], state: "complete" }]);
    });
});

describe.concurrent("verify a second time", () => {
  test("goes on saying that a file in place is damaged, and what the library lost it does not hold", async ({
    stage,
  }) => {
    const library = new CliLibrary(stage);
    stage.write("in-place.mp4", noise(2_500_000, 1));
    stage.write("copied.mp4", noise(2_500_000, 2));
    await library.add("in-place.mp4");
    const id = await library.add("copied.mp4", "--copy");
    flipBit(stage.path("in-place.mp4"), 0);
    flipBit(stage.path(`data/videos/${id}/content`), 0);
    expect(jsonLines(await library.run("verify", "--json"))).toMatchObject([
      { title: "copied", good: 2, lost: [0], absent: 0, state: "partial" },
      { title: "in-place", good: 2, lost: [0], absent: 0, state: "damaged" },
    ]);
    const again = await library.run("verify");
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(/^partial {2}\S+ {2}copied {2}2 of 3 chunks held, and good$/m);
    expect(again.stdout).toMatch(/^damaged {2}\S+ {2}in-place {2}1 of 3 chunks damaged, as known before$/m);
    expect((await library.run("verify", "copied")).code).toBe(0);
  });

  test("says what is missing, and takes what came back or was only touched for good", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const name of ["away.mp4", "touched.mp4", "longer.mp4"]) stage.write(name, noise(1500, name.length));
    await library.good("add", "away.mp4", "touched.mp4", "longer.mp4");
    renameSync(stage.path("away.mp4"), stage.path("elsewhere"));
    utimesSync(stage.path("touched.mp4"), 1, 1);
    appendFileSync(stage.path("longer.mp4"), "more");
    const ended = await library.run("verify", "--json");
    expect(ended.code).toBe(1);
    expect(jsonLines(ended)).toMatchObject([
      { title: "away", good: 0, lost: [], state: "missing" },
      { title: "longer" },
      { title: "touched", good: 1, lost: [], state: "complete" },
    ]);
    expect((await library.run("verify", "away")).stdout).toMatch(
      /^missing {2}\S+ {2}away {2}\S+\/away\.mp4 is not there$/m,
    );
    renameSync(stage.path("elsewhere"), stage.path("away.mp4"));
    await library.good("verify", "away");
    await library.good("verify", "touched");
    expect(await library.json("ls", "touched")).toMatchObject([{ state: "complete" }]);
  });
});

describe.concurrent("verify all the same", () => {
  test("says which video's manifest is damaged, and goes on with the others", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("one.mp4", noise(1000));
    stage.write("two.mp4", noise(1001));
    const id = await library.add("one.mp4");
    await library.good("add", "two.mp4");
    flipBit(stage.path(`data/videos/${id}/manifest`), 40);
    const { code, stdout, stderr } = await library.run("verify");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^good .* two /m);
    expect(stdout).toMatch(/^1 good, 1 unreadable$/m);
    expect(stderr).toMatch(/^cardume: one: the manifest of "one".* is damaged/m);
    expect((await library.run("verify", "one")).code).toBe(5);
    await library.good("rm", "one");
    rmSync(stage.path("one.mp4"));
  });

  test("when the library is empty", async ({ stage }) => {
    mkdirSync(stage.path("data"));
    const { stdout, stderr } = await new CliLibrary(stage).good("verify");
    expect([stdout, stderr]).toEqual(["", "the library is empty: there is nothing to verify\n"]);
  });
});
