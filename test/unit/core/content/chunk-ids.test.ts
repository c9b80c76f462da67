import { expect, test } from "vitest";
import { formatChunkIds, parseChunkIds, summarizeChunkIds } from "../../../../src/core/content/chunk-ids.ts";

test.for([
  ["1,3,4,5,9", [1, 3, 4, 5, 9]],
  ["1-5", [1, 2, 3, 4, 5]],
  ["5-3", [5, 4, 3]],
  ["9,1-3", [9, 1, 2, 3]],
  ["1, 2 , 3 - 4", [1, 2, 3, 4]],
  ["0,65535", [0, 65_535]],
  ["7-7", [7]],
  ["007", [7]],
  ["3,1-4,3", [3, 1, 2, 4]], // each once, where it was first
] as const)("%j is %j", ([text, ids]) => {
  expect(parseChunkIds(text)).toEqual({ ids });
});

test.for(["", ",", "1,,2", "1,", "a", "1-", "-1", "1--2", "1-2-3", "1.5", "1e3", "0x10", "1;2", "1 2", "٣"])(
  "%j is no list of ids, and why is said",
  (text) => {
    expect(parseChunkIds(text)).toEqual({ problem: expect.stringMatching(/is not a chunk id or a range/) as string });
  },
);

test.for(["65536", "1-65536", "70000-1", "999999999"])("%j is beyond the largest id", (text) => {
  expect(parseChunkIds(text)).toEqual({ problem: expect.stringContaining("65535") as string });
});

test.for([
  [[1, 2, 3, 5], "1-3,5"],
  [[1, 2], "1,2"],
  [[3, 2, 1], "3,2,1"],
  [[], ""],
  [[9, 1, 2, 3, 4, 9], "9,1-4,9"],
] as const)("%j is written as %j", ([ids, text]) => {
  expect(formatChunkIds(ids)).toBe(text);
});

/** So many ids, no two of them neighbours. */
const scattered = (count: number): number[] => Array.from({ length: count }, (_, index) => 2 * index + 1);

test.for([
  ["none", [], ""],
  ["one", [7], "7"],
  ["one long run", Array.from({ length: 65_535 }, (_, index) => index + 1), "1-65535"],
  ["a dozen parts", scattered(12), "1,3,5,7,9,11,13,15,17,19,21,23"],
  ["one more", scattered(13), "1,3,5,7,9,11,13,15,17,19,21,23, … 25"],
  ["thousands", scattered(5000), "1,3,5,7,9,11,13,15,17,19,21,23, … 9999"],
] as const)("of %s a person is told the first dozen parts and the last id", ([, ids, text]) => {
  expect(summarizeChunkIds(ids)).toBe(text);
});
