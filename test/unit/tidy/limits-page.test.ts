import { expect, test } from "vitest";
import * as limitTables from "../../../src/core/limits.ts";
import { limitRows, numberIn } from "../support/limits-table.ts";
import { readText } from "../support/source-files.ts";

/** Of every table that the file exports, so that a new one is not forgotten. */
const limits: readonly (readonly [string, number])[] = Object.values(limitTables).flatMap((table) =>
  Object.entries(table),
);

test("docs/LIMITS.md has a row for every limit, with its present value and a reason", () => {
  const rows = limitRows(readText("docs/LIMITS.md"));
  const wrong = limits.filter(([name, value]) => {
    const row = rows.get(name);
    return row === undefined || numberIn(row.value) !== value || row.reason === "";
  });
  expect(wrong.map(([name, value]) => `| \`${name}\` | ${value} | … |`)).toEqual([]);
});

test("docs/LIMITS.md names no limit that is gone", () => {
  const names = new Set(limits.map(([name]) => name));
  const gone = [...limitRows(readText("docs/LIMITS.md")).keys()].filter((name) => !names.has(name));
  expect(gone).toEqual([]);
});

test("a wrong value and a missing reason would be seen", () => {
  const rows = limitRows("| name | value |\n|---|---|\n| `maxTtlHops` | 4 | far |\n| `maxChunkId` | 65,535 | |\n");
  expect(numberIn(rows.get("maxTtlHops")?.value ?? "")).not.toBe(limitTables.ORIGINAL.maxTtlHops);
  expect(numberIn(rows.get("maxChunkId")?.value ?? "")).toBe(limitTables.ORIGINAL.maxChunkId);
  expect(rows.get("maxChunkId")?.reason).toBe("");
});

test("every limit has its reason in the source, right above it", () => {
  const lines = readText("src/core/limits.ts").split("\n");
  const bare = lines.filter((line, index) => /^ {2}\w+: /.test(line) && !lines[index - 1]?.trimEnd().endsWith("*/"));
  expect(bare).toEqual([]);
});
