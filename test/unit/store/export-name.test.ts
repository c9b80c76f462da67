import { expect, test } from "vitest";
import { safeFileName } from "../../../src/store/export-name.ts";

test.for([
  ["film.mp4", "film.mp4"],
  ["Pão de queijo (2024).mkv", "Pão de queijo (2024).mkv"],
  ["../../etc/passwd", "_.._etc_passwd"],
  ["..\\..\\boot.ini", "_.._boot.ini"],
  ["C:\\film.mp4", "C__film.mp4"],
  ["/", "_"],
  ["..", "untitled"],
  [".", "untitled"],
  ["", "untitled"],
  [" . . ", "untitled"],
  [".hidden.mp4", "hidden.mp4"],
  ["film.mp4. . ", "film.mp4"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["NUL .txt", "_NUL .txt"],
  ["com1.tar.gz", "_com1.tar.gz"],
  ["COM¹", "_COM¹"],
  ["CONIN$", "_CONIN$"],
  ["console.mp4", "console.mp4"],
  ["com10.mp4", "com10.mp4"],
  ['a<b>c:d"e|f?g*h.mp4', "a_b_c_d_e_f_g_h.mp4"],
  ["a\u0000b\n.mp4", "a b .mp4"],
  ["film\u202e4pm.exe", "film 4pm.exe"],
  ["a\u0301.mp4", "\u00e1.mp4"],
  ["\ud800.mp4", "\ufffd.mp4"],
] as const)("%j becomes %s", ([name, safe]) => expect(safeFileName(name)).toBe(safe));

test("a long name keeps its extension and whole characters", () => {
  const safe = safeFileName(`${"é".repeat(500)}.webm`);
  expect(safe).toBe(`${"é".repeat(97)}.webm`);
  expect(Buffer.byteLength(safe)).toBe(199);
  expect(safeFileName(`${"🐟".repeat(5000)}.mp4`)).toBe(`${"🐟".repeat(49)}.mp4`);
});

test("a long name without an extension is cut", () => {
  expect(safeFileName("x".repeat(300))).toBe("x".repeat(200));
  expect(safeFileName(`${"x".repeat(199)} ${"y".repeat(300)}`)).toBe("x".repeat(199));
});
