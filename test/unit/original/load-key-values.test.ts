import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES } from "../../../src/core/limits.ts";
import { loadKeyValues } from "../../../src/original/load-key-values.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A folder with files of these sizes, and a key-values file with this text, in which `@` stands for the folder. */
function network(sizes: Readonly<Record<string, number>>, text: string): string {
  const folder = tempFolder();
  for (const [name, bytes] of Object.entries(sizes)) writeFileSync(join(folder, name), new Uint8Array(bytes));
  const file = join(folder, "key-values");
  writeFileSync(file, text.replaceAll("@", folder));
  return file;
}

describe("chunks that cannot be served are a warning, and not advertised", () => {
  test.for([
    ["is missing", {}, "@/b", /chunk 2 .*no such file/],
    ["is too large", { b: 65_001 }, "@/b", /65001 bytes; a chunk may have 65000/],
    ["is a range beyond the end", { b: 10 }, "@/b#bytes=5-10", /ends before byte 10/],
    ["is a range that is too long", { b: 70_000 }, "@/b#bytes=0-65000", /65001 bytes/],
    ["is a folder", {}, "@", /not a regular file/],
  ] as const)("one that %s", async ([, sizes, path, warning]) => {
    const { places, warnings } = await loadKeyValues(network({ a: 5, ...sizes }, `1: @/a\n2: ${path}\n`), "canonical");
    expect([...places.keys()]).toEqual([1]);
    expect(warnings).toEqual([expect.stringMatching(warning) as string]);
  });
});

test("an empty chunk and the largest one are served", async () => {
  const file = network({ a: 0, b: 65_000 }, "1: @/a\n2: @/b\n3: @/b#bytes=64999-64999");
  const { places, warnings } = await loadKeyValues(file, "canonical");
  expect([[...places.keys()], warnings]).toEqual([[1, 2, 3], []]);
});

test("the report's dialect carries no more than 1024 bytes", async () => {
  const file = network({ a: 1024, b: 1025 }, "1: @/a\n2: @/b");
  expect([...(await loadKeyValues(file, "report")).places.keys()]).toEqual([1]);
});

describe("a file that cannot be read or understood is an error", () => {
  test("that names the file and the line", async () => {
    const file = network({ a: 1 }, "1: @/a\n1: @/a\n");
    await expect(loadKeyValues(file, "canonical")).rejects.toMatchObject({
      code: "key-values-invalid",
      exitCode: 2,
      message: `${file}, line 2: chunk 1 is listed twice`,
    });
  });

  test("that says that there is none", async () => {
    const file = join(tempFolder(), "none");
    await expect(loadKeyValues(file, "canonical")).rejects.toThrow(`${file}: no such file`);
  });

  test("when it is a folder", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "sub"));
    await expect(loadKeyValues(join(folder, "sub"), "canonical")).rejects.toMatchObject({
      code: "key-values-unreadable",
    });
  });

  test("when it is far too large, before it is read", async () => {
    const file = network({}, "");
    truncateSync(file, FILES.maxKeyValuesBytes + 1);
    await expect(loadKeyValues(file, "canonical")).rejects.toThrow(/more than a key-values file can have/);
  });
});
