import { expect, test } from "vitest";
import { ByteWriter } from "../../../../../src/core/wire/stream/byte-writer.ts";

test.for([0, 1, 7, 8, 15, 100])("a frame is the same when there was room for %i bytes to begin with", (room) => {
  const fields = new ByteWriter(9, room).uint8(1).uint16(0x0203).uint32(0x04050607).uint64(0x08090a0b0c0d);
  const frame = fields
    .bytes(Uint8Array.of(14, 15, 16))
    .uint8(17)
    .frame(2);
  expect(Buffer.from(frame).toString("hex")).toBe(
    "00000015" + "09" + "01" + "0203" + "04050607" + "000008090a0b0c0d" + "0e0f10" + "11",
  );
});
