import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../../../src/runtime/make-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

const isFolder = (path: string): boolean => statSync(path).isDirectory();

describe("a folder is made", () => {
  test("with all those above it that are missing", async () => {
    const path = join(tempFolder(), "a/b/c/d");
    await makeFolder(path);
    expect(isFolder(path)).toBe(true);
  });

  test("once, however many ask for it at the same time", async () => {
    const folder = tempFolder();
    const paths = Array.from({ length: 20 }, (_, index) => join(folder, "a/b/c", `${index % 4}`));
    await Promise.all(paths.map((path) => makeFolder(path)));
    expect(paths.every(isFolder)).toBe(true);
  });

  test("not at all where it is there, also behind a link", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real/kept"), "kept");
    symlinkSync("real", join(folder, "link"));
    for (const name of ["real", "link", "real/", "real/..", "."]) await makeFolder(join(folder, name));
    expect(existsSync(join(folder, "link/kept"))).toBe(true);
    await makeFolder(join(folder, "link/new"));
    expect(isFolder(join(folder, "real/new"))).toBe(true);
  });
});

describe("a folder that cannot be is said", () => {
  test("when a file has its name", async () => {
    const path = join(tempFolder(), "file");
    writeFileSync(path, "");
    await expect(makeFolder(path)).rejects.toThrow("it is a file");
  });

  test("when a part of its path is a file, however deep below", async () => {
    const path = join(tempFolder(), "file");
    writeFileSync(path, "");
    for (const below of ["a", "a/b/c"])
      await expect(makeFolder(join(path, below))).rejects.toThrow("a part of its path is a file");
  });

  test("when a link of its name leads nowhere", async () => {
    const path = join(tempFolder(), "link");
    symlinkSync("nowhere", path);
    await expect(makeFolder(path)).rejects.toThrow();
  });

  test.skipIf(!existsSync("/proc/self"))(
    "when the system says that the folder above is not there, and it is",
    async () => {
      await expect(makeFolder("/proc/cardume")).rejects.toThrow("ENOENT");
      await expect(makeFolder("/proc/cardume/below")).rejects.toThrow("ENOENT");
    },
  );
});
