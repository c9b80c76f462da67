import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HEAD_BYTES, looksLikeMedia } from "../../../src/media/looks-like-media.ts";
import { someBytes } from "../support/made-video.ts";

const FIXTURES = new URL("../../fixtures/media/", import.meta.url);

describe("a file looks like media", () => {
  test.for(readdirSync(FIXTURES))("by what is in it, whatever its name is: %s", (name) => {
    const head = readFileSync(new URL(name, FIXTURES)).subarray(0, HEAD_BYTES);
    expect(looksLikeMedia("x", head)).toBe(true);
  });

  test.for(["a.mp4", "A.MKV", "a.b.webm", "a.m2ts", "a.opus"])("by its name, whatever is in it: %s", (name) => {
    expect(looksLikeMedia(name, new Uint8Array(0))).toBe(true);
  });

  test.for([
    ["a.txt", Buffer.from("a text\n")],
    ["a.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ["mp4", Buffer.alloc(HEAD_BYTES)],
    ["a.bin", Buffer.from([0x47, ...someBytes(400, 1)])],
    ["empty", Buffer.alloc(0)],
  ] as const)("and %s does not", ([name, head]) => {
    expect(looksLikeMedia(name, head)).toBe(false);
  });
});
