import { describe, expect, test } from "vitest";
import { jpegSize } from "../../../src/gateway/poster-jpeg.ts";

const segment = (marker: number, ...body: readonly number[]): number[] => [0xff, marker, 0, body.length + 2, ...body];
const FRAME = segment(0xc0, 8, 1, 104, 2, 128, 1, 1, 0x11, 0);
const SCAN = segment(0xda, 1, 1, 0, 0, 63, 0);
const jpeg = (...segments: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([0xff, 0xd8, ...segments.flat(), 0x12, 0x34, 0xff, 0xd9]);

describe("a poster's bytes", () => {
  test("are a JPEG with the size that its frame says", () => {
    expect(jpegSize(jpeg(segment(0xe0, 74, 70, 73, 70, 0), FRAME, SCAN))).toEqual({ width: 640, height: 360 });
  });

  test.for([
    ["nothing", new Uint8Array(0)],
    ["a page", new TextEncoder().encode("<!doctype html><script>alert(1)</script>")],
    ["a PNG", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ["a JPEG without a frame", jpeg(SCAN)],
    ["one with two", jpeg(FRAME, FRAME, SCAN)],
    ["one without a picture", jpeg(FRAME)],
    ["one of no width", jpeg(segment(0xc0, 8, 1, 104, 0, 0, 1, 1, 0x11, 0), SCAN)],
    ["one whose segment is longer than it is", Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0xff, 0xd9])],
    ["one that is cut", jpeg(FRAME, SCAN).slice(0, -1)],
    ["one with a page behind it", Uint8Array.from([...jpeg(FRAME, SCAN), ...new TextEncoder().encode("<script>")])],
  ] as const)("are none: %s", ([, bytes]) => {
    expect(jpegSize(bytes)).toBeUndefined();
  });
});
