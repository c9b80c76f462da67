import { describe, expect, test } from "vitest";
import { columnsOf, cutToColumns, tableLines } from "../../../src/cli/table.ts";

test.for([
  ["", 0],
  ["film", 4],
  ["São", 3],
  ["Sa\u0303o", 3],
  ["e\u0301\u0323", 1],
  ["映画", 4],
  ["한국", 4],
  ["ｆｕｌｌ", 8],
  ["🎬", 2],
  ["пример", 6],
  ["مثال", 4],
] as const)("%s takes %i columns", ([text, columns]) => {
  expect(columnsOf(text)).toBe(columns);
});

describe("a text that is cut", () => {
  test.for([
    ["film", 4, "film"],
    ["film", 3, "fi…"],
    ["film", 1, "…"],
    ["film", 0, ""],
    ["a film", 3, "a…"],
    ["映画館", 5, "映画…"],
    ["映画館", 4, "映…"],
    ["Sa\u0303o Paulo", 3, "Sa\u0303…"],
  ] as const)("%s to %i columns is %s", ([text, most, cut]) => {
    expect(cutToColumns(text, most)).toBe(cut);
    expect(columnsOf(cut)).toBeLessThanOrEqual(most);
  });
});

describe("a table", () => {
  const columns = [
    { align: "left" },
    { align: "left", isElastic: true },
    { align: "right" },
    { align: "left" },
  ] as const;

  test("is aligned, without space at the end of a line or an empty column", () => {
    const rows = [
      ["a", "映画", "1 B", ""],
      ["b", "Sa\u0303o", "12 kB", ""],
    ];
    expect(tableLines(rows, columns, 80)).toEqual(["a  映画    1 B", "b  Sa\u0303o   12 kB"]);
  });

  test("cuts the column that may be cut, and no further than it can be read", () => {
    const rows = [["id", "a long title of a film", "1 B", "x"]];
    expect(tableLines(rows, columns, 30)).toEqual(["id  a long title of a…  1 B  x"]);
    expect(tableLines(rows, columns, 5)).toEqual(["id  a long titl…  1 B  x"]);
  });

  test("of thousands of rows is one", () => {
    const rows = Array.from({ length: 200_000 }, () => ["a", "b", "c", ""]);
    expect(tableLines(rows, columns, 80)).toHaveLength(200_000);
  });
});
