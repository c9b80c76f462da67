import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase32, toBase32 } from "../../../../src/core/content/base32.ts";

// RFC 4648, section 10, in lower case and without padding.
test.each([
  ["", ""],
  ["f", "my"],
  ["fo", "mzxq"],
  ["foo", "mzxw6"],
  ["foob", "mzxw6yq"],
  ["fooba", "mzxw6ytb"],
  ["foobar", "mzxw6ytboi"],
])("%j is %j", (plain, text) => {
  expect(toBase32(Buffer.from(plain))).toBe(text);
  expect(Buffer.from(fromBase32(text) as Uint8Array).toString()).toBe(plain);
});

test("any bytes come back, from either case", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(fromBase32(toBase32(bytes))).toEqual(bytes);
      expect(fromBase32(toBase32(bytes).toUpperCase())).toEqual(bytes);
    }),
  );
});

test("what is read is what would be written: no other text stands for the same bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."abz237 =1-A"), maxLength: 12 }), (text) => {
      const bytes = fromBase32(text);
      if (bytes !== undefined) expect(toBase32(bytes)).toBe(text.toLowerCase());
    }),
    { numRuns: 2000 },
  );
});
