import { chmodSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { describe, expect } from "vitest";
import { CARDUME, NODE } from "./support/places.ts";
import { AS_NOBODY, missingOtherUser, requirement } from "./support/requirement.ts";
import type { Ended } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

const COUNT = 20;
const LARGE = 60_000;
const chunkOf = (id: number, bytes: number): Buffer => Buffer.alloc(bytes, `chunk ${id} `);

/** A peer with chunks of so many bytes. */
async function contactOf(stage: Stage, bytes: number): Promise<string> {
  const chunks = Array.from({ length: COUNT }, (_, index) => [index + 1, chunkOf(index + 1, bytes)]);
  return (await stage.peer(5001, stage.keyValues("kv", Object.fromEntries(chunks) as Record<number, Buffer>))).address;
}

const whole = (bytes: number): Buffer =>
  Buffer.concat(Array.from({ length: COUNT }, (_, index) => chunkOf(index + 1, bytes)));

function expectOneLine({ stderr, stdout, ms }: Ended, says: RegExp): void {
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split("\n"), "one line").toHaveLength(1);
  expect(stdout).toBe("");
  expect(ms, "at once").toBeLessThan(5000);
}

describe.concurrent("single files", () => {
  test("that fail in their midst leave no piece that passes for a chunk", async ({ stage }) => {
    const contact = await contactOf(stage, LARGE);
    // Files end at 4 or 8 KiB, as the shell counts: the first write to a chunk is cut short, the next one fails.
    const words = [
      "-c",
      'ulimit -f 8; exec "$@"',
      "sh",
      NODE,
      CARDUME,
      "client",
      contact,
      `1-${COUNT}`,
      "--out",
      "got",
    ];
    const env = { NODE_DISABLE_COMPILE_CACHE: "1" };
    const { code, stderr } = await stage.start("sh", words, { env }).ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(/^cardume: cannot write the output: /m);
    const sizes = stage.list("got").filter((name) => name.startsWith("chunk_"));
    expect(sizes.filter((name) => lstatSync(stage.path(`got/${name}`)).size !== LARGE)).toEqual([]);
    const log = stage.read("got/output-127.0.0.1.log").trimEnd().split("\n");
    const ids = log.map((line) => Number(line.split(" - ")[1])).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
  });

  for (const out of [".", "theirs", "theirs/new"])
    test(`into ${out}, where this user may not write: exit 5, before anything is asked for`, async ({
      stage,
      task,
      skip,
    }) => {
      requirement({ task, skip }, missingOtherUser());
      chmodSync(stage.folder, 0o755);
      mkdirSync(stage.path("theirs"));
      const contact = await stage.probe();
      const [command, ...words] = AS_NOBODY;
      const ended = await stage.start(command, [...words, "client", contact.address, "1", "--out", out]).ended;
      expectOneLine(ended, /^cardume: cannot .*permission denied/i);
      expect(ended.code).toBe(5);
      expect(contact.received).toEqual([]);
    });
});

describe.concurrent("--join", () => {
  test("onto a link writes what the link names, and the link stays", async ({ stage }) => {
    const contact = await contactOf(stage, 1024);
    mkdirSync(stage.path("videos"));
    stage.write("videos/film", "an older film");
    symlinkSync("videos/film", stage.path("link"));
    const { code } = await stage.run(["client", contact, `1-${COUNT}`, "--join", "link"]);
    expect(code).toBe(0);
    expect(readlinkSync(stage.path("link"))).toBe("videos/film");
    expect(stage.readBytes("videos/film").equals(whole(1024))).toBe(true);
    expect(stage.list("videos")).toEqual(["film"]);
  });

  test("/dev/stdout into a pipe is --join -: exactly the file, and messages beside it", async ({ stage }) => {
    const contact = await contactOf(stage, 1024);
    const client = [NODE, CARDUME, "client", contact, `1-${COUNT}`, "--join", "/dev/stdout"];
    const piped = ["-c", '"$@" | cat; exit "$PIPESTATUS"', "bash", ...client];
    const { code, stdoutBytes, stderr } = await stage.start("bash", piped).ended;
    expect(code).toBe(0);
    expect(stdoutBytes.equals(whole(1024))).toBe(true);
    expect(stderr).toContain(`done: ${COUNT} of ${COUNT} chunks`);
  });
});

describe.concurrent("a folder where none can be made ends at once, with one line", () => {
  test("for a client", async ({ stage }) => {
    const ended = await stage.run(["client", stage.address(5001), "1", "--out", "/proc/foo"]);
    expectOneLine(ended, /^cardume: cannot use \/proc\/foo for output: /);
    expect([2, 5]).toContain(ended.code);
  });

  test("for split", async ({ stage }) => {
    stage.write("film", "some film");
    const ended = await stage.run(["split", "film", "--peers", "2", "--out", "/proc/foo/bar"]);
    expectOneLine(ended, /^cardume: cannot use \/proc\/foo\/bar for output: /);
    expect([2, 5]).toContain(ended.code);
  });
});

test("a client with nobody at its contact says that nobody answered", async ({ stage }) => {
  const { code, stdout } = await stage.run(["client", stage.address(5001), "1,2"]);
  expect(code).toBe(1);
  expect(stdout).toContain(`nobody answered: is a peer running at ${stage.address(5001)}`);
  expect(stdout).toContain("missing: 2 chunks: 1,2");
});
