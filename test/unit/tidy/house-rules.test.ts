import { describe, expect, test } from "vitest";
import { notKebabCase, silenced, sleeps, tooLong, undocumented } from "../support/house-rules.ts";
import { sourceFiles } from "../support/source-files.ts";

const everything = sourceFiles("src", "sim", "bench", "lab", "test");

test("no file has more than 400 lines", () => {
  expect(everything.flatMap(tooLong)).toEqual([]);
});

test("files and folders are in kebab-case", () => {
  expect(everything.flatMap(notKebabCase)).toEqual([]);
});

test("nothing tells the compiler to look away", () => {
  // The checks' own sources, which name what they look for.
  const files = everything.filter(({ path }) => !/house-rules/.test(path));
  expect(files.flatMap(silenced)).toEqual([]);
});

test("nothing but integration tests waits for real time", () => {
  const files = sourceFiles("test/unit", "test/property", "test/sim", "test/contract", "sim").filter(
    ({ path }) => !path.startsWith("test/unit/tidy/") && !/house-rules/.test(path),
  );
  expect(files.flatMap(sleeps)).toEqual([]);
});

test("everything exported from src has a docstring", () => {
  expect(sourceFiles("src").flatMap(undocumented)).toEqual([]);
});

describe("planted violations", () => {
  const path = "src/some-file.ts";

  test("a long file", () => expect(tooLong({ path, text: "\n".repeat(401) })).toHaveLength(1));
  test("a name in capitals", () => expect(notKebabCase({ path: "src/someFile.ts", text: "" })).toHaveLength(1));
  test("a folder with an underscore", () => expect(notKebabCase({ path: "src/a_b/c.ts", text: "" })).toHaveLength(1));
  test("a good name is none", () => expect(notKebabCase({ path: "src/a-b2/c-d.test.ts", text: "" })).toEqual([]));
  test("a silenced compiler", () => expect(silenced({ path, text: "// @ts-ignore\nlet x;" })).toHaveLength(1));
  test("a sleep", () => expect(sleeps({ path, text: "await new Promise((r) => setTimeout(r, 9));" })).toHaveLength(1));
  test("a sleep from a module", () =>
    expect(sleeps({ path, text: 'import { setTimeout as sleep } from "node:timers/promises";' })).toHaveLength(1));

  test.for([
    "export const x = 1;",
    "export function f(): void {}",
    "export class C {}",
    "// only a remark\nexport interface I {}",
    "/** Too far away. */\n\nexport type T = 1;",
    "export abstract class A {}",
    "export async function g(): Promise<void> {}",
  ])("an export without a docstring: %s", (text) => {
    expect(undocumented({ path, text })).toHaveLength(1);
  });

  test("an export with one is none", () => {
    expect(undocumented({ path, text: "/** What it is. */\nexport const x = 1;" })).toEqual([]);
  });
});
