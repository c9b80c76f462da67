import { appendFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openCatalogue } from "../../src/store/sqlite-catalogue.ts";
import { aRow, idOf, none } from "../contract/support/catalogues.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { NODE } from "./support/places.ts";
import { MISSING_MOUNT, requirement } from "./support/requirement.ts";
import { Running } from "./support/running.ts";
import { system } from "./support/system.ts";

const url = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;

/** A process with a catalogue, that does this with it. */
function start(folder: string, script: string, before: readonly string[] = []): Running {
  const text = `
    const { openCatalogue } = await import("${url("../../src/store/sqlite-catalogue.ts")}");
    const id = (at) => Object.assign(new Uint8Array(32), [at >> 8, at & 255]);
    const row = (at, title = "Aula " + at) => ({ id: id(at), kind: "video", title, fileName: "a.mp4", mediaType: "video/mp4",
      durationMs: 0, bytes: 1000, chunkBytes: 1048576, chunks: 1, source: undefined, stamp: undefined, addedAtMs: 0,
      verifiedAtMs: 0 });
    const { catalogue } = await openCatalogue({ folder: process.argv[1] });
    const put = (at) => catalogue.put(row(at), Uint8Array.of(1)).then(() => "ok", ({ code }) => code);
    ${script}`;
  const [command, ...args] = [...before, NODE, "--input-type=module", "-e", text, folder];
  const running = new Running(command as string, args, { cwd: folder });
  onTestFinished(() => running.end());
  return running;
}

test("a full disk rejects writes until there is room, and loses nothing", async (context) => {
  requirement(context, MISSING_MOUNT);
  const folder = tempFolder();
  system("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
  onTestFinished(() => void system("umount", folder));
  const { catalogue } = await openCatalogue({ folder });
  await catalogue.put(aRow({ id: idOf(1) }), none());
  const filler = join(folder, "filler");
  writeFileSync(filler, "");
  expect(() => appendFileSync(filler, Buffer.alloc(2 << 20))).toThrow(/ENOSPC/);
  const many = Array.from({ length: 200 }, (_, at) => catalogue.put(aRow({ id: idOf(2, at) }), none()));
  const reasons = (await Promise.allSettled(many)).map((result) => (result as PromiseRejectedResult).reason);
  expect(new Set(reasons.map(({ code, exitCode }) => `${code} ${exitCode}`))).toEqual(new Set(["disk-full 5"]));
  expect(await catalogue.ids()).toEqual([idOf(1)]);
  rmSync(filler);
  await catalogue.put(aRow({ id: idOf(3) }), none());
  expect(await catalogue.ids()).toHaveLength(2);
  await catalogue.close();
  expect(readdirSync(folder)).toEqual(["library.db"]);
  expect(() => writeFileSync(filler, Buffer.alloc(2 << 20))).toThrow(/ENOSPC/);
  expect(await reopened(folder)).toHaveLength(2);
});

test("a catalogue cannot be made on a full disk", async (context) => {
  requirement(context, MISSING_MOUNT);
  const folder = tempFolder();
  system("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder);
  onTestFinished(() => void system("umount", folder));
  await expect(openCatalogue({ folder })).rejects.toMatchObject({ code: "disk-full", exitCode: 5 });
});

test("after a failed write no other is tried, and reads go on", async () => {
  const folder = tempFolder();
  // A file may not grow beyond this: to SQLite it is an I/O error.
  const script = `
    const answers = [];
    for (let at = 0; at < 400; at++) answers.push(await put(at));
    const first = answers.findIndex((answer) => answer !== "ok");
    const kinds = new Set(answers.slice(first));
    const read = (await catalogue.list({ words: "aula" })).length;
    await catalogue.close();
    console.log(JSON.stringify({ first, kinds: [...kinds], read }));`;
  const { stdout, stderr } = await start(folder, script, ["prlimit", "--fsize=300000"]).ended;
  expect(stderr).toBe("");
  const { first, kinds, read } = JSON.parse(stdout) as { first: number; kinds: string[]; read: number };
  expect(first).toBeGreaterThan(0);
  expect(kinds).toEqual(["catalogue-failed"]);
  expect(read).toBe(first);
  expect(await reopened(folder)).toHaveLength(first);
});

test("what was promised is there after kill -9", async () => {
  const folder = tempFolder();
  const running = start(folder, 'for (let at = 0; ; at++) { await put(at); console.log("wrote", at); }');
  await running.says(/wrote 30\n/);
  running.kill("SIGKILL");
  const { stdout } = await running.ended;
  const wrote = stdout.match(/wrote \d+\n/g)?.length as number;
  expect(statSync(join(folder, "library.db-wal")).size).toBeGreaterThan(0);
  const there = (await reopened(folder)).length;
  expect([wrote, wrote + 1]).toContain(there);
});

test("an idle catalogue does not keep a process alive, and one at work does", async () => {
  const folder = tempFolder();
  const { code, stdout, stderr } = await start(folder, 'put(1).then((answer) => console.log("wrote", answer));').ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "wrote ok\n", stderr: "" });
  expect(await reopened(folder)).toHaveLength(1);
});

async function reopened(folder: string): Promise<Uint8Array[]> {
  const { catalogue, state } = await openCatalogue({ folder });
  const ids = await catalogue.ids();
  await catalogue.close();
  expect(state).toBe("opened");
  return ids;
}
