import { describe, expect, test } from "vitest";
import { HLS } from "../../../../src/core/limits.ts";
import { type Block, blocksFrom } from "../../../../src/media/hls/matroska-blocks.ts";
import { readCues } from "../../../../src/media/hls/matroska-cues.ts";
import { framesIn } from "../../../../src/media/hls/matroska-lacing.ts";
import { readTracks } from "../../../../src/media/hls/matroska-tracks.ts";
import { MediaBytes } from "../../../../src/media/hls/media-bytes.ts";

/** An element with an id in hex, whose size takes two bytes, or one that says that it is not known. */
const element = (id: string, data: Uint8Array | readonly number[], isSizeKnown = true): Buffer =>
  Buffer.concat([
    Buffer.from(id, "hex"),
    isSizeKnown ? Buffer.from([0x40 | (data.length >> 8), data.length & 255]) : Buffer.of(0xff),
    Buffer.from(data),
  ]);
const elements = (id: string, ...parts: Buffer[]): Buffer => element(id, Buffer.concat(parts));

const cue = (at: number, track: number, ...more: Buffer[]): Buffer =>
  elements("bb", element("b3", [at]), elements("b7", element("f7", [track]), element("f1", [1, 0]), ...more));

describe("Cues", () => {
  test("say where the key frames of each track are, in the order of their times", () => {
    const cues = Buffer.concat([cue(9, 1), cue(5, 1, element("f0", [7]), element("b2", [3])), cue(6, 2)]);
    expect(readCues(cues, 40)).toEqual(
      new Map([
        [
          1,
          [
            { at: 5, cluster: 296, block: 7, duration: 3 },
            { at: 9, cluster: 296, block: undefined, duration: undefined },
          ],
        ],
        [2, [{ at: 6, cluster: 296, block: undefined, duration: undefined }]],
      ]),
    );
  });

  test("that lack a time, a track or a place are left out, and so are numbers that nobody can count with", () => {
    const huge = new Array<number>(8).fill(255);
    const senseless = [
      elements("bb", elements("b7", element("f7", [1]), element("f1", [1]))),
      elements("bb", element("b3", [1]), elements("b7", element("f1", [1]))),
      elements("bb", element("b3", huge), elements("b7", element("f7", [1]), element("f1", [1]))),
      elements("bb", element("b3", [1]), elements("b7", element("f7", [1]), element("f1", huge))),
      elements(
        "bb",
        element("b3", new Array<number>(9).fill(0)),
        elements("b7", element("f7", [1]), element("f1", [1])),
      ),
    ];
    expect(readCues(Buffer.concat(senseless), 0).size).toBe(0);
  });

  test("are so many at most", () => {
    const one = cue(1, 1);
    const places = readCues(Buffer.alloc(one.length * (HLS.maxKeys + 10), one), 0).get(1);
    expect(places).toHaveLength(HLS.maxKeys);
  });
});

describe("frames in a block", () => {
  const text = (frames: readonly Uint8Array[]): string[] => frames.map((frame) => Buffer.from(frame).toString());

  test("one", () => expect(text(framesIn(Buffer.from("\x00abc")))).toEqual(["abc"]));
  test("of one size", () => expect(text(framesIn(Buffer.from("\x04\x02aabbcc")))).toEqual(["aa", "bb", "cc"]));
  test("of sizes in runs of 255", () => {
    const long = "x".repeat(300);
    const block = Buffer.concat([Buffer.of(2, 2, 1, 255, 45), Buffer.from(`a${long}rest`)]);
    expect(text(framesIn(block))).toEqual(["a", long, "rest"]);
  });
  test("of sizes as differences", () => {
    // 4, then 4 − 2, then the rest.
    expect(text(framesIn(Buffer.concat([Buffer.of(6, 2, 0x84, 0xbd), Buffer.from("aaaabbccc")])))).toEqual([
      "aaaa",
      "bb",
      "ccc",
    ]);
  });
  test.for([[], [0], [2, 9, 255, 255], [6, 255, 0x81], [6, 3, 0x81, 0x80, 0x80, 1], [4, 255, 1]])(
    "broken ones give what there is: %o",
    (block) => {
      expect(() => framesIn(Uint8Array.from(block))).not.toThrow();
    },
  );
});

