import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { acquireLibraryLock } from "../../src/store/library-lock.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { NODE } from "./support/places.ts";
import { MISSING_MOUNT, missingOtherUser, requirement } from "./support/requirement.ts";
import { Running } from "./support/running.ts";
import { system } from "./support/system.ts";

const MODULE = pathToFileURL(join(import.meta.dirname, "../../src/store/library-lock.ts")).href;

/** Takes the lock, says so or why not, and keeps it. */
const HOLD = `
  const { acquireLibraryLock } = await import(process.argv[1]);
  try {
    await acquireLibraryLock(process.argv[2], process.argv[3]);
    console.log("has it");
    setInterval(() => globalThis.gc(), 10);
  } catch ({ code, exitCode, message }) {
    console.log(code, exitCode, message);
  }`;

const SCRIPT = ["--expose-gc", "--input-type=module", "-e", HOLD, MODULE];

function start(folder: string, what = "cardume add", before: readonly string[] = []): Running {
  const [command, ...args] = [...before, NODE, ...SCRIPT, folder, what];
  const running = new Running(command as string, args, { cwd: folder });
  onTestFinished(() => running.end());
  return running;
}

async function holding(folder: string, what?: string): Promise<Running> {
  const running = start(folder, what);
  await running.says(/has it/);
  return running;
}

const refusal = (folder: string): Promise<unknown> =>
  acquireLibraryLock(folder, "cardume list").then(
    (lock) => lock.release().then(() => "not refused"),
    (error) => error,
  );

/** An error as the lock gives it. */
const like = (code: string, message: string): unknown => expect.objectContaining({ code, exitCode: 5, message });

const heldBy = (folder: string, whom: string): unknown =>
  like(
    "library-held",
    `the library in ${folder} is in use by ${whom}: wait for it, stop it, or choose another with --data`,
  );

describe("of two processes", () => {
  test("the second is refused and told of the first; killed, it leaves the library to a third at once", async () => {
    const folder = tempFolder();
    const first = await holding(folder);
    const [line] = await start(folder).says(/.*\n/);
    expect(line).toMatch(
      /^library-held 5 the library in .* is in use by process \d+ \(cardume add, since \d\d:\d\d\): wait/,
    );
    expect(line).toContain(`process ${first.pid} `);
    await first.end();
    const startedAt = performance.now();
    const lock = await acquireLibraryLock(folder, "third");
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await lock.release();
  });

  test("one of many that start at one moment gets it", async () => {
    const folder = tempFolder();
    const all = Array.from({ length: 4 }, () => start(folder));
    const lines = await Promise.all(all.map((running) => running.says(/.*\n/)));
    expect(lines.filter(([line]) => line.startsWith("has it"))).toHaveLength(1);
    expect(lines.filter(([line]) => line.startsWith("library-held"))).toHaveLength(3);
  });

  test("each has a library of its own", async () => {
    await holding(tempFolder());
    const lock = await acquireLibraryLock(tempFolder(), "other");
    await lock.release();
  });
});

