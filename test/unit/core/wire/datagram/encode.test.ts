import { describe, expect, test } from "vitest";
import {
  encodeMessage,
  idsPerMessage,
  RESPONSE_HEADER_BYTES,
  splitIds,
  writeResponseHeader,
} from "../../../../../src/core/wire/datagram/encode.ts";
import { at } from "../../../support/addresses.ts";
import { dump, hexOf } from "../../../support/hex.ts";

const client = at("127.0.0.1:42631"); // port a687

describe("byte for byte as captured from other people's programs", () => {
  test.for(["canonical", "report"] as const)("Hello, ChunkInfo and Get, the same in the %s dialect", (dialect) => {
    expect(hexOf(encodeMessage({ type: "hello", ids: [1, 3, 9] }, dialect))).toBe(dump("0001 0003 0001 0003 0009"));
    expect(hexOf(encodeMessage({ type: "chunk-info", ids: [1, 3] }, dialect))).toBe(dump("0003 0002 0001 0003"));
    expect(hexOf(encodeMessage({ type: "get", ids: [1, 2] }, dialect))).toBe(dump("0004 0002 0001 0002"));
  });

  test("Query, and the same sent on", () => {
    const query = { type: "query", client, ttlHops: 3, ids: [1, 3, 9] } as const;
    expect(hexOf(encodeMessage(query, "canonical"))).toBe(dump("0002 7f000001 a687 0003 0003 0001 0003 0009"));
    expect(hexOf(encodeMessage({ ...query, ttlHops: 2 }, "canonical"))).toBe(
      dump("0002 7f000001 a687 0002 0003 0001 0003 0009"),
    );
  });

  test("Response, id 2, 1 byte", () => {
    const bytes = new Uint8Array(RESPONSE_HEADER_BYTES + 1);
    writeResponseHeader(bytes, 2, 1);
    bytes[6] = 0x10;
    expect(hexOf(bytes)).toBe(dump("0005 0002 0001 10"));
  });
});

test("every field is unsigned and big-endian", () => {
  const query = { type: "query", client: at("255.254.253.252:65534"), ttlHops: 0x8001, ids: [65_535, 256] } as const;
  expect(hexOf(encodeMessage(query, "canonical"))).toBe(dump("0002 fffefdfc fffe 8001 0002 ffff 0100"));
  const header = new Uint8Array(6);
  writeResponseHeader(header, 0xfffe, 65_000);
  expect(hexOf(header)).toBe(dump("0005 fffe fde8"));
});

test("an empty list is four bytes", () => {
  expect(hexOf(encodeMessage({ type: "get", ids: [] }, "canonical"))).toBe("00040000");
});

test.for(["canonical", "report"] as const)("as many ids as fit 1024 bytes, %s", (dialect) => {
  const ids = Array.from({ length: idsPerMessage(dialect) }, (_, id) => id);
  for (const message of [
    { type: "hello", ids },
    { type: "query", client, ttlHops: 3, ids },
  ] as const)
    expect(encodeMessage(message, dialect).length).toBeLessThanOrEqual(1024);
  expect(ids.length).toBe(dialect === "canonical" ? 500 : 498);
});

describe("long lists", () => {
  test("a list that fits comes back as it is", () => {
    const ids = [3, 1, 2];
    expect(splitIds(ids, 3)).toEqual([ids]);
    expect(splitIds(ids, 3)[0]).toBe(ids);
    expect(splitIds([], 3)).toEqual([[]]);
  });

  test("one more is cut in two, in order, repeats kept", () => {
    expect(splitIds([5, 4, 5, 1], 3)).toEqual([[5, 4, 5], [1]]);
    expect(splitIds([1, 2, 3, 4, 5, 6], 3)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
});
