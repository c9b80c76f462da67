import { dirname, join, posix, resolve, win32 } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { safeFileName } from "../../src/store/export-name.ts";
import { SEED } from "./support/seed.ts";

/** What names that mean harm are made of. */
const PIECES = [
  ...'./\\:*?"<>|~$ \t\n\r\0\u007f\u0085_-',
  ..."\u061c\u200b\u200e\u200f\u2028\u202a\u202e\u2066\u2069\ufeff\u0301\u0338\u212a\u037e\uff0f\u2215",
  ...["..", "../", "..\\", "con", "NUL", "com1", "LPT¹", "aux.", "prn ", ".mp4", ".srt", "\ud800", "\udfff", "🐟", "é"],
  ...["x".repeat(250), "é".repeat(150), "/etc/passwd", "C:\\Windows", "\\\\server\\share", "file:///", "%2e%2e%2f"],
];

const names = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 12 })
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
);

// Written apart from the code: what an independent reader of the rules would look for.
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)$/i;
const FORBIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029/\\<>:"|?*\ud800-\udfff]/u;

function expectSafe(name: string): void {
  const safe = safeFileName(name);
  const root = resolve("/exports/here");
  expect(dirname(resolve(join(root, safe)))).toBe(root);
  expect(posix.dirname(posix.resolve("/r", safe))).toBe("/r");
  expect(win32.dirname(win32.resolve("C:\\r", safe))).toBe("C:\\r");
  expect(safe).not.toBe("");
  expect(safe).not.toMatch(FORBIDDEN);
  expect(safe).not.toMatch(/^\.|^ |[. ]$/);
  expect((safe.split(".")[0] ?? "").trim()).not.toMatch(DEVICES);
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
  expect(safe).toBe(safe.normalize("NFC"));
  expect(safeFileName(safe)).toBe(safe);
}

test("every name becomes one right inside a folder, on every system", () => {
  fc.assert(fc.property(names, expectSafe), { numRuns: 20_000, seed: SEED });
});

test("and so do pairs of everything nasty", () => {
  for (const one of PIECES) for (const other of PIECES) expectSafe(one + other);
});

test("a space of another kind before a point at the end goes with it", () => {
  for (const space of " \u00a0\u2003\u3000") {
    expect(safeFileName(`film${space}.`)).toBe("film");
    expectSafe(`!${space}.${space}`);
  }
});

test("a very long name takes no long time", () => {
  for (const piece of [". ", "a/", "\u0301", " "]) expectSafe(piece.repeat(1_000_000));
});
