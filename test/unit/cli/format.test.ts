import { expect, test } from "vitest";
import { formatBytes, formatDuration, formatRate } from "../../../src/cli/format.ts";

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
  [5e12, "5000 GB"],
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
