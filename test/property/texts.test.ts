import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatChunkIds, parseChunkIds } from "../../src/core/content/chunk-ids.ts";
import { type ChunkPlace, formatKeyValues, parseKeyValues } from "../../src/core/content/key-values-file.ts";
import { formatAddress, parseAddress } from "../../src/core/wire/address.ts";

const ids = fc.uniqueArray(fc.nat(65_535), { maxLength: 60 });

test("ids are read as they were written", () => {
  fc.assert(
    fc.property(ids, (list) => {
      fc.pre(list.length > 0);
      expect(parseChunkIds(formatChunkIds(list))).toEqual({ ids: list });
    }),
    { numRuns: 1000 },
  );
});

test("runs of ids are written short and read as they were", () => {
  fc.assert(
    fc.property(fc.nat(60_000), fc.integer({ min: 3, max: 5000 }), (first, count) => {
      const list = Array.from({ length: count }, (_, index) => first + index);
      const text = formatChunkIds(list);
      expect(text).toBe(`${first}-${first + count - 1}`);
      expect(parseChunkIds(text)).toEqual({ ids: list });
    }),
    { numRuns: 50 },
  );
});

test("addresses are read as they were written", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (ip, port) => {
      const text = `${ip}:${port}`;
      expect(formatAddress(parseAddress(text) as never)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

describe("key-values files", () => {
  /** Names as people have them, and names as nobody should. */
  const paths = fc
    .oneof(
      fc.stringMatching(/^[a-z0-9_/-]{1,20}\.m4s$/),
      fc.string({ minLength: 1, maxLength: 40, unit: "binary" }),
      fc
        .array(fc.constantFrom("'", '"', " ", "#", ":", "#bytes=", "0-1", "a", "\u2028", "\t", "\uFEFF"), {
          minLength: 1,
          maxLength: 8,
        })
        .map((parts) => parts.join("")),
    )
    .filter((path) => !/[\0\r\n]/.test(path));
  const ranges = fc.option(
    fc.tuple(fc.nat(1e12), fc.nat(1e6)).map(([first, more]) => ({ first, last: first + more })),
    { nil: undefined },
  );
  const places: fc.Arbitrary<ChunkPlace> = fc
    .tuple(paths, ranges)
    .map(([path, range]) => (range === undefined ? { path } : { path, range }));
  const files = fc.uniqueArray(fc.tuple(fc.nat(65_535), places), { selector: ([id]) => id, maxLength: 10 });

  test("are read as they were written, or are not written at all", () => {
    fc.assert(
      fc.property(files, (entries) => {
        const text = formatKeyValues(entries);
        if (text === undefined) return;
        expect([...(parseKeyValues(text) as ReadonlyMap<number, ChunkPlace>)]).toEqual(entries);
      }),
      { numRuns: 3000 },
    );
  });

  test("never throw, whatever the text; a problem names a line that is there", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => {
        const result = parseKeyValues(text);
        if ("problem" in result) {
          expect(result.line).toBeGreaterThanOrEqual(1);
          expect(result.line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
