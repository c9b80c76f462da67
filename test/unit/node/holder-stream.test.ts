import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { decodeFetch, encodeFetch } from "../../../src/core/wire/stream/fetch-codec.ts";
import type { FetchMessage } from "../../../src/core/wire/stream/fetch-message.ts";
import { FrameReader } from "../../../src/core/wire/stream/frame-reader.ts";
import { HolderStream } from "../../../src/node/holder-stream.ts";
import { carrierPair, type MemoryCarrier } from "../support/carrier-pair.ts";

const MIB = 1_048_576;

interface Run {
  readonly stream: HolderStream;
  readonly atClient: MemoryCarrier;
  readonly atHolder: MemoryCarrier;
  /** Sizes of the ChunkInfos that the video's taker was told. */
  readonly told: number[];
  readonly ends: string[];
  /** What the holder was told. */
  readonly heard: FetchMessage[];
  readonly video: number;
  info(bytes: number, bitmapBytes: number, firstChunk?: number): void;
}

/** A client that has one video open at a holder that says what the test wants. */
function run(): Run {
  const { atClient, atHolder } = carrierPair();
  const [told, ends, heard]: [number[], string[], FetchMessage[]] = [[], [], []];
  const reader = new FrameReader(
    { frame: (type, payload) => void heard.push(decodeFetch(type, payload) as FetchMessage) },
    4096,
  );
  atHolder.start({ bytes: (view) => void reader.read(view), ended: () => {} });
  const stream = new HolderStream(atClient, () => {});
  const taker = {
    chunkInfo: ({ bytes }: { bytes: number }) => void told.push(bytes),
    ended: (why: string) => void ends.push(why),
  };
  const video = stream.open(new Uint8Array(32), taker);
  const info = (bytes: number, bitmapBytes: number, firstChunk = 0): void => {
    const bitmap = new Uint8Array(bitmapBytes).fill(255);
    atHolder.send([encodeFetch({ type: "chunk-info", number: video, bytes, firstChunk, bitmap })]);
    while (atHolder.move(MIB) > 0);
  };
  return { stream, atClient, atHolder, told, ends, heard, video, info };
}

const flush = ({ atClient }: Run): void => {
  while (atClient.move(MIB) > 0);
};

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

describe("a stream to a holder", () => {
  test("takes a bitmap of all chunks, rounded up to a byte, and is ended by one bit more", () => {
    const good = run();
    good.info(9 * MIB, 2);
    good.info(9 * MIB, 1, 8);
    expect([good.told, good.stream.ended]).toEqual([[9 * MIB, 9 * MIB], undefined]);
    for (const [bitmapBytes, firstChunk] of [
      [3, 0],
      [2, 8],
      [1, 9],
      [1, 2 ** 32 - 1],
    ] as const) {
      const bad = run();
      bad.info(9 * MIB, bitmapBytes, firstChunk);
      expect(bad.told).toEqual([]);
      expect(bad.ends).toEqual(["it sent what is no fetch protocol (malformed)"]);
    }
  });

  test("passes an impossible size on, since its taker knows what to call such a holder", () => {
    for (const bytes of [64, 2 ** 53 - 1]) {
      const one = run();
      one.info(bytes, 4);
      expect([one.told, one.stream.ended]).toEqual([[bytes], undefined]);
    }
  });

  test("is ended when a holder says another size of the same video", () => {
    const one = run();
    one.info(9 * MIB, 2);
    one.info(9 * MIB + 1, 2);
    expect(one.told).toEqual([9 * MIB]);
    expect(one.stream.ended).toMatch(/malformed/);
  });

  test("bears ten ChunkInfos a second for ever, and those of twelve seconds at once, but no flood", () => {
    const one = run();
    for (let tenth = 0; tenth < 1000; tenth++) {
      one.info(9 * MIB, 2);
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(12_000);
    for (let at = 0; at < 120; at++) one.info(9 * MIB, 2);
    expect([one.told.length, one.stream.ended]).toEqual([1120, undefined]);
    for (let at = 0; at < 200; at++) one.info(9 * MIB, 2);
    expect(one.told.length).toBe(1000 + NETWORK.chunkInfoBurst);
    expect(one.stream.ended).toMatch(/too-large/);
  });
});

describe("a video on a stream to a holder", () => {
  test("of size 0 is forgotten, and one that is open is closed with a Close, once", () => {
    const gone = run();
    gone.info(0, 0);
    gone.info(9 * MIB, 2);
    gone.stream.close(gone.video);
    flush(gone);
    expect([gone.told, gone.heard.map(({ type }) => type)]).toEqual([[0], ["hello"]]);
    const left = run();
    left.stream.close(left.video);
    left.stream.close(left.video);
    left.info(9 * MIB, 2);
    flush(left);
    expect([left.told, left.heard.slice(1)]).toEqual([[], [{ type: "close", number: left.video }]]);
  });
});

describe("a stream", () => {
  test("that is ended right after a complaint still brings the complaint", () => {
    const one = run();
    one.info(9 * MIB, 2);
    one.stream.complain(one.video, 3);
    one.stream.close(one.video);
    one.stream.end("it sent wrong bytes");
    expect(one.stream.ended).toBe("it sent wrong bytes");
    one.stream.complain(one.video, 4);
    flush(one);
    expect(one.heard.slice(1)).toEqual([
      { type: "complaint", number: one.video, chunk: 3 },
      { type: "close", number: one.video },
    ]);
    expect(one.atClient.over).toBe("closed");
  });
});