describe("in one process", () => {
  test("a second is refused, and the first keeps what it has", async () => {
    const folder = tempFolder();
    const lock = await acquireLibraryLock(folder, "cardume serve");
    expect(await refusal(folder)).toMatchObject({ code: "library-held" });
    const [line] = await start(folder).says(/.*\n/);
    expect(line).toMatch(/^library-held 5 .*\(cardume serve, since/);
    await lock.release();
  });

  test("it can be given back, once, and taken again", async () => {
    const folder = tempFolder();
    const first = await acquireLibraryLock(folder, "first");
    await first.release();
    expect(existsSync(join(folder, "holder"))).toBe(false);
    const second = await acquireLibraryLock(folder, "second");
    await first.release();
    expect(existsSync(join(folder, "holder"))).toBe(true);
    expect(await refusal(folder)).toMatchObject({ code: "library-held" });
    await second.release();
    expect(readdirSync(folder)).toEqual(["lock"]);
  });
});

describe("the holder's note", () => {
  const evil = "\u001b[31m\u202eevil\n\u0007";

  test.for([
    ["is missing", undefined, () => "another process"],
    ["is rubbish", () => "{", () => "another process"],
    ["is null", () => "null", () => "another process"],
    ["is long", (pid: number) => JSON.stringify({ pid, what: "x".repeat(5000) }), () => "another process"],
    ["names nobody", () => '{"what":"cardume add"}', () => "another process"],
    ["names what is no process", () => '{"pid":-1,"what":"x"}', () => "another process"],
    ["names a process that has ended", () => '{"pid":4194999,"what":"x"}', () => "another process"],
    [
      "says a pid only",
      (pid: number) => JSON.stringify({ pid, what: 7, since: "soon" }),
      (pid: number) => `process ${pid}`,
    ],
    [
      "says much",
      (pid: number) => JSON.stringify({ pid, what: "x".repeat(900) }),
      (pid: number) => `process ${pid} (${"x".repeat(60)})`,
    ],
    [
      "is hostile",
      (pid: number) => JSON.stringify({ pid, what: evil, since: `2020-01-01T00:00:00Z${evil}` }),
      (pid: number) => `process ${pid} ([31m evil)`,
    ],
    [
      "is of another day",
      (pid: number) => JSON.stringify({ pid, what: "a", since: "2020-01-02T12:00:00" }),
      (pid: number) => `process ${pid} (a, since 2020-01-02 12:00)`,
    ],
  ] as const)("that %s is borne", async ([, note, whom]) => {
    const folder = tempFolder();
    const { pid } = await holding(folder);
    const file = join(folder, "holder");
    rmSync(file);
    if (note !== undefined) writeFileSync(file, note(pid));
    expect(await refusal(folder)).toEqual(heldBy(folder, whom(pid)));
  });

  test("that is a pipe or a folder is borne, by who reads it and by who writes it", async () => {
    const folder = tempFolder();
    const file = join(folder, "holder");
    const first = await holding(folder);
    rmSync(file);
    system("mkfifo", file);
    expect(await refusal(folder)).toEqual(heldBy(folder, "another process"));
    await first.end();
    await (await holding(folder)).end();
    rmSync(file);
    mkdirSync(file);
    await holding(folder);
    expect(await refusal(folder)).toEqual(heldBy(folder, "another process"));
  });
});

describe("a folder", () => {
  test("that is not there is made", async () => {
    const folder = join(tempFolder(), "a", "b");
    const lock = await acquireLibraryLock(folder, "x");
    expect(readdirSync(folder).sort()).toEqual(["holder", "lock"]);
    await lock.release();
  });

  test("that is a file is refused", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    expect(await refusal(file)).toEqual(like("data-folder-refused", expect.stringContaining("it is a file")));
  });

  test("whose lock is something else is refused", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "lock"), "rubbish ".repeat(1000));
    expect(await refusal(folder)).toEqual(like("data-folder-refused", expect.stringContaining("lock: file is not")));
  });

  test.for([
    ["nothing may be made", [0o755, undefined]],
    ["the lock may not be written", [0o777, 0o444]],
    ["only the lock may be written", [0o755, 0o666]],
  ] as const)("where %s is refused with the system's words", async ([, [folderMode, lockMode]], context) => {
    requirement(context, missingOtherUser());
    const folder = tempFolder();
    if (lockMode !== undefined) {
      writeFileSync(join(folder, "lock"), "");
      chmodSync(join(folder, "lock"), lockMode);
    }
    chmodSync(folder, folderMode);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const [line] = await start(folder, "x", nobody).says(/.*\n/);
    expect(line).toMatch(/^data-folder-refused 5 cannot keep the library in .*EACCES: permission denied.* --data$/m);
  });

  test("that is only for reading, or has no room, is refused; with a library in it, no room is borne", async (context) => {
    requirement(context, MISSING_MOUNT);
    const folder = tempFolder();
    system("mount", "-t", "tmpfs", "-o", "size=8k,nr_inodes=4", "tmpfs", folder);
    onTestFinished(() => void system("umount", folder));
    writeFileSync(join(folder, "all"), Buffer.alloc(8192));
    expect(await refusal(folder)).toEqual(like("data-folder-refused", expect.stringContaining("ENOSPC")));
    rmSync(join(folder, "holder"), { force: true });
    writeFileSync(join(folder, "library.db"), "");
    expect(await refusal(folder)).toBe("not refused");
    system("mount", "-o", "remount,ro", folder);
    expect(await refusal(folder)).toEqual(like("data-folder-refused", expect.stringContaining("EROFS")));
  });
});
