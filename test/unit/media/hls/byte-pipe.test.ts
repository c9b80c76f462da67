import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { BytePipe, type Part } from "../../../../src/media/hls/byte-pipe.ts";
import { Random } from "../../../property/support/random.ts";
import { SEED } from "../../../property/support/seed.ts";

test("frames come out as they went in, however the stream cuts them", () => {
  const random = new Random(SEED);
  const frames = random.list(60, () => ({
    id: random.uint32(),
    bytes: Buffer.from(random.list(random.below(40), () => random.below(256))),
  }));
  const wire = Buffer.concat(
    frames.map(({ id, bytes }) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id);
      head.writeUInt32BE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    }),
  );
  const came: { id: number; bytes: Buffer }[] = [];
  let open: Part[] = [];
  const stream = new PassThrough();
  const take = (part: Part): void => {
    expect(part.at).toBe(open.reduce((sum, { bytes }) => sum + bytes.length, 0));
    open.push(part);
    if (part.at + part.bytes.length < part.frameBytes) return;
    came.push({ id: part.id, bytes: Buffer.concat(open.map(({ bytes }) => bytes)) });
    open = [];
  };
  const pipe = new BytePipe(stream, take);
  for (let at = 0; at < wire.length; ) {
    const next = at + random.between(1, 12);
    stream.emit("data", wire.subarray(at, next));
    at = next;
  }
  expect(came).toEqual(frames);
  pipe.send(1, new Uint8Array(0));
});

test("what is sent is what is read", () => {
  const stream = new PassThrough();
  const sent: Buffer[] = [];
  stream.write = (chunk: Buffer): boolean => sent.push(chunk) > 0;
  const pipe = new BytePipe(stream, () => undefined);
  pipe.send(7, Buffer.from("abc"));
  pipe.send(8, Buffer.alloc(0));
  expect(Buffer.concat(sent).toString("hex")).toBe("00000007000000036162630000000800000000");
});
