import { describe, expect, test } from "vitest";
import { decodeDatagram } from "../../../../../src/core/wire/datagram/decode.ts";
import { at } from "../../../support/addresses.ts";
import { bytesOf } from "../../../support/hex.ts";

const decode = (hex: string): object => decodeDatagram(bytesOf(hex));
const query = { type: "query", client: at("127.0.0.1:42631"), ttlHops: 3, ids: [1, 3, 9] };

test("the datagrams captured from other people's programs", () => {
  expect(decode("0001 0003 0001 0003 0009")).toEqual({ type: "hello", ids: [1, 3, 9] });
  expect(decode("0003 0002 0001 0003")).toEqual({ type: "chunk-info", ids: [1, 3] });
  expect(decode("0004 0002 0001 0002")).toEqual({ type: "get", ids: [1, 2] });
  expect(decode("0002 7f000001 a687 0003 0003 0001 0003 0009")).toEqual(query);
  expect(decode("0002 7f000001 a687 0002 0003 0001 0003 0009")).toEqual({ ...query, ttlHops: 2 });
  expect(decode("0005 0002 0001 10")).toEqual({ type: "response", id: 2, offset: 6, sizeBytes: 1 });
});

describe("what other programs do, to be lived with", () => {
  test("bytes behind the list of a Hello, ChunkInfo or Get are ignored", () => {
    expect(decode("0001 0001 0007 ffff ff")).toEqual({ type: "hello", ids: [7] });
    expect(decode("0003 0001 0007 00")).toEqual({ type: "chunk-info", ids: [7] });
    expect(decode("0004 0001 0007 0008")).toEqual({ type: "get", ids: [7] });
  });

  test("a ChunkInfo may be empty", () => {
    expect(decode("0003 0000")).toEqual({ type: "chunk-info", ids: [] });
  });

  test("a Response is cut at its size field", () => {
    expect(decode("0005 0002 0001 10 aabbcc")).toEqual({ type: "response", id: 2, offset: 6, sizeBytes: 1 });
    expect(decode("0005 0002 0000")).toEqual({ type: "response", id: 2, offset: 6, sizeBytes: 0 });
  });

  test("16 + 6n bytes of Query are a canonical one, its tail dropped", () => {
    // 28 bytes for two ids: 12 + 4 of the message, 12 of tail.
    expect(decode("0002 7f000001 a687 0003 0002 0001 0003 000000000000000000000000")).toEqual({
      ...query,
      ids: [1, 3],
    });
    expect(decode("0002 7f000001 a687 0003 0000 00000000")).toEqual({ ...query, ids: [] });
  });

  test("any TTL is read; what to do about it is the peer's", () => {
    expect(decode("0002 7f000001 a687 0000 0000")).toMatchObject({ ttlHops: 0 });
    expect(decode("0002 7f000001 a687 ffff 0000")).toMatchObject({ ttlHops: 65_535 });
  });
});

test.for([
  ["", "too-short"],
  ["00", "too-short"],
  ["0001 00", "too-short"],
  ["0000 0000", "unknown-type"],
  ["0006 0000", "unknown-type"],
  ["0100 0000", "unknown-type"], // little-endian
  ["8001 0000", "unknown-type"],
  ["0001 0001", "list-truncated"],
  ["0001 0002 0001 00", "list-truncated"],
  ["0003 ffff 0001 0002", "list-truncated"],
  ["0004 8000", "list-truncated"],
  ["0002 7f000001 a687 0003 00", "too-short"],
  ["0002 7f000001 a687 0003 0001", "query-length"],
  ["0002 7f000001 a687 0003 0000 00", "query-length"],
  ["0002 7f000001 a687 0003 ffff 0001", "query-length"],
  ["0005 0002", "too-short"],
  ["0005 0002 00", "too-short"],
  ["0005 0002 0001", "response-truncated"],
  ["0005 0002 0400 00", "response-truncated"],
  ["0005 0002 fde9", "too-large"], // 65,001
  ["0005 0002 ffff 00", "too-large"],
] as const)("%j is rubbish: %s", ([hex, code]) => {
  expect(decode(hex)).toEqual({ type: "decode-error", code });
});

test("the largest chunk is 65,000 bytes", () => {
  const bytes = new Uint8Array(6 + 65_001);
  bytes.set(bytesOf("0005 0001 fde8"));
  expect(decodeDatagram(bytes)).toEqual({ type: "response", id: 1, offset: 6, sizeBytes: 65_000 });
  bytes.set(bytesOf("0005 0001 fde9"));
  expect(decodeDatagram(bytes)).toEqual({ type: "decode-error", code: "too-large" });
});

test("a datagram that is a view into a larger buffer is read within its bounds", () => {
  const buffer = bytesOf("ffff 0001 0002 0001 0003 0009");
  expect(decodeDatagram(buffer.subarray(2, 8))).toEqual({ type: "decode-error", code: "list-truncated" });
  expect(decodeDatagram(buffer.subarray(2, 10))).toEqual({ type: "hello", ids: [1, 3] });
});
