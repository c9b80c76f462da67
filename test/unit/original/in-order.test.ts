import { describe, expect, test } from "vitest";
import { SHELLS } from "../../../src/core/limits.ts";
import { InOrder } from "../../../src/original/in-order.ts";
import { chunkOf, FakeTarget, settle } from "../support/fake-target.ts";

const sinkInto = (): { target: FakeTarget; sink: InOrder } => {
  const target = new FakeTarget();
  return { target, sink: new InOrder(target) };
};

const MIB = new Uint8Array(1024 * 1024);

describe("order", () => {
  test("chunks come out in the wanted order, whatever order they came in", async () => {
    const { target, sink } = sinkInto();
    for (const place of [3, 0, 2, 1, 4]) sink.take(place, 100 + place, chunkOf(`<${place}>`));
    await sink.finish();
    expect(target.text).toBe("<0><1><2><3><4>");
    expect(target.closed).toBe("well");
  });

  test("what is next in order is handed on at once, so that a player can be fed", async () => {
    const { target, sink } = sinkInto();
    sink.take(1, 1, chunkOf("b"));
    await settle();
    expect(target.text).toBe("");
    sink.take(0, 0, chunkOf("a"));
    await settle();
    expect(target.text).toBe("ab");
  });

  test("a file, which nobody watches as it grows, gets whole blocks, and the rest at the end", async () => {
    const target = new FakeTarget(false);
    const sink = new InOrder(target);
    const half = chunkOf("x".repeat(SHELLS.joinBlockBytes / 2));
    for (let place = 0; place < 5; place++) {
      sink.take(place, place, half);
      await settle();
    }
    expect(target.writes.map(({ length }) => length)).toEqual([SHELLS.joinBlockBytes, SHELLS.joinBlockBytes]);
    await sink.finish();
    expect(target.text.length).toBe(5 * half.length);
  });

  test("what comes in one turn of the event loop is one write", async () => {
    const { target, sink } = sinkInto();
    for (let place = 0; place < 100; place++) sink.take(place, place, chunkOf("x"));
    await sink.finish();
    expect(target.writes).toHaveLength(1);
  });

  test("a chunk larger than a block, and many small ones, keep every byte", async () => {
    const { target, sink } = sinkInto();
    const chunks = [300_000, 1, 65_000, 0, 262_144, 7].map((length, at) => chunkOf(String(at).repeat(length)));
    for (const [place, chunk] of chunks.entries()) {
      sink.take(place, place, chunk);
      await settle();
    }
    await sink.finish();
    expect(target.text).toBe(chunks.map((chunk) => Buffer.from(chunk).toString("latin1")).join(""));
  });

  test("a chunk that comes twice counts once", async () => {
    const { target, sink } = sinkInto();
    sink.take(0, 0, chunkOf("a"));
    sink.take(0, 0, chunkOf("A"));
    sink.take(1, 1, chunkOf("b"));
    await sink.finish();
    expect(target.text).toBe("ab");
  });
});

describe("gaps", () => {
  test("a chunk that will not come is left out as soon as that is known", async () => {
    const { target, sink } = sinkInto();
    sink.take(1, 1, chunkOf("b"));
    sink.skip(0);
    sink.take(3, 3, chunkOf("d"));
    await settle();
    expect(target.text).toBe("b");
    sink.skip(2);
    await settle();
    expect(target.text).toBe("bd");
  });

  test("a fetch that ends early keeps what came, in order", async () => {
    const { target, sink } = sinkInto();
    sink.take(5, 5, chunkOf("f"));
    sink.take(2, 2, chunkOf("c"));
    sink.take(0, 0, chunkOf("a"));
    await sink.finish();
    expect(target.text).toBe("acf");
  });
});

describe("back-pressure", () => {
  test("a target that takes nothing brings the limit down to nothing, and it comes back", async () => {
    const { target, sink } = sinkInto();
    const limits: number[] = [];
    sink.onLimit = () => limits.push(sink.limit);
    target.hold();
    const chunks = SHELLS.maxSinkWaitingBytes / MIB.length + 1;
    for (let place = 0; place < chunks; place++) sink.take(place, place, MIB);
    expect(sink.limit).toBe(0);
    target.release();
    await settle();
    expect(sink.limit).toBeGreaterThan(chunks);
    expect(limits).toContain(0);
    await sink.finish();
    expect(target.text.length).toBe(chunks * MIB.length);
  });

  test("chunks far ahead of a gap are not to be asked for", () => {
    const { sink } = sinkInto();
    for (let place = 1; place < 5; place++) sink.take(place, place, MIB);
    expect(sink.limit * MIB.length).toBeGreaterThanOrEqual(SHELLS.maxSinkWaitingBytes);
    expect(sink.limit).toBeLessThan(100_000_000);
    sink.take(0, 0, MIB);
    expect(sink.limit).toBe(5 + 64);
  });

  test("the limit is told only when it has changed", () => {
    const { sink } = sinkInto();
    let before = sink.limit;
    sink.onLimit = () => {
      expect(sink.limit).not.toBe(before);
      before = sink.limit;
    };
    for (let place = 0; place < 2000; place++) sink.take(place, place, chunkOf("abc"));
  });
});

describe("a target that fails", () => {
  test("is told of once, and what comes later is dropped", async () => {
    const { target, sink } = sinkInto();
    const errors: Error[] = [];
    sink.onError = (error) => errors.push(error);
    target.failAt = 1;
    sink.take(0, 0, chunkOf("a"));
    await settle();
    sink.take(1, 1, chunkOf("b"));
    await settle();
    sink.take(2, 2, chunkOf("c"));
    sink.skip(3);
    await settle();
    expect(errors.map(({ message }) => message)).toEqual(["no space left"]);
    await expect(sink.finish()).rejects.toThrow("no space left");
    expect(target.text).toBe("a");
    expect(target.closed).toBe("after a failure");
  });

  test("at its end is an error, too", async () => {
    const { target, sink } = sinkInto();
    target.close = () => Promise.reject(new Error("no permission"));
    await expect(sink.finish()).rejects.toThrow("no permission");
  });
});
