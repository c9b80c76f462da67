import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect } from "vitest";
import type { AddReport } from "../../src/store/add-paths.ts";
import { HashPool } from "../../src/store/hash-pool.ts";
import type { Hasher } from "../../src/store/hasher.ts";
import { InlineHasher } from "../../src/store/inline-hasher.ts";
import type { Library } from "../../src/store/library.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { openStore } from "../../src/store/open.ts";
import { type Call, FaultyDisk } from "../unit/support/faulty-disk.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { CliLibrary, flipBit, noise } from "./support/library-cli.ts";
import { NODE } from "./support/places.ts";
import { requirement } from "./support/requirement.ts";
import { type Stage, test } from "./support/stage.ts";
import { pause } from "./support/waiting.ts";

/** A regular file, as it says, whose every read is EINVAL. */
const EINVAL_FILE = "/sys/class/net/lo/speed";

function missingEinval(): string | undefined {
  try {
    readFileSync(EINVAL_FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EINVAL") return undefined;
  }
  return `${EINVAL_FILE}, which cannot be read`;
}

/** A folder of three files, and a library on a disk that fails where it is told. */
async function setUp(
  stage: Stage,
  fails: (call: Call) => boolean,
  hasher: Hasher = new InlineHasher(),
): Promise<{ library: Library; disk: FaultyDisk; films: string }> {
  const films = stage.path("films");
  mkdirSync(films);
  for (const [at, name] of ["a.mp4", "bad.mp4", "c.mp4"].entries())
    writeFileSync(join(films, name), someBytes(100_000, at));
  const disk = new FaultyDisk(nodeDisk, (call) => (fails(call) ? { kind: "error", code: "EIO" } : undefined));
  return { library: await openStore({ folder: stage.path("data") }, { disk, hasher }), disk, films };
}

async function addAll(library: Library, paths: readonly string[], copy = false): Promise<AddReport[]> {
  const reports: AddReport[] = [];
  for await (const report of library.add(paths, { copy })) reports.push(report);
  return reports;
}

const isBad = ({ path }: Call): boolean => String(path).endsWith("bad.mp4");

describe("a file that cannot be read is one failure, and the others are added:", () => {
  for (const copy of [false, true])
    test(`EINVAL in a thread${copy ? ", copying" : ""}`, async ({ stage, task, skip }) => {
      requirement({ task, skip }, missingEinval());
      const { library, films } = await setUp(stage, () => false, new HashPool());
      try {
        expect(await addAll(library, [EINVAL_FILE, films], copy)).toMatchObject([
          {
            outcome: "failed",
            error: { code: "file-unreadable", exitCode: 1, message: /^cannot read .*\/speed: EINVAL/ },
          },
          { outcome: "added" },
          { outcome: "added" },
          { outcome: "added" },
        ]);
      } finally {
        await library.close();
      }
      expect(readdirSync(stage.path("data/videos"))).toHaveLength(3);
    });

  for (const name of ["open", "fstat", "read", "close"] as const)
    test(`EIO from ${name}`, async ({ stage }) => {
      const { library, disk, films } = await setUp(stage, (call) => call.name === name && isBad(call));
      const reports = await addAll(library, [films]);
      expect(reports.map(({ outcome }) => outcome)).toEqual(["added", "failed", "added"]);
      expect(reports[1]).toMatchObject({ error: { code: "file-unreadable", message: /bad\.mp4: .*\(EIO\)/ } });
      expect(disk.openFiles).toBe(0);
      await library.close();
    });
});

describe("the library's own disk that fails ends the adding:", () => {
  for (const [name, part] of [
    ["open", "tree"],
    ["write", "tree"],
    ["write", "content"],
    ["sync", "content"],
  ] as const)
    test(`EIO from ${name} of ${part}`, async ({ stage }) => {
      const { library, films } = await setUp(stage, (call) => call.name === name && String(call.path).endsWith(part));
      await expect(addAll(library, [films], true)).rejects.toMatchObject({ code: "disk-failed" });
      await library.close();
    });
});

test("looking for files ends when told to stop", async ({ stage }) => {
  const { library, disk } = await setUp(stage, () => false);
  for (let at = 0; at < 200; at++) writeFileSync(stage.path(`films/${at}.bin`), "x");
  const before = disk.calls.length;
  const adding = library.add([stage.path("films")], { signal: AbortSignal.abort() });
  await expect(adding.next()).rejects.toThrow(/abort/);
  expect(disk.calls.length - before).toBeLessThan(20);
  await library.close();
});

test("verify goes on behind a video that cannot be opened", async ({ stage }) => {
  const library = new CliLibrary(stage);
  for (const name of ["a", "b", "c"]) stage.write(`${name}.mp4`, noise(1000 + name.charCodeAt(0)));
  const id = await library.add("a.mp4");
  await library.good("add", "b.mp4", "c.mp4");
  flipBit(stage.path(`data/videos/${id}/manifest`), 20);
  const { code, stdout, stderr } = await library.run("verify");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^2 good, 1 unreadable/m);
  expect(stderr).toMatch(/^cardume: a: /m);
});

test("a second Ctrl-C ends a command that hangs", async ({ stage }) => {
  const url = pathToFileURL(join(import.meta.dirname, "../../src/cli/with-library.ts"));
  // A thread that reads from a FIFO cannot be ended, as one that reads from a dead disk cannot.
  const program = `
    import { withLibrary } from ${JSON.stringify(url)};
    import { Worker } from "node:worker_threads";
    import { execFileSync } from "node:child_process";
    execFileSync("mkfifo", ["fifo"]);
    execFileSync("mkdir", ["data"]);
    new Worker('require("fs").readFileSync("fifo")', { eval: true });
    await withLibrary("hang", { data: "data" }, () => {
      console.log("hangs");
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  stage.write("hang.mjs", program);
  const running = stage.start(NODE, ["hang.mjs"]);
  await running.says(/hangs/);
  running.kill("SIGTERM");
  await pause(100);
  running.kill("SIGTERM");
  await pause(1100);
  expect(running.isOver).toBe(false);
  const begunMs = performance.now();
  running.kill("SIGINT");
  // Which is 130 to a shell.
  expect(await running.ended).toMatchObject({ code: null, signal: "SIGINT" });
  expect(performance.now() - begunMs).toBeLessThan(1000);
  expect(existsSync(stage.path("data/library.db"))).toBe(true);
});
