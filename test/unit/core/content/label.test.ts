import { expect, test } from "vitest";
import { labelOf } from "../../../../src/core/content/label.ts";

test.each([
  ["film.mp4", "film.mp4"],
  ["  two   words ", "two words"],
  ["a\nb\tc", "a b c"],
  ["../../etc/passwd", "../../etc/passwd"], // a label is never a path, so there is nothing to take out
  ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["\u202Egpj.exe", "gpj.exe"],
  ["e\u0301", "é"],
  ["\uD800x", "\uFFFDx"],
  ["\u0000", ""],
  ["<b>bold</b>", "<b>bold</b>"],
])("%j becomes %j", (text, label) => {
  expect(labelOf(text)).toBe(label);
});

test("a label has at most 255 characters, none of them cut in two", () => {
  const label = labelOf("🐟".repeat(10_000));
  expect([...label]).toHaveLength(255);
  expect(label.isWellFormed()).toBe(true);
});

test("a label of a label is the same", () => {
  for (const text of ["  a\u200B\u200B b ", "x".repeat(300), `${"y".repeat(254)} z`])
    expect(labelOf(labelOf(text))).toBe(labelOf(text));
});
