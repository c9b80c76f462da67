import { stripVTControlCharacters } from "node:util";
import { describe, expect } from "vitest";
import { CliLibrary, expectOneLine, noise } from "./support/library-cli.ts";
import { test } from "./support/stage.ts";

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  add: ["--copy", "--title", "--data", "--json"],
  ls: ["--data", "--json"],
  show: ["--data", "--json"],
  link: ["--data", "--json"],
  verify: ["--data", "--json"],
  export: ["--force", "--data", "--json"],
  rm: ["--files", "--data", "--json"],
};

describe.concurrent("on a terminal", () => {
  test("ls is a table as wide as it", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", noise(1000));
    stage.write("longer.mp4", noise(1001));
    await library.good("add", "film.mp4");
    await library.good("add", "longer.mp4", "--title", `${"muito ".repeat(20)}longo`);
    const { stdout } = await library.onTerminal(50, "ls").ended;
    const lines = stdout.trimEnd().split("\r\n");
    expect(lines).toEqual([
      expect.stringMatching(/^[a-z2-7]{8} {2}film {28} {2}1\.0 kB$/),
      expect.stringMatching(/^[a-z2-7]{8} {2}(muito ){5}m?.*… {2}1\.0 kB$/),
      "2 videos, 2.0 kB",
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
  });

  test("add and verify show how far they are, and take it away", async ({ stage }) => {
    const library = new CliLibrary(stage);
    stage.write("film.mp4", Buffer.alloc(1_500_000_000));
    const add = await library.onTerminal(80, "add", "film.mp4").ended;
    expect(add.stdout).toMatch(/0 of 1 file, \d+ %, [\d.]+ [MG]B of 1\.5 GB, [\d.]+ [MG]B\/s, .* left/);
    expect(add.stdout).toContain("\r\u001b[2K1 added: 1.5 GB\r\n");
    const verify = await library.onTerminal(80, "verify").ended;
    expect(verify.stdout).toMatch(/0 of 1 video, \d+ %, [\d.]+ [MG]B of 1\.5 GB/);
    expect(stripVTControlCharacters(verify.stdout)).toMatch(/1 good\r\n$/);
  });

  test("export - refuses to write a video there", async ({ stage }) => {
    const { code, stdout } = await new CliLibrary(stage).onTerminal(80, "export", "film", "-").ended;
    expect(stdout).toMatch(/^cardume: standard output is a terminal: /);
    expect(code).toBe(2);
  });
});

describe.concurrent("the help", () => {
  for (const [command, options] of Object.entries(COMMANDS))
    test(`of ${command} has examples, exit codes and every option`, async ({ stage }) => {
      const { code, stdout } = await stage.run([command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Examples:\n  cardume ${command}`, "m"));
      expect(stdout).toMatch(/^Exit code: 0 /m);
      for (const option of [...options, "--debug"]) expect(stdout).toContain(option);
    });

  test("of the program names the library's commands first, then the network's", async ({ stage }) => {
    const { stdout } = await stage.run(["--help"]);
    const names = Array.from(stdout.matchAll(/^ {2}([a-z]+)/gm), ([, name]) => name);
    const network = ["up", "find", "get", "watch", "status", "peers", "join", "announce", "config"];
    expect(names).toEqual([...Object.keys(COMMANDS), ...network, "peer", "client", "split", "demo", "help"]);
  });
});

describe.concurrent("wrong use", () => {
  for (const [args, says] of [
    [["add"], /missing required argument 'paths'/],
    [["show"], /missing required argument 'video'/],
    [["rm"], /missing required argument 'video'/],
    [["export", "x"], /missing required argument 'file'/],
    [["verify", "x", "y"], /too many arguments/],
    [["ls", "--frobnicate"], /unknown option '--frobnicate'/],
  ] as const)
    test(`${args.join(" ")} is told in one line`, async ({ stage }) => {
      const ended = await stage.run(args, { env: { CARDUME_DATA: stage.path("data") } });
      expectOneLine(ended, says);
      expect([ended.code, stage.list()]).toEqual([2, []]);
    });
});
