import { describe, expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor, isCborError } from "../../../../src/core/content/cbor.ts";
import { VIDEO } from "../../../../src/core/limits.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const decode = (text: string): ReturnType<typeof decodeCbor> => decodeCbor(new Uint8Array(Buffer.from(text, "hex")));

// RFC 8949, appendix A.
describe("the examples of the standard", () => {
  test.each<[CborValue, string]>([
    [0, "00"],
    [10, "0a"],
    [23, "17"],
    [24, "1818"],
    [100, "1864"],
    [1000, "1903e8"],
    [1_000_000, "1a000f4240"],
    [1_000_000_000_000, "1b000000e8d4a51000"],
    [false, "f4"],
    [true, "f5"],
    [new Uint8Array(), "40"],
    [Uint8Array.of(1, 2, 3, 4), "4401020304"],
    ["", "60"],
    ["IETF", "6449455446"],
    ["\u00fc", "62c3bc"],
    ["\u6c34", "63e6b0b4"],
    ["\ud800\udd51", "64f0908591"],
    [[], "80"],
    [[1, [2, 3], [4, 5]], "8301820203820405"],
    [new Map(), "a0"],
    [
      new Map<string, CborValue>([
        ["a", 1],
        ["b", [2, 3]],
      ]),
      "a26161016162820203",
    ],
  ])("%j", (value, text) => {
    expect(hex(encodeCbor(value))).toBe(text);
    expect(decode(text)).toEqual(value);
  });
});

test("keys are written in the order of their encodings: shorter ones first", () => {
  const map = new Map<string, CborValue>([
    ["aa", 1],
    ["b", 2],
    ["a", 3],
  ]);
  expect(hex(encodeCbor(map))).toBe("a3616103616202626161" + "01");
});

describe("refused, since nobody here would have written it:", () => {
  test.each<[string, string]>([
    ["nothing", ""],
    ["a number in a longer form", "1817"],
    ["a number in a longer form, 2 bytes", "1900ff"],
    ["a number in a longer form, 4 bytes", "1a0000ffff"],
    ["a number in a longer form, 8 bytes", "1b00000000ffffffff"],
    ["a number that is too large", "1b0020000000000000"],
    ["a negative number", "20"],
    ["a tag", "c001"],
    ["null", "f6"],
    ["a float", "f93c00"],
    ["an indefinite length", "9f01ff"],
    ["a length that is cut off", "19"],
    ["a byte string that is cut off", "4401"],
    ["a list that is cut off", "8201"],
    ["a list with a count beyond the bytes", "9b001fffffffffffff"],
    ["a map with a count beyond the bytes", "bb001fffffffffffff"],
    ["a map without its last value", "a16161"],
    ["a key that is no text", "a10101"],
    ["keys out of order", "a2616201616101"],
    ["a key twice", "a2616101616102"],
    ["a text that is not UTF-8", "61ff"],
    ["an overlong text", "62c080"],
    ["a surrogate", "63eda080"],
    ["something behind the value", "0000"],
  ])("%s", (_what, text) => {
    const read = decode(text);
    expect(isCborError(read) && read.problem).toMatch(/^(it|a|its|something) /);
  });
});

test("deep nesting and many values end in an error, not in the stack or the memory", () => {
  expect(isCborError(decode("81".repeat(1_000_000)))).toBe(true);
  expect(isCborError(decode(`${"81".repeat(VIDEO.maxCborDepth)}00`))).toBe(false);
  expect(isCborError(decode(`${"81".repeat(VIDEO.maxCborDepth + 1)}00`))).toBe(true);
  expect(isCborError(decode(`9a00100000${"00".repeat(0x10_0000)}`))).toBe(true);
});

test("a key named __proto__ is a key like any other", () => {
  const read = decode(hex(encodeCbor(new Map([["__proto__", 1]])))) as Map<string, number>;
  expect(read.get("__proto__")).toBe(1);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