test("tracks and how they are packed", () => {
  const packed = (...compression: Buffer[]): Buffer =>
    elements("6d80", elements("6240", elements("5034", ...compression)));
  const track = (number: number, type: number, ...more: Buffer[]): Buffer =>
    elements("ae", element("d7", [number]), element("83", [type]), ...more);
  const tracks = readTracks(
    Buffer.concat([
      track(1, 1, packed(element("4254", [3]), element("4255", [1, 2]))),
      track(7, 2, element("88", [0]), packed(element("4254", [0]))),
      track(8, 17, elements("6d80", elements("6240", element("5033", [1])))),
      track(9, 99),
    ]),
  );
  expect(tracks).toMatchObject([
    {
      number: 1,
      kind: "video",
      isDefault: true,
      language: "eng",
      packing: { kind: "stripped", bytes: Uint8Array.of(1, 2) },
    },
    { number: 7, kind: "audio", isDefault: false, packing: { kind: "zlib" } },
    { number: 8, kind: "subtitle", packing: { kind: "unknown" } },
  ]);
});

describe("blocks", () => {
  const simple = (track: number, at: number, flags: number, data: string): Buffer =>
    element("a3", [0x80 | track, at >> 8, at & 255, flags, ...Buffer.from(data)]);
  const cluster = (at: number, isSizeKnown: boolean, ...blocks: Buffer[]): Buffer =>
    element("1f43b675", Buffer.concat([element("e7", [at]), ...blocks]), isSizeKnown);
  const open = (file: Uint8Array): MediaBytes => {
    const bytes = new MediaBytes(file.length, (start, end) => Promise.resolve(file.slice(start, end)));
    bytes.allow();
    return bytes;
  };
  const walk = async (
    file: Uint8Array,
    place = { cluster: 0, block: undefined as number | undefined },
  ): Promise<unknown[]> => {
    const found: unknown[] = [];
    const read = async ({ track, at, isKey, duration, frames }: Block): Promise<unknown> => [
      track,
      at,
      isKey,
      duration,
      Buffer.concat(await frames()).toString(),
    ];
    for await (const block of blocksFrom(open(file), place)) found.push(await read(block));
    return found;
  };
  const grouped = elements(
    "a0",
    element("a1", [0x82, 0, 5, 0, ...Buffer.from("text")]),
    element("9b", [40]),
    element("fb", [0xff]),
  );

  test.for([true, false])(
    "of clusters whose size is known or not (%s), with their times and frames",
    async (isKnown) => {
      const file = Buffer.concat([
        cluster(100, isKnown, simple(1, 0, 0x80, "key"), simple(1, 40, 0, "next")),
        element("ec", [1, 2, 3]),
        cluster(200, isKnown, grouped),
      ]);
      expect(await walk(file)).toEqual([
        [1, 100, true, undefined, "key"],
        [1, 140, false, undefined, "next"],
        [2, 205, false, 40, "text"],
      ]);
    },
  );

  test("from the one on that an index points to", async () => {
    const first = simple(1, 0, 0x80, "key");
    const file = cluster(100, true, first, simple(1, 40, 0x80, "next"));
    const block = element("e7", [100]).length + first.length;
    expect(await walk(file, { cluster: 0, block })).toEqual([[1, 140, true, undefined, "next"]]);
  });

  test("end where nothing makes sense any more", async () => {
    const file = Buffer.concat([cluster(1, true, simple(1, 0, 0x80, "key")), Buffer.alloc(100)]);
    expect(await walk(file)).toHaveLength(1);
  });
});
