import { describe, expect, test } from "vitest";
import { product, qrOf } from "../../../web/src/share/qr.ts";

type Rows = readonly (readonly boolean[])[];

const isDark = (rows: Rows, x: number, y: number): boolean => rows[y]?.[x] === true;

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

const isPattern = (x: number, y: number): boolean =>
  x === 6 || y === 6 || (x < 9 && (y < 9 || y > 12)) || (x > 12 && y < 9);

/** The modules that are data, in their order: two columns at a time, up and down in turn. */
function* dataModules(): Generator<readonly [number, number]> {
  for (const [turn, right] of [20, 18, 16, 14, 12, 10, 8, 5, 3, 1].entries())
    for (let step = 0; step < 21; step++)
      for (const x of [right, right - 1]) {
        const y = turn % 2 === 0 ? 20 - step : step;
        if (!isPattern(x, y)) yield [x, y];
      }
}

const numberOf = (bits: readonly number[]): number => bits.reduce((sum, bit) => sum * 2 + bit, 0);

/** Reads a code of version 1 as a reader does, patterns and mask taken away: its 26 bytes. */
function bytesOf(rows: Rows): number[] {
  const format = numberOf(Array.from({ length: 5 }, (_, at) => Number(isDark(rows, at, 8)))) ^ 0b10101;
  const mask = MASKS[format & 7] as (x: number, y: number) => boolean;
  const bits = [...dataModules()].map(([x, y]) => Number(isDark(rows, x, y) !== mask(x, y)));
  return Array.from({ length: 26 }, (_, at) => numberOf(bits.slice(8 * at, 8 * at + 8)));
}

describe("a QR code", () => {
  test("of a short text is read as the standard has it: mode, length, text, padding", () => {
    const bytes = bytesOf(qrOf("Cardume!") as Rows);
    const bits = bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
    expect(bits.slice(0, 4)).toBe("0100");
    expect(Number.parseInt(bits.slice(4, 12), 2)).toBe(8);
    const text = Array.from({ length: 8 }, (_, at) => Number.parseInt(bits.slice(12 + 8 * at, 20 + 8 * at), 2));
    expect(String.fromCharCode(...text)).toBe("Cardume!");
    expect(bytes.slice(10, 14)).toEqual([0xec, 0x11, 0xec, 0x11]);
  });

  test("has checks that a reader finds right: the polynomial is zero at seven powers of two", () => {
    const bytes = bytesOf(qrOf("Cardume!") as Rows);
    for (let power = 0, root = 1; power < 7; power++, root = product(root, 2))
      expect(bytes.reduce((sum, byte) => product(sum, root) ^ byte, 0)).toBe(0);
  });

  test("has its three eyes and the timing between them, at every size", () => {
    for (const length of [10, 100, 300, 700, 1500]) {
      const rows = qrOf("x".repeat(length)) as Rows;
      const size = rows.length;
      for (const [x, y] of [
        [0, 0],
        [size - 7, 0],
        [0, size - 7],
      ] as const) {
        expect([isDark(rows, x + 3, y + 3), isDark(rows, x, y), isDark(rows, x + 1, y + 1)]).toEqual([
          true,
          true,
          false,
        ]);
      }
      for (let at = 8; at < size - 8; at++) expect(isDark(rows, at, 6)).toBe(at % 2 === 0);
    }
  });

  test("is not made of what no camera would read", () => {
    expect(qrOf("x".repeat(4000))).toBeUndefined();
  });
});
