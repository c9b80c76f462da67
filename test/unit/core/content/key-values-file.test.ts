import { describe, expect, test } from "vitest";
import { type ChunkPlace, formatKeyValues, parseKeyValues } from "../../../../src/core/content/key-values-file.ts";

const entries = (text: string): unknown => {
  const result = parseKeyValues(text);
  return "problem" in result ? result : [...(result as Map<number, ChunkPlace>)];
};

const path = (name: string): ChunkPlace => ({ path: name });

test("the assignment's own file: a space at the end of the first line, no newline at the end", () => {
  expect(entries("5: videos/BigBuckBunny_5.m4s \n6: videos/BigBuckBunny_6.m4s")).toEqual([
    [5, path("videos/BigBuckBunny_5.m4s")],
    [6, path("videos/BigBuckBunny_6.m4s")],
  ]);
});

test.for([
  [
    "CRLF",
    "1: a\r\n2: b\r\n",
    [
      [1, path("a")],
      [2, path("b")],
    ],
  ],
  [
    "blank lines",
    "\n\n1: a\n   \n2: b\n\n",
    [
      [1, path("a")],
      [2, path("b")],
    ],
  ],
  ["no space behind the colon", "1:a", [[1, path("a")]]],
  ["two", "1:  a", [[1, path("a")]]],
  ["a space before the colon", "1 : a", [[1, path("a")]]],
  ["a space before the line", "  1: a", [[1, path("a")]]],
  ["tabs", "\t1:\ta\t", [[1, path("a")]]],
  ["sub-folders", "1: a/b/c.m4s", [[1, path("a/b/c.m4s")]]],
  ["any name", "1: what ever.mp4", [[1, path("what ever.mp4")]]],
  ["a colon in the path", "1: c:/videos/a", [[1, path("c:/videos/a")]]],
  ["a byte order mark", "\uFEFF1: a", [[1, path("a")]]],
  ["double quotes", '1: "a b"', [[1, path("a b")]]],
  ["single quotes", "1: ' a '", [[1, path(" a ")]]],
  ["a quote that is not closed", '1: "a', [[1, path('"a')]]],
  ["leading zeros", "007: a", [[7, path("a")]]],
  [
    "the bounds of ids",
    "0: a\n65535: b",
    [
      [0, path("a")],
      [65_535, path("b")],
    ],
  ],
  ["an empty file", "", []],
  [
    "any order",
    "9: a\n1: b",
    [
      [9, path("a")],
      [1, path("b")],
    ],
  ],
] as const)("accepted: %s", ([, text, expected]) => {
  expect(entries(text)).toEqual(expected);
});

describe("byte ranges of a file", () => {
  test.for([
    ["1: film.mp4#bytes=0-1023", { path: "film.mp4", range: { first: 0, last: 1023 } }],
    ["1: film.mp4#bytes=5-5", { path: "film.mp4", range: { first: 5, last: 5 } }],
    ['1: "a film.mp4"#bytes=0-9', { path: "a film.mp4", range: { first: 0, last: 9 } }],
    ['1: "a film.mp4#bytes=0-9"', { path: "a film.mp4", range: { first: 0, last: 9 } }],
    ["1: odd#bytes=1-2#bytes=3-4", { path: "odd#bytes=1-2", range: { first: 3, last: 4 } }],
    ["1: film.mp4#bytes=1-", { path: "film.mp4#bytes=1-" }],
    ["1: film#1.mp4", { path: "film#1.mp4" }],
  ] as const)("%s", ([text, place]) => {
    expect(entries(text)).toEqual([[1, place]]);
  });
});

test.for([
  ["1: a\n2 b", 2, /no colon/],
  ["1: a\n\n1: b", 3, /chunk 1 is listed twice/],
  ["1: a\r\n01: b", 2, /listed twice/],
  ["65536: a", 1, /outside 0…65535/],
  ["99999999999999999999: a", 1, /outside/],
  ["x: a", 1, /"x" is not a chunk id/],
  ["-1: a", 1, /is not a chunk id/],
  ["1.5: a", 1, /is not a chunk id/],
  ["1e3: a", 1, /is not a chunk id/],
  [": a", 1, /"" is not a chunk id/],
  ["1:", 1, /no path/],
  ['1: ""', 1, /no path/],
  ["1: #bytes=0-1", 1, /no path/],
  ["1: a#bytes=2-1", 1, /range 2-1 is empty/],
  ["1: a\0b", 1, /cannot be one of a file/],
  [`1: ${"a".repeat(4097)}`, 1, /cannot be one of a file/],
  ["\u001b[31m: a", 1, /"\?\[31m" is not/], // a message is no way into a terminal
] as const)("%j: the problem names its line", ([text, line, problem]) => {
  expect(parseKeyValues(text)).toEqual({ line, problem: expect.stringMatching(problem) as string });
});

describe("writing", () => {
  test("a line a chunk, and quotes where they are needed", () => {
    const values: [number, ChunkPlace][] = [
      [1, path("a/b.m4s")],
      [2, path(" spaced ")],
      [3, path('"quoted"')],
      [4, { path: "film.mp4", range: { first: 0, last: 1023 } }],
    ];
    const text = formatKeyValues(values);
    expect(text).toBe('1: a/b.m4s\n2: " spaced "\n3: ""quoted""\n4: film.mp4#bytes=0-1023\n');
    expect(entries(text as string)).toEqual(values);
  });

  test("a path with a line break cannot be written", () => {
    expect(formatKeyValues([[1, path("a\nb")]])).toBeUndefined();
    expect(formatKeyValues([[1, path("a\rb")]])).toBeUndefined();
  });
});
