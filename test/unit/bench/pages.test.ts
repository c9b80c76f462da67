import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readBook } from "../../../bench/all/book.ts";
import { lossesOf } from "../../../bench/all/losses.ts";
import { keep } from "../../../bench/all/pages.ts";
import { tableText } from "../../../bench/all/table.ts";
import type { Task } from "../../../bench/all/task.ts";
import { TASKS, tasksOf } from "../../../bench/all/works.ts";
import { COST, entryOf, RATE, sideOf } from "./made-entry.ts";

const TASK: Task = { kind: "folder", work: 3, name: "small-files", title: "files", metrics: [RATE, COST] };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "cardume-test-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const named = (names: readonly string[]): string[] => names.map((one) => one.split(" ")[0] as string);

test("a task that was not run keeps its entry, with its own date and commit", () => {
  const at = folder();
  const first = entryOf({ Cardume: sideOf([1]) });
  keep(at, "entries", { "one-to-one": first });
  keep(at, "entries", { "small-files": { ...first, date: "2027-01-01T00:00:00.000Z", commit: "def5678" } });
  const { entries } = readBook(join(at, "latest.json")) as NonNullable<ReturnType<typeof readBook>>;
  expect(entries["one-to-one"]).toEqual(first);
  expect(entries["small-files"]?.commit).toBe("def5678");
});

test("the book is read as it was written, rounds with several values, quotes and failures among it", () => {
  const at = folder();
  const result = { ...sideOf([1.5, 2]), failures: ['it said "no", [1] and {2}'] };
  const entry = entryOf({ Cardume: { ...result, rounds: [{ seekMs: [10, 20.25] }] }, away: { why: "a: b" } });
  keep(at, "short", { start: entry });
  expect(readBook(join(at, "latest.json"))?.short["start"]).toEqual(entry);
});

test("a file that is no book is not taken for one", () => {
  expect(() => readBook(join(import.meta.dirname, "../../../package.json"))).toThrow("no book");
  expect(readBook("/nowhere/latest.json")).toBeUndefined();
});

test("the table shows medians, spreads and how far ahead ours is; who is not here with the reason", () => {
  const table = tableText(
    TASK,
    entryOf({ Cardume: sideOf([200, 220, 210]), other: sideOf([100, 100, 140]), away: { why: "not installed" } }),
  );
  expect(table).toContain("Cardume 1");
  expect(table).toContain("210 (200–220)");
  expect(table).toContain("100 (100–140) · 2.00×");
  expect(table).toContain("away: not measured: not installed");
});

test("a side that failed is in the table with what it said", () => {
  const table = tableText(TASK, entryOf({ Cardume: sideOf([200]), other: sideOf([], { failures: ["it ended"] }) }));
  expect(table).toContain("other: failed 1 time(s): it ended");
});

test("a loss is told with both figures; a draw and a limit of the machine are none", () => {
  const losses = lossesOf(
    TASK,
    entryOf({
      ...{ Cardume: sideOf([100]), faster: sideOf([200]), even: sideOf([101]) },
      limit: sideOf([900], { isLimit: true }),
    }),
  );
  expect(losses.map(({ side, metric, ratio }) => ({ side, metric, ratio }))).toEqual([
    { side: "faster", metric: "MB/s", ratio: 0.5 },
  ]);
});

test("tasks have names of their own, a title, and metrics with keys of their own", () => {
  expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length);
  for (const { name, title, metrics } of TASKS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(title).not.toBe("");
    expect(new Set(metrics.map(({ key }) => key)).size).toBe(metrics.length);
    expect(metrics.length).toBeGreaterThan(0);
  }
});

test("works are chosen by number or name; memory and CPU are those of the first three", () => {
  expect(tasksOf(undefined)).toBe(TASKS);
  expect(named(tasksOf("7").map(({ name }) => name))).toEqual(["one-to-one", "three-to-one", "small-files"]);
  expect(tasksOf("10,liars").map(({ name }) => name)).toEqual(["liars", "start", "size"]);
  expect(() => tasksOf("11")).toThrow("there is no work 11");
});

test("a page is made of all entries, with its plots", () => {
  const at = folder();
  const rounds = [{ filesPerS: 10, mbPerS: 1, fromCpuS: 1, toCpuS: 1, fromRssMiB: 1, toRssMiB: 1 }];
  const faster = [{ ...rounds[0], filesPerS: 40 }];
  const entry = entryOf({ Cardume: { ...sideOf([]), rounds }, other: { ...sideOf([]), rounds: faster } } as never);
  keep(at, "entries", { "small-files": entry });
  const page = readFileSync(join(at, "table.md"), "utf8");
  expect(page).toContain("![small-files](small-files.svg)");
  expect(page).toContain("| 3. a folder of small files | files/s | other | 40.0 | 10.0 | 0.25× |");
  expect(readFileSync(join(at, "small-files.svg"), "utf8")).toContain("other");
});
