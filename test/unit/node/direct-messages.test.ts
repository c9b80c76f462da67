import { describe, expect, test } from "vitest";
import {
  decodeDirectOffer,
  encodeDirectOffer,
  FINGERPRINT_BYTES,
  MAX_DIRECT_FRAME_BYTES,
  TOKEN_BYTES,
} from "../../../src/node/direct-messages.ts";

const offer = {
  port: 40_001,
  fingerprint: Uint8Array.from({ length: FINGERPRINT_BYTES }, (_, index) => index),
  token: Uint8Array.from({ length: TOKEN_BYTES }, (_, index) => 255 - index),
};

describe("an answer about the direct carrier", () => {
  test("has the documented bytes", () => {
    const frame = encodeDirectOffer(offer);
    expect(frame).toHaveLength(MAX_DIRECT_FRAME_BYTES);
    expect(Buffer.from(frame).toString("hex")).toMatch(/^019c41000102.*1e1ffffefd.*e1e0$/);
    expect([...encodeDirectOffer(undefined)]).toEqual([1, 0, 0]);
  });

  test("is read as it was written", () => {
    expect(decodeDirectOffer(encodeDirectOffer(offer))).toEqual(offer);
    expect(decodeDirectOffer(encodeDirectOffer(undefined))).toBe("refused");
  });

  test("of any other length, version or kind is malformed, whatever its bytes", () => {
    const frame = encodeDirectOffer(offer);
    for (let length = 0; length < frame.length; length++)
      expect(decodeDirectOffer(frame.subarray(0, length))).toBe("malformed");
    expect(decodeDirectOffer(Buffer.concat([frame, Buffer.alloc(1)]))).toBe("malformed");
    for (let version = 0; version < 256; version++)
      if (version !== 1) expect(decodeDirectOffer(frame.with(0, version))).toBe("malformed");
    // Port 0 is a refusal, which has nothing behind it.
    expect(decodeDirectOffer(frame.with(1, 0).with(2, 0))).toBe("malformed");
  });
});
