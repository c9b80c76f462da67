import fc from "fast-check";
import { expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor, isCborError } from "../../src/core/content/cbor.ts";
import { fromUtf8, toUtf8 } from "../../src/core/utf8.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 12 });

const anyValue = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.oneof(fc.maxSafeNat(), fc.nat(300)),
    fc.boolean(),
    anyText,
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.array(fc.tuple(anyText, tie("value")), { maxLength: 6 }).map((entries) => new Map(entries)),
  ),
})).value;

test("what was encoded is decoded, in one form only", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encodeCbor(value);
      const read = decodeCbor(bytes);
      expect(isCborError(read)).toBe(false);
      expect(read).toEqual(value);
      expect(encodeCbor(read as CborValue)).toEqual(bytes);
    }),
    { numRuns: 3000 },
  );
});

test("whatever is decoded from damaged bytes is encoded to the same bytes again", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  let read = 0;
  fc.assert(
    fc.property(anyValue, damage, fc.nat(), (value, changes, cut) => {
      const bytes = encodeCbor(value).slice(0, cut % 3 === 0 ? cut : undefined);
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      const result = decodeCbor(bytes);
      if (isCborError(result)) return;
      read++;
      expect(encodeCbor(result)).toEqual(bytes);
    }),
    { numRuns: 20_000 },
  );
  expect(read, "some of the damaged ones are values still").toBeGreaterThan(100);
});

test("UTF-8 is read and written as the platform does it", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        anyText.map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        let expected: string | undefined;
        try {
          expected = strict.decode(bytes);
        } catch {
          expected = undefined;
        }
        expect(fromUtf8(bytes)).toBe(expected);
        if (expected !== undefined) expect(toUtf8(expected)).toEqual(bytes);
      },
    ),
    { numRuns: 20_000 },
  );
});
