import { chmodSync, existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, expectOneLine, furnishVideos, noise } from "./support/library-cli.ts";
import { AS_NOBODY, missingOtherUser, requirement } from "./support/requirement.ts";
import { type Stage, test } from "./support/stage.ts";
import { pause, until } from "./support/waiting.ts";

/** Hashing 20 GB of holes takes long enough to do something meanwhile. */
function sparse(stage: Stage, name: string, bytes: number = 20 * 2 ** 30): string {
  writeFileSync(stage.path(name), "");
  truncateSync(stage.path(name), bytes);
  return name;
}

/** Who has the library, as it says; empty for nobody. */
const holder = (stage: Stage): string => (existsSync(stage.path("data/holder")) ? stage.read("data/holder") : "");

/** Waits until the first file of an adding is in the library and the second is being hashed. */
async function adding(stage: Stage, library: CliLibrary, ...more: string[]): Promise<ReturnType<CliLibrary["start"]>> {
  stage.write("a.mp4", noise(1000));
  const running = library.start("add", "a.mp4", sparse(stage, "b.mp4"), ...more);
  await running.says(/^added/m);
  await until("a draft", () => library.folders().some((name) => name.startsWith(".adding")));
  return running;
}

describe("two processes at one time", () => {
  test("the second is told who has the library, with exit code 5", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const running = await adding(stage, library);
    for (const args of [["ls"], ["add", "a.mp4"], ["verify", "--json"], ["rm", "a"]]) {
      const refused = await library.run(...args);
      expectOneLine(refused, new RegExp(`in use by process ${running.pid} \\(cardume add, since \\d\\d:\\d\\d\\)`));
      expect([refused.code, refused.stdout]).toEqual([5, ""]);
    }
    const elsewhere = await stage.run(["add", "a.mp4", "--data", "other"]);
    expect(elsewhere.code, elsewhere.stderr).toBe(0);
    expect(stage.list("other")).toContain("videos");
    running.kill("SIGINT");
    await running.ended;
    await library.good("ls");
  });

  test("a process that was killed does not keep the library", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const running = await adding(stage, library);
    running.kill("SIGKILL");
    await running.ended;
    expect((await library.good("ls")).stdout.split("\n")).toHaveLength(2);
    expect(library.folders(), "and what it left half done is gone").toHaveLength(1);
  });
});

describe("Ctrl-C while adding a large file", () => {
  for (const copy of [[], ["--copy"]])
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      test(`(${signal}${copy.length > 0 ? ", --copy" : ""}) exits 130 at once, and leaves nothing half done`, async ({
        stage,
      }) => {
        const library = new CliLibrary(stage);
        const running = await adding(stage, library, ...copy);
        const startedAtMs = performance.now();
        running.kill(signal);
        const { code, stderr } = await running.ended;
        expect(performance.now() - startedAtMs, "ms until it has ended").toBeLessThan(1000);
        expect(code).toBe(130);
        expect(stderr).toBe("cardume: stopped: 1 added: 1.0 kB; the same command goes on from there\n");
        expect(library.folders()).toHaveLength(1);
        expect(stage.list("data").filter((name) => /adding|lock-|holder/.test(name))).toEqual([]);
        expect(await library.json("add", "a.mp4", ...copy)).toMatchObject([{ outcome: "already" }]);
      });

  test("and then verifying or exporting one", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const id = await library.add(sparse(stage, "film.mp4", 3_000_000_000));
    for (const args of [
      ["verify", id],
      ["export", id, "out.mp4"],
    ]) {
      const running = library.start(...args);
      await until("it has the library", () => holder(stage).includes(`cardume ${args[0]}`));
      await pause(500);
      running.kill("SIGINT");
      const { code, stderr } = await running.ended;
      expect([code, stderr], args[0]).toEqual([130, ""]);
    }
    expect(stage.list()).toEqual(["data", "film.mp4"]);
    expect(await library.json("ls")).toMatchObject([{ state: "complete" }]);
  });
});

describe("a machine that refuses", () => {
  test("files that may not be read: exit code 5, or 1 when others were added", async ({ stage, task, skip }) => {
    requirement({ task, skip }, missingOtherUser());
    furnishVideos(stage, "videos");
    mkdirSync(stage.path("data"));
    chmodSync(stage.folder, 0o777);
    chmodSync(stage.path("data"), 0o777);
    stage.write("videos/secret.mp4", noise(1000));
    chmodSync(stage.path("videos/secret.mp4"), 0);
    const [command, ...words] = AS_NOBODY;
    const env = { CARDUME_DATA: stage.path("data"), HOME: stage.folder };
    const secret = await stage.start(command, [...words, "add", "videos/secret.mp4"], { env }).ended;
    expectOneLine(secret, /secret\.mp4: permission denied/);
    expect(secret.code).toBe(5);
    const all = await stage.start(command, [...words, "add", "videos"], { env }).ended;
    expectOneLine(all, /secret\.mp4: permission denied/);
    expect(all.code).toBe(1);
    expect(all.stdout).toMatch(/^4 added, 1 failed/m);
  });

  test("a data folder that cannot be: exit code 5", async ({ stage }) => {
    stage.write("file", "");
    const ended = await stage.run(["add", "file", "--data", "file/data"]);
    expectOneLine(ended, /cannot keep the library in \S+file\/data/);
    expect([ended.code, ended.stdout]).toEqual([5, ""]);
    for (const args of [["verify"], ["show", "x"]]) {
      const missing = await stage.run([...args, "--data", "file/data"]);
      expectOneLine(missing, /there is no library in \S+file\/data/);
      expect([missing.code, missing.stdout]).toEqual([3, ""]);
    }
  });
});
