import { describe, expect, test } from "vitest";
import { decodeDatagram } from "../../../../../src/core/wire/datagram/decode.ts";
import { encodeMessage } from "../../../../../src/core/wire/datagram/encode.ts";
import { encodeReportResponse, numberInName } from "../../../../../src/core/wire/datagram/report-dialect.ts";
import { at } from "../../../support/addresses.ts";
import { bytesOf, dump, hexOf } from "../../../support/hex.ts";

const IP_TEXT = "3132372e302e302e31 0000000000 0000000000 00"; // 127.0.0.1 and eleven NULs
const query = { type: "query", client: at("127.0.0.1:42631"), ttlHops: 3, ids: [1, 3, 9] } as const;

describe("the report's Query", () => {
  const hex = `0002 ${IP_TEXT} a687 0003 0003 0001 0003 0009`;

  test("is 28 + 2n bytes with the address as text", () => {
    expect(hexOf(encodeMessage(query, "report"))).toBe(dump(hex));
    expect(bytesOf(hex).length).toBe(28 + 6);
    expect(decodeDatagram(bytesOf(hex))).toEqual(query);
  });

  test("is known by its length: one byte more or less is rubbish", () => {
    expect(decodeDatagram(bytesOf(`${hex}00`))).toMatchObject({ type: "decode-error" });
    expect(decodeDatagram(bytesOf(hex).subarray(0, -1))).toMatchObject({ type: "decode-error" });
  });

  test.for([
    ["a letter", "3132372e302e302e61 0000000000 0000000000 00"],
    ["something behind the NULs", "3132372e302e302e31 0000000000 0000000000 31"],
    ["three numbers", "3132372e302e30 0000000000 0000000000 000000"],
    ["256", "3235362e302e302e31 0000000000 0000000000 00"],
    ["nothing", "00".repeat(20)],
  ] as const)("with %s for an address is rubbish", ([, text]) => {
    expect(decodeDatagram(bytesOf(`0002 ${text} a687 0003 0001 0005`))).toMatchObject({ type: "decode-error" });
  });

  test("what is canonical by its length is canonical, whatever it looks like", () => {
    // u16@10 says nine ids: 12 + 18 = 30 bytes, which is also 28 + 2 × 1 with 1 at offset 26.
    const bytes = new Uint8Array(30);
    bytes.set(bytesOf("0002 7f000001 a687 0003 0009"));
    bytes.set(bytesOf("0001"), 26);
    expect(decodeDatagram(bytes)).toMatchObject({ type: "query", client: at("127.0.0.1:42631"), ttlHops: 3 });
  });

  test("of 28 bytes is the report's where its address is text, and a canonical one with a tail where not", () => {
    expect(decodeDatagram(bytesOf(`0002 ${IP_TEXT} a687 0003 0000`))).toEqual({ ...query, ids: [] });
    const tail = "0002 7f000001 a687 0003 0002 0001 0003 000000000000000000000000";
    expect(decodeDatagram(bytesOf(tail))).toMatchObject({ type: "query", ids: [1, 3] });
  });
});

describe("the report's Response", () => {
  const bytes = encodeReportResponse("video/BigBuckBunny_7.m4s", Uint8Array.of(0xaa, 0xbb));

  test("is 1128 bytes with the file's name in front", () => {
    expect(bytes.length).toBe(1128);
    expect(hexOf(bytes.subarray(0, 8))).toBe(dump("0005 766964656f2f"));
    expect(hexOf(bytes.subarray(100, 108))).toBe(dump("0000 0002 aabb 0000"));
    expect(decodeDatagram(bytes)).toEqual({ type: "report-response", nameNumber: 7, offset: 104, sizeBytes: 2 });
  });

  test("with a size over 1024, a name that is not text or no name is not one", () => {
    const changed = (at_: number, hex: string): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy.set(bytesOf(hex), at_);
      return copy;
    };
    expect(decodeDatagram(changed(102, "0401"))).not.toMatchObject({ type: "report-response" });
    expect(decodeDatagram(changed(4, "07"))).not.toMatchObject({ type: "report-response" });
    expect(decodeDatagram(changed(101, "41"))).not.toMatchObject({ type: "report-response" });
  });

  test("a canonical Response that happens to be 1128 bytes long is canonical", () => {
    const canonical = new Uint8Array(1128).fill(0x41);
    canonical.set(bytesOf("0005 0007 0462")); // 1122 bytes
    expect(decodeDatagram(canonical)).toEqual({ type: "response", id: 7, offset: 6, sizeBytes: 1122 });
  });

  test("keeps the end of a long name, where the number is, and always a NUL behind it", () => {
    const long = encodeReportResponse(`${"x".repeat(200)}_12.m4s`, new Uint8Array(1024));
    expect(long[101]).toBe(0);
    expect(decodeDatagram(long)).toMatchObject({ nameNumber: 12, sizeBytes: 1024 });
  });

  test("has no letters that the field cannot hold", () => {
    expect(decodeDatagram(encodeReportResponse("vídeo_3.m4s", new Uint8Array(1)))).toMatchObject({ nameNumber: 3 });
  });
});

test.for([
  ["BigBuckBunny_7.m4s", 7],
  ["videos2/BigBuckBunny_7.m4s", 7],
  ["7", 7],
  ["007.m4s", 7],
  ["part2_of_10.mp4", 10],
  ["dir9/none.m4s", undefined],
  ["none", undefined],
  ["", undefined],
  [".m4s", undefined],
  ["chunk.7", undefined], // what is behind the last dot is the ending
] as const)("the number in %j is %s", ([name, expected]) => {
  expect(numberInName(name)).toBe(expected);
});
