import { appendFileSync, existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, expectOneLine, furnishVideos, noise } from "./support/library-cli.ts";
import { test } from "./support/stage.ts";

const LS_FIELDS = "addedAt bytes durationMs heldBytes id mediaType path state title".split(" ");
const SHOW_FIELDS = [
  ...LS_FIELDS,
  ..."idBase32 fileName chunks heldChunks chunkBytes verifiedAt tracks subtitles claims link".split(" "),
].sort();

describe.concurrent("ls", () => {
  test("lists all that was added, by title, and no subtitle files", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnishVideos(stage, "videos");
    await library.good("add", "videos");
    const lines = await library.json("ls");
    for (const line of lines) expect(Object.keys(line).sort()).toEqual(LS_FIELDS);
    expect(lines.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^aula de dança/),
      "curta",
      "Férias em São Paulo",
      "Natal 2019",
    ]);
    expect(lines[2]).toMatchObject({
      state: "complete",
      bytes: 8973,
      heldBytes: 8973,
      durationMs: 2000,
      mediaType: "video/mp4",
      path: realpathSync(stage.path("videos/Férias em São Paulo.mp4")),
      addedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    const { stdout } = await library.good("ls");
    expect(stdout.split("\n")[2]).toMatch(/^[a-z2-7]{8}\tFérias em São Paulo\t9\.0 kB\t0:02\t$/);
  });

  test("searches without regard to case, accents and order", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnishVideos(stage, "videos");
    await library.good("add", "videos");
    const found = async (...words: string[]): Promise<unknown[]> =>
      (await library.json("ls", ...words)).map(({ title }) => title);
    for (const words of [["ferias"], ["FÉRIAS"], ["paulo", "sao"], ["fer", "são"], ["fe\u0301rias"]])
      expect(await found(...words), words.join(" ")).toEqual(["Férias em São Paulo"]);
    expect(await found("")).toHaveLength(4);
  });

  test("says that nothing has the words with exit code 3", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(1000));
    await library.good("add", "film.mp4");
    for (const json of [[], ["--json"]]) {
      const ended = await library.run("ls", "carnaval", "\u001b[31m", ...json);
      expectOneLine(ended, /no video has "carnaval \[31m"/);
      expect([ended.code, ended.stdout]).toEqual([3, ""]);
    }
  });

  test("of an empty library helps a person, and is quiet for a program", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const words of [
      /^cardume: there is no library in .*: cardume add makes one/,
      /^the library is empty: cardume add/,
    ]) {
      expect(await library.good("ls")).toMatchObject({ stdout: "", stderr: expect.stringMatching(words) });
      expect(await library.good("ls", "--json")).toMatchObject({ stdout: "", stderr: "" });
      mkdirSync(stage.path("data"), { recursive: true });
    }
  });
});

describe.concurrent("ls of what has changed, or is not there", () => {
  test("a folder that is not there is no library, for all but ls and add", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const command of [["verify"], ["show", "film"], ["link", "film"], ["rm", "film"], ["export", "film", "out"]])
      expect(await library.run(...command)).toMatchObject({ code: 3, stdout: "" });
    expect((await library.run("ls", "--data", "")).code).toBe(2);
    expect(existsSync(stage.path("data"))).toBe(false);
  });

  test("says which files have changed or vanished", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const name of ["changed.mp4", "complete.mp4", "gone.mp4"]) stage.write(name, noise(900, name.length));
    await library.good("add", "changed.mp4", "complete.mp4", "gone.mp4");
    appendFileSync(stage.path("changed.mp4"), "more");
    rmSync(stage.path("gone.mp4"));
    const states = (await library.json("ls")).map(({ state, heldBytes }) => [state, heldBytes]);
    expect(states).toEqual([
      ["changed", 0],
      ["complete", 900],
      ["missing", 0],
    ]);
    expect((await library.good("ls")).stdout).toMatch(
      /\tchanged\t.*\tchanged\n.*\tcomplete\t.*\t\n.*\tgone\t.*\tmissing\n/,
    );
  });
});

describe.concurrent("show", () => {
  test("shows all there is, for people and for programs", async ({ stage }) => {
    const library = new CliLibrary(stage);
    furnishVideos(stage, "videos");
    await library.good("add", "videos");
    const [shown = {}] = await library.json("show", "curta");
    expect(Object.keys(shown).sort()).toEqual(SHOW_FIELDS);
    expect(shown).toMatchObject({
      fileName: "curta.webm",
      mediaType: "video/webm",
      chunks: 1,
      heldChunks: 1,
      subtitles: [{ name: "curta.pt-BR.srt", language: "pt-BR" }],
      claims: [{ isOwn: true, title: "curta" }],
    });
    expect(shown["tracks"]).toMatchObject([
      { kind: "video", codec: expect.stringMatching(/^vp09/), width: 160 },
      { kind: "audio" },
    ]);
    const { stdout } = await library.good("show", "curta");
    expect(stdout).toContain(shown["idBase32"]);
    expect(stdout).toContain(shown["id"]);
    expect(stdout).toContain(shown["link"]);
    expect(stdout).toMatch(/^said by +this library, /m);
    expect(stdout).toMatch(/^subtitles +curta\.pt-BR\.srt, pt-BR, 37 B$/m);
  });

  test("finds a video by id, beginning, title and link, as link and verify do", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("a film.mp4", noise(1000));
    const id = await library.add("a film.mp4");
    const [shown = {}] = await library.json("show", id);
    const base32 = shown["idBase32"] as string;
    const link = (await library.good("link", id)).stdout.trimEnd();
    expect(link).toBe(shown["link"]);
    expect(await library.json("link", id)).toEqual([{ link }]);
    for (const text of [
      base32,
      base32.toUpperCase(),
      id.slice(0, 8),
      base32.slice(0, 8),
      "a film",
      link,
      ` <${link}> `,
    ])
      expect(await library.json("show", text), text).toMatchObject([{ id }]);
  });

  test("says what is unknown with 3, and what is ambiguous or no link with 2", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("one.mp4", noise(1000));
    stage.write("two.mp4", noise(1001));
    for (const name of ["one.mp4", "two.mp4"]) await library.good("add", name, "--title", "the same");
    const link = (await library.good("link", (await library.json("ls"))[0]?.["id"] as string)).stdout.trimEnd();
    for (const command of ["show", "link", "verify", "rm"]) {
      const unknown = await library.run(command, "nothing \u001b[2Jlike it");
      expectOneLine(unknown, /no video "nothing \[2Jlike it" in this library/);
      expect([unknown.code, unknown.stdout]).toEqual([3, ""]);
      const cut = await library.run(command, link.slice(0, -9));
      expectOneLine(cut, /copy/);
      expect([cut.code, cut.stdout]).toEqual([2, ""]);
      const several = await library.run(command, "the same", "--json");
      expect(several.stderr).toMatch(
        /^cardume: "the same" may be any of these.*\n( {2}[a-z2-7]{16} {2}the same {2}\((one|two)\.mp4, \d+ bytes\)\n){2}$/,
      );
      expect([several.code, several.stdout]).toEqual([2, ""]);
    }
    expect(await library.json("ls"), "and nothing is removed").toHaveLength(2);
  });
});
