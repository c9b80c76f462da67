import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HLS } from "../../src/core/limits.ts";
import { boxAt } from "../../src/media/hls/boxes.ts";
import { blocksFrom } from "../../src/media/hls/matroska-blocks.ts";
import { readCues } from "../../src/media/hls/matroska-cues.ts";
import { framesIn } from "../../src/media/hls/matroska-lacing.ts";
import { readTracks } from "../../src/media/hls/matroska-tracks.ts";
import { MediaBytes } from "../../src/media/hls/media-bytes.ts";
import { samplesOf } from "../../src/media/hls/movie-samples.ts";
import { lengthPrefixed, withoutAdts } from "../../src/media/hls/sample-bytes.ts";
import { joinGroups } from "../../src/media/hls/segment-plan.ts";
import { readSubtitles } from "../../src/media/hls/subtitle-cues.ts";
import { webVtt } from "../../src/media/hls/webvtt.ts";
import { SEED } from "./support/seed.ts";

const settings = { numRuns: 2000, seed: SEED };

/** Bytes that look like elements of an index, so that what lies behind the first checks is reached. */
const ebml = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(
          "bb",
          "b3",
          "b7",
          "f7",
          "f1",
          "f0",
          "b2",
          "1f43b675",
          "e7",
          "a3",
          "a0",
          "a1",
          "9b",
          "ae",
          "83",
          "d7",
          "6d80",
          "6240",
          "5034",
        )
        .map((id) => [...Buffer.from(id, "hex")]),
      fc.integer({ min: 0x80, max: 0x8c }).map((bytes) => [bytes]),
      fc.array(fc.nat(255), { maxLength: 9 }),
      fc.constant([1, 255, 255, 255, 255, 255, 255, 255]),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

const size = (length: number): number[] => [0x40 | (length >> 8), length & 255];
const element = (id: string, data: readonly number[]): number[] => [
  ...Buffer.from(id, "hex"),
  ...size(data.length),
  ...data,
];
const whole = fc.array(fc.nat(255), { maxLength: 9 });

/** Points that are mostly right, and mostly of the same few values. */
const points = fc
  .array(
    fc
      .tuple(whole, whole, whole, whole, ebml)
      .map(([at, track, cluster, more, noise]) =>
        element("bb", [
          ...element("b3", at),
          ...element("b7", [
            ...element("f7", track.slice(0, 1)),
            ...element("f1", cluster),
            ...element("f0", more),
            ...noise.slice(0, more[0] ?? 0),
          ]),
        ]),
      ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

test("Cues of any bytes are places that can be counted with, in the order of their times", () => {
  let places = 0;
  fc.assert(
    fc.property(fc.oneof(ebml, points), (bytes) => {
      for (const list of readCues(bytes, 1000).values()) {
        places += list.length;
        for (const [index, { at, cluster, block, duration }] of list.entries()) {
          for (const value of [at, cluster, block ?? 0, duration ?? 0])
            expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
          expect(at).toBeGreaterThanOrEqual(list[index - 1]?.at ?? 0);
        }
      }
    }),
    settings,
  );
  // Otherwise the bytes are too wild.
  expect(places).toBeGreaterThan(1000);
});

test("tracks, blocks, lacing, boxes and samples of any bytes end, and throw nothing", async () => {
  await fc.assert(
    fc.asyncProperty(ebml, async (bytes) => {
      expect(readTracks(bytes).length).toBeLessThanOrEqual(32);
      const frames = framesIn(bytes);
      expect(frames.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
      boxAt(bytes, ["moov", "trak"]);
      samplesOf(bytes);
      withoutAdts(bytes);
      expect(lengthPrefixed(bytes).length).toBeLessThanOrEqual(2 * bytes.length + 4);
      const file = new MediaBytes(bytes.length, (start, end) => Promise.resolve(bytes.slice(start, end)));
      file.allow();
      let count = 0;
      for await (const block of blocksFrom(file, { cluster: 0, block: bytes[0] })) {
        expect(++count).toBeLessThanOrEqual(bytes.length);
        // One that says that it goes on behind the file's end has no bytes.
        await block.frames().catch(() => undefined);
      }
    }),
    settings,
  );
});

const line = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    "-->",
    "00:00:01,000 --> 00:00:02,000",
    "00:01.000 --> 00:02.000 line:0",
    "NOTE",
    "STYLE",
    "WEBVTT",
    "1",
    "\0",
    "<b>",
    "&lt;script&gt;",
    "{\\an8}",
    "a --> b",
    "\r\r",
    "99:99:99.999 --> 00:00:00.000",
  ),
);

test("of any file of subtitles comes WebVTT that says nothing but times and text", () => {
  let shown = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const cues = readSubtitles(new TextEncoder().encode(lines.join("\n")));
      shown += cues.length;
      const [head = "", ...blocks] = new TextDecoder().decode(webVtt(cues)).split("\n\n");
      expect(head.startsWith("WEBVTT\n")).toBe(true);
      expect(blocks).toHaveLength(cues.length);
      for (const block of blocks) {
        const [timing = "", ...text] = block.trimEnd().split("\n");
        expect(timing).toMatch(/^\d{2,4}:\d\d:\d\d\.\d{3} --> \d{2,4}:\d\d:\d\d\.\d{3}$/);
        expect(text.length).toBeLessThanOrEqual(HLS.maxCueLines);
        expect(text.join("\n")).not.toMatch(/[<>\0\r]|-->/);
      }
    }),
    settings,
  );
  expect(shown).toBeGreaterThan(100);
});

test("segments begin at key frames, rise, and are no more than there may be, whatever the keys", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }), (times) => {
      const keysS = times.toSorted((a, b) => a - b);
      const starts = joinGroups(keysS, (keysS.at(-1) as number) + 1);
      expect(starts[0]).toBe(0);
      for (const [index, at] of starts.entries())
        if (index > 0) expect(keysS[at]).toBeGreaterThan(keysS[starts[index - 1] as number] as number);
      expect(starts.length).toBeLessThanOrEqual(HLS.maxSegments);
    }),
    settings,
  );
});
