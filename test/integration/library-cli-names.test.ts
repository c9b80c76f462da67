import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, type JsonLine, noise } from "./support/library-cli.ts";
import { type Stage, test } from "./support/stage.ts";

const HOSTILE: readonly string[] = [
  "two\nlines.mp4",
  "\u001b[2J\u001b]0;title\u0007red.mp4",
  "c1 \u009b31m.mp4",
  "gpj.\u202e4pm.exe",
  "\u2066isolated\u2069.mp4",
  "-rf",
  "$(touch pwned) `id`.mp4",
  `${"é".repeat(125)}.mp4`,
  "e\u0301 decomposed.mp4",
  "日本語の映画 🎬.mp4",
  " spaces around .mp4",
];

/** Not UTF-8: Latin-1 from an old disk. */
const LATIN = Buffer.from("caf\xe9 antigo.mp4", "latin1");

/** What a terminal could take for an order, line ends apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function furnish(stage: Stage): Buffer[] {
  mkdirSync(stage.path("videos"));
  const names = [...HOSTILE.map((name) => Buffer.from(name)), LATIN];
  for (const [at, name] of names.entries())
    writeFileSync(Buffer.concat([Buffer.from(stage.path("videos/")), name]), noise(1000 + at));
  return names;
}

const pathOf = ({ path, pathBase64 }: JsonLine): Buffer =>
  pathBase64 === undefined ? Buffer.from(path as string) : Buffer.from(pathBase64 as string, "base64");

/** Everything that the commands print of the videos of a stage, on both streams. */
async function sayEverything(stage: Stage, library: CliLibrary): Promise<string[]> {
  const said: string[] = [];
  const note = async (...args: string[]): Promise<void> => {
    const { stdout, stderr } = await library.run(...args);
    said.push(stdout, stderr);
  };
  await note("add", "videos");
  for (const json of [[], ["--json"]])
    for (const args of [["add", "videos"], ["ls"], ["verify"]]) await note(...args, ...json);
  mkdirSync(stage.path("out"));
  for (const [at, { id }] of (await library.json("ls")).entries()) {
    await note("export", id as string, "out");
    // A process for each of them and each command would take long, and find no more.
    if (at % 2 === 0) await note(at % 4 === 0 ? "show" : "rm", id as string);
  }
  return said;
}

describe.concurrent("hostile file names", () => {
  test("never reach a terminal as they are, in any command's output", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const names = furnish(stage);
    const said = await sayEverything(stage, library);
    expect(said.length).toBeGreaterThan(30);
    for (const text of said) expect(text).not.toMatch(UNFIT);
    const exported = readdirSync(stage.path("out"));
    expect(exported, "each under a name of its own, inside the folder").toHaveLength(names.length);
    for (const name of exported) expect(name).not.toMatch(UNFIT);
    expect(stage.list()).toEqual(["data", "out", "videos"]);
  });

  test("come back whole to a program, as bytes where they are no text", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const names = furnish(stage);
    const prefix = Buffer.byteLength(`${stage.folder}/videos/`);
    for (const command of [["add", "videos"], ["ls"]]) {
      const lines = await library.json(...command);
      const found = lines.map((line) => pathOf(line).subarray(prefix).toString("latin1"));
      expect(found.sort()).toEqual(names.map((name) => name.toString("latin1")).sort());
      const [latin = {}] = lines.filter((line) => "pathBase64" in line);
      expect(latin["path"]).toContain("caf\ufffd antigo.mp4");
      expect(lines.filter((line) => "pathBase64" in line)).toHaveLength(1);
    }
  });

  test("that are no UTF-8 can be named on the command line", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnish(stage);
    const ended = await library.shell(`cardume add --json "$(printf 'videos/caf\\351 antigo.mp4')"`).ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect((await library.json("ls")).map(pathOf).map((path) => path.includes(LATIN))).toEqual([true]);
    await library.good("verify");
    await library.good("rm", "caf\ufffd antigo", "--files");
    expect(stage.list("videos")).toHaveLength(HOSTILE.length);
  });

  test("a title that looks like a path never leaves the folder that is exported to", async ({ stage }) => {
    const library = new CliLibrary(stage);
    mkdirSync(stage.path("out"));
    stage.write("film", noise(1000));
    const titles = ["../../escaped", "/tmp/escaped", "a\u202eb\u001b[1mc", "x".repeat(255), "CON", "..", "."];
    for (const title of titles) {
      const [line] = await library.json("add", "film", "--title", title);
      expect(line?.["title"]).not.toMatch(UNFIT);
      await library.good("export", line?.["id"] as string, "out", "--force");
    }
    expect([stage.list("out"), stage.list()]).toEqual([["film"], ["data", "film", "out"]]);
  });
});
