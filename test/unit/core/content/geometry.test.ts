import { expect, test } from "vitest";
import {
  chunkLeaves,
  chunkLength,
  chunkWidth,
  geometryOf,
  sizeProblem,
} from "../../../../src/core/content/geometry.ts";
import { VIDEO } from "../../../../src/core/limits.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

test.each([
  [1, MIB, 1],
  [MIB, MIB, 1],
  [MIB + 1, MIB, 2],
  [16 * GIB, MIB, 16_384],
  [16 * GIB + 1, 2 * MIB, 8193],
  [32 * GIB, 2 * MIB, 16_384],
  [32 * GIB + 1, 4 * MIB, 8193],
  [VIDEO.maxBytes, 1024 * MIB, 16_384],
])("%d bytes are cut into chunks of %d bytes, %d of them", (bytes, chunkBytes, chunks) => {
  expect(geometryOf(bytes)).toMatchObject({ bytes, chunkBytes, chunks });
});

test("the last chunk has the rest", () => {
  const geometry = geometryOf(5 * MIB + 7);
  expect([chunkLength(geometry, 0), chunkLength(geometry, 5)]).toEqual([MIB, 7]);
  expect([chunkLeaves(geometry, 0), chunkLeaves(geometry, 5)]).toEqual([64, 1]);
});

test("a chunk's tree is 64 leaves wide, that of a one-chunk video as wide as it needs", () => {
  expect(chunkWidth(geometryOf(2 * MIB))).toBe(64);
  expect(chunkWidth(geometryOf(3 * 16_384))).toBe(4);
  expect(chunkWidth(geometryOf(1))).toBe(1);
});

test.each([0, 64, -1, 1.5, Number.NaN, VIDEO.maxBytes + 1, 2 ** 53])(
  "a file of %d bytes cannot be a video",
  (bytes) => {
    expect(sizeProblem(bytes)).toMatch(/^it/);
  },
);

test.each([1, 63, 65, VIDEO.maxBytes])("a file of %d bytes can", (bytes) => {
  expect(sizeProblem(bytes)).toBeUndefined();
});
