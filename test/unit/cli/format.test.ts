import { expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLength,
  formatMoment,
  formatRate,
} from "../../../src/cli/format.ts";

test.for([
  [0, "0 B"],
  [1, "1 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1024, "1.0 kB"],
  [99_900, "99.9 kB"],
  [123_456, "123 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [61_440_000, "61.4 MB"],
  [5e9, "5.0 GB"],
  [999_499_999_999, "999 GB"],
  [5e12, "5.0 TB"],
  [17_592_186_044_416, "17.6 TB"],
  [5e15, "5000 TB"],
] as const)("%i bytes are %s", ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.for([
  [0, "0.0 ms"],
  [0.44, "0.4 ms"],
  [9.9, "9.9 ms"],
  [12.3, "12 ms"],
  [999, "999 ms"],
  [1000, "1.0 s"],
  [3210, "3.2 s"],
  [59_940, "59.9 s"],
  [60_000, "1 min 0 s"],
  [250_000, "4 min 10 s"],
  [119_700, "2 min 0 s"],
  [3_599_900, "60 min 0 s"],
] as const)("%d ms are %s", ([ms, text]) => {
  expect(formatDuration(ms)).toBe(text);
});

test("a rate is bytes a second; no time is no rate", () => {
  expect(formatRate(1_000_000, 500)).toBe("2.0 MB/s");
  expect(formatRate(1000, 0)).toBe("0 B/s");
});

test.for([
  [0, "0:00"],
  [7499, "0:07"],
  [59_700, "1:00"],
  [187_000, "3:07"],
  [3_723_000, "1:02:03"],
  [360_000_000, "100:00:00"],
] as const)("a video of %i ms is %s long", ([ms, text]) => {
  expect(formatLength(ms)).toBe(text);
});

test("a moment is told in the person's own time", () => {
  expect(formatMoment(new Date(2026, 2, 1, 4, 5).getTime())).toBe("2026-03-01 04:05");
});

test("one is one, and all other numbers are many", () => {
  expect([0, 1, 2].map((count) => formatCount(count, "video"))).toEqual(["0 videos", "1 video", "2 videos"]);
});
