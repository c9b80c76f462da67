import { mkdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { describe, expect } from "vitest";
import { childrenOf } from "./support/alive.ts";
import {
  CliLibrary,
  digestOf,
  expectOneLine,
  flipBit,
  furnishVideos,
  jsonLines,
  noise,
} from "./support/library-cli.ts";
import { MISSING_MOUNT, requirement } from "./support/requirement.ts";
import { test } from "./support/stage.ts";
import { system } from "./support/system.ts";
import { pause } from "./support/waiting.ts";

const film = noise(5_000_007);

describe.concurrent("export", () => {
  test("gives every file back bit for bit, in a folder and on standard output", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const names = furnishVideos(stage, "videos");
    mkdirSync(stage.path("out"));
    const added = await library.json("add", "videos");
    expect(added).toHaveLength(names.length);
    for (const line of added) {
      const name = (line["path"] as string).split("/").at(-1) as string;
      const original = digestOf(stage.readBytes(`videos/${name}`));
      await library.good("export", line["id"] as string, "out");
      expect(digestOf(stage.readBytes(`out/${name}`))).toBe(original);
      const piped = await library.good("export", line["id"] as string, "-");
      expect(digestOf(piped.stdoutBytes)).toBe(original);
      expect(piped.stderr).toMatch(/^exported {2}/);
    }
  });

  test("says for programs what it wrote, beside the bytes if need be", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    const said = { id, title: "film", bytes: film.length };
    expect(await library.json("export", id, "file")).toEqual([{ ...said, path: stage.path("file") }]);
    expect(digestOf(stage.readBytes("file"))).toBe(digestOf(film));
    const { code, stdout, stderr } = await library.shell(`cardume export ${id} - --json > redirected`).ended;
    expect([code, stdout, jsonLines({ stdout: stderr })]).toEqual([0, "", [{ ...said, path: null }]]);
    expect(digestOf(stage.readBytes("redirected"))).toBe(digestOf(film));
  });

  test("replaces a file only with --force, and what a link names rather than the link", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    stage.write("there", "precious");
    symlinkSync("there", stage.path("link"));
    for (const file of ["there", "link"]) {
      const refused = await library.run("export", id, file);
      expectOneLine(refused, /is there already: .*--force/);
      expect(refused.code).toBe(2);
      expect(stage.read("there")).toBe("precious");
    }
    await library.good("export", id, "link", "--force");
    expect(digestOf(stage.readBytes("there"))).toBe(digestOf(film));
    const own = await library.run("export", id, "film.mp4", "--force");
    expectOneLine(own, /the very file that the library keeps/);
    expect(own.code).toBe(2);
    expect(await library.json("ls")).toMatchObject([{ state: "complete" }]);
  });
});

describe.concurrent("export refuses", () => {
  test("places that cannot be written with exit code 2, and leaves nothing", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    system("mkfifo", stage.path("fifo"));
    const before = stage.list();
    for (const [file, says] of [
      ["nowhere/film.mp4", /no such folder/],
      ["new/", /no such folder/],
      ["film.mp4/x", /no such folder/],
      ["fifo", /not a regular file/],
      ["/dev/null", /not a regular file/],
    ] as const) {
      const ended = await library.run("export", id, file, "--force");
      expectOneLine(ended, says);
      expect([ended.code, ended.stdout]).toEqual([2, ""]);
    }
    expect(stage.list()).toEqual(before);
  });

  test("what is damaged, changed or missing with exit code 1, and leaves nothing", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const [seed, name] of ["changed.mp4", "missing.mp4", "copied.mp4"].entries())
      stage.write(name, noise(3_000_000, seed));
    const ids = [
      await library.add("changed.mp4"),
      await library.add("missing.mp4"),
      await library.add("copied.mp4", "--copy"),
    ];
    utimesSync(stage.path("changed.mp4"), 1, 1);
    rmSync(stage.path("missing.mp4"));
    flipBit(stage.path(`data/videos/${ids[2]}/content`), 2_500_000);
    const before = stage.list();
    for (const [at, says] of [
      /changed\.mp4 has changed since/,
      /missing\.mp4 is not there/,
      /chunk 2 is damaged/,
    ].entries())
      for (const file of ["out", "-"]) {
        const fresh = at === 2 && file === "-" ? /only 69 % of it is held here/ : says;
        const ended = await library.run("export", ids[at] as string, file);
        expectOneLine(ended, fresh);
        expect([ended.code, stage.list()]).toEqual([1, before]);
      }
  });

  test("a full disk with exit code 5, and leaves nothing", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_MOUNT);
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    mkdirSync(stage.path("small"));
    system("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", stage.path("small"));
    stage.onEnd(() => system("umount", stage.path("small")));
    const ended = await library.run("export", id, "small/film.mp4");
    expectOneLine(ended, /the disk is full: make room/);
    expect([ended.code, stage.list("small")]).toEqual([5, []]);
    const piped = await library.shell(`cardume export ${id} - > small/film.mp4; echo $?`).ended;
    expectOneLine(piped, /the disk is full: make room/);
    expect(piped.stdout).toBe("5\n");
  });
});

describe.concurrent("export to a reader", () => {
  test("ends quietly when its reader has had enough", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    const { stdout, stderr } = await library.shell(
      `cardume export ${id} - | head -c 100000 | wc -c; echo "\${PIPESTATUS[0]}"`,
    ).ended;
    expect(stderr).toBe("");
    expect(stdout.trim().split(/\s+/)).toEqual(["100000", "1"]);
  });

  test("waits for a slow reader, and Ctrl-C does not wait for it", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", film);
    const id = await library.add("film.mp4");
    const slow = await library.shell(`cardume export ${id} - | (sleep 1; sha256sum)`).ended;
    expect(slow.stdout).toContain(digestOf(film));
    // A process of the stage, which ends it: one of the command's own would hold its streams open until it has slept.
    system("mkfifo", stage.path("pipe"));
    stage.start("bash", ["-c", "exec 3< pipe; exec sleep 60"]);
    const command = library.shell(`{ echo open >&2; cardume export ${id} -; } > pipe & echo $!; wait $!; echo code $?`);
    const [, pid] = await command.says(/^(\d+)$/m);
    await command.says(/open/, "stderr");
    await pause(1000);
    for (const child of childrenOf(Number(pid))) process.kill(child, "SIGINT");
    await command.says(/code 130/);
  });
});
