import { mkdirSync, openSync } from "node:fs";
import { describe, expect } from "vitest";
import { CARDUME, NODE } from "./support/places.ts";
import { MISSING_MOUNT, requirement } from "./support/requirement.ts";
import type { Ended } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";
import { system } from "./support/system.ts";

const COUNT = 200;
const chunkOf = (id: number): Buffer => Buffer.alloc(1024, `chunk ${id} `);

async function contactOf(stage: Stage): Promise<string> {
  stage.write("film", Buffer.concat(Array.from({ length: COUNT }, (_, index) => chunkOf(index + 1))));
  await stage.run(["split", "film", "--peers", "1", "--in-place", "--out", "kv"]);
  return (await stage.peer(5001, "kv/key-values-files_peer1")).address;
}

/** A disk of so many KiB, mounted in the stage's folder. */
function smallDisk(stage: Stage, kib: number): void {
  mkdirSync(stage.path("disk"));
  system("mount", "-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", stage.path("disk"));
  stage.onEnd(() => system("umount", "-l", stage.path("disk")));
}

function expectOneLine({ code, stderr }: Ended, says: RegExp): void {
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split("\n"), "one line").toHaveLength(1);
  expect(code).toBe(5);
}

/** Every wanted chunk is in the log once, as come or as missing. */
function expectWholeLog(log: string): void {
  const ids = log
    .trimEnd()
    .split("\n")
    .map((line) => Number(/^\S+:\d+ - (\d+)$/.exec(line)?.[1]));
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
}

describe("a full disk at the client", () => {
  test("ends a fetch into single files: exit 5, one line, the log whole, no broken chunk", async ({
    stage,
    task,
    skip,
  }) => {
    requirement({ task, skip }, MISSING_MOUNT);
    const contact = await contactOf(stage);
    smallDisk(stage, 96);
    const ended = await stage.run(["client", contact, `1-${COUNT}`, "--out", "disk"]);
    expectOneLine(ended, /^cardume: the disk is full: make room and run the same command again; \d+ chunks came/);
    expectWholeLog(stage.read("disk/output-127.0.0.1.log"));
    const kept = stage.list("disk").filter((name) => name.startsWith("chunk_"));
    expect(kept.length).toBeGreaterThan(5);
    for (const name of kept) {
      const id = Number(/\d+/.exec(name)?.[0]);
      expect(stage.read(`disk/${name}`), `${name} is whole`).toBe(chunkOf(id).toString());
    }
  });

  test("ends a fetch into one file, and leaves what stood there before", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_MOUNT);
    const contact = await contactOf(stage);
    smallDisk(stage, 64);
    stage.write("disk/film", "an older film");
    const ended = await stage.run(["client", contact, `1-${COUNT}`, "--join", "disk/film"]);
    expectOneLine(ended, /^cardume: the disk is full/);
    expectWholeLog(stage.read("output-127.0.0.1.log"));
    expect(stage.read("disk/film")).toBe("an older film");
  });

  test("with no room for the log is told before anything is asked for", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_MOUNT);
    const contact = await contactOf(stage);
    smallDisk(stage, 4);
    const ended = await stage.run(["client", contact, `1-${COUNT}`, "--out", "disk"]);
    expectOneLine(ended, /^cardume: cannot write the log in disk: .*no space/i);
  });

  test("is what /dev/full is, joined into", async ({ stage }) => {
    const contact = await contactOf(stage);
    const ended = await stage.run(["client", contact, `1-${COUNT}`, "--join", "/dev/full"]);
    expectOneLine(ended, /^cardume: the disk is full/);
    expectWholeLog(stage.read("output-127.0.0.1.log"));
  });

  test("is what /dev/full is behind --join -, too", async ({ stage }) => {
    const contact = await contactOf(stage);
    const ended = await stage.run(["client", contact, `1-${COUNT}`, "--join", "-"], {
      stdout: openSync("/dev/full", "w"),
    });
    expect(ended.stderr).toMatch(/^cardume: the disk is full/m);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(5);
    expectWholeLog(stage.read("output-127.0.0.1.log"));
  });

  test("under the messages alone costs no chunk and shows no stack trace", async ({ stage }) => {
    const contact = await contactOf(stage);
    const args = ["client", contact, `1-${COUNT}`, "--out", "got", "--json"];
    const { stderr } = await stage.run(args, { stdout: openSync("/dev/full", "w") });
    expect(stderr).not.toMatch(/^\s+at /m);
    expectWholeLog(stage.read("got/output-127.0.0.1.log"));
    expect(stage.list("got")).toHaveLength(COUNT + 1);
  });
});

describe.concurrent("output that cannot be written", () => {
  test("as the log's name is a folder's, is told before anything is asked for", async ({ stage }) => {
    mkdirSync(stage.path("got/output-127.0.0.1.log"), { recursive: true });
    const ended = await stage.run(["client", stage.address(5001), "1", "--out", "got"]);
    expectOneLine(ended, /^cardume: cannot write the log in got: /);
    expect(ended.ms).toBeLessThan(4500);
  });

  test("as a chunk's name is a folder's, ends the fetch with exit 5, one line, the log whole", async ({ stage }) => {
    const contact = await contactOf(stage);
    mkdirSync(stage.path("got/chunk_7.m4s"), { recursive: true });
    expectOneLine(await stage.run(["client", contact, `1-${COUNT}`, "--out", "got"]), /^cardume: .*chunk_7\.m4s/);
    expectWholeLog(stage.read("got/output-127.0.0.1.log"));
  });

  test("of split, its messages, is no reason for a stack trace", async ({ stage }) => {
    stage.write("film", "some film");
    const { stderr } = await stage.run(["split", "film", "--peers", "1"], { stdout: openSync("/dev/full", "w") });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stage.list("film-chunks")).toHaveLength(2);
  });
});

describe.concurrent("a reader that leaves", () => {
  const piped = (stage: Stage, args: readonly string[], reader: string): Promise<Ended> =>
    stage.start("bash", ["-c", `"$@" | ${reader}; exit \${PIPESTATUS[0]}`, "bash", NODE, CARDUME, ...args]).ended;

  test("the chunks ends the fetch without a stack trace, the log whole", async ({ stage }) => {
    const contact = await contactOf(stage);
    const args = ["client", contact, `1-${COUNT}`, "--join", "-"];
    const { code, stdout, stderr } = await piped(stage, args, "head -c 10");
    expect(stdout).toBe("chunk 1 ch");
    expect(stderr).not.toMatch(/^\s+at /m);
    // All may have been in the pipe's buffer before head left; then there was nothing to notice.
    expect([0, 1]).toContain(code);
    expectWholeLog(stage.read("output-127.0.0.1.log"));
  });

  test("the messages costs no chunk and shows no stack trace", async ({ stage }) => {
    const contact = await contactOf(stage);
    const args = ["client", contact, `1-${COUNT}`, "--out", "got", "--json"];
    const { stdout, stderr } = await piped(stage, args, "head -n 1");
    expect(stdout).toContain('"event":"start"');
    expect(stderr).not.toMatch(/^\s+at /m);
    expectWholeLog(stage.read("got/output-127.0.0.1.log"));
    expect(stage.list("got")).toHaveLength(COUNT + 1);
  });
});
