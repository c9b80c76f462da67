import { expect, test } from "vitest";
import { line, megabits, OPEN_LINK, pieceBytes, windowBytes } from "../../../../lab/shaping/link-shape.ts";

test("50 Mbit/s are 6,250 bytes a millisecond", () => {
  expect(megabits(50)).toBe(6250);
});

test("a piece is 2 ms of the line, never less than a packet, never more than 64 KiB", () => {
  expect(pieceBytes(megabits(50))).toBe(12_500);
  expect(pieceBytes(megabits(0.25))).toBe(1460);
  expect(pieceBytes(Infinity)).toBe(65_536);
});

test("a window holds the slower line's bandwidth-delay product and a queue, and is bounded", () => {
  const window = windowBytes(line(50, 20), line(1000, 5));
  expect(window).toBeGreaterThan(6250 * 25);
  expect(window).toBeLessThan(6250 * 25 + 6250 * 50);
  expect(windowBytes(OPEN_LINK, OPEN_LINK)).toBe(8_388_608);
});
