import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { HLS } from "../../src/core/limits.ts";
import { HlsService } from "../../src/media/hls/hls-service.ts";
import type { Playable } from "../../src/media/playable-types.ts";
import {
  CountingInput,
  ffmpeg,
  MISSING_FFMPEG,
  type Packet,
  packetsOf,
  segment,
  segmentCount,
  wholeTrack,
} from "./support/hls-files.ts";
import { requirement } from "./support/requirement.ts";

const service = new HlsService();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cardume-hls-"));
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => requirement(context, MISSING_FFMPEG));

const SECONDS = 7;
const PICTURES = ["-f", "lavfi", "-i", `testsrc2=size=160x90:rate=25:duration=${SECONDS}`];
const tone = (hertz: number, rate: number): string[] => [
  "-f",
  "lavfi",
  "-i",
  `sine=frequency=${hertz}:sample_rate=${rate}:duration=${SECONDS}`,
];
const H264 = [
  "-c:v",
  "libx264",
  "-preset",
  "ultrafast",
  "-bf",
  "2",
  "-g",
  "50",
  "-pix_fmt",
  "yuv420p",
  "-threads",
  "1",
];
const AAC = ["-c:a", "aac", "-b:a", "48k"];
const SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Olá</i>\n\n2\n00:00:05,000 --> 00:00:06,000\nFim\n";

/** Files by name, each made once. */
const makers: Record<string, (name: string) => string> = {
  "moov-last.mp4": (name) => ffmpeg(folder, name, ...PICTURES, ...tone(440, 44_100), ...H264, ...AAC),
  "moov-first.mp4": (name) => copied(name, "-movflags", "+faststart"),
  "fragmented.mp4": (name) => copied(name, "-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
  "film.mov": (name) => copied(name),
  "film.ts": (name) => copied(name),
  "without-cues.mkv": (name) => copied(name, "-live", "1", "-f", "matroska"),
  "text.mp4": (name) =>
    ffmpeg(folder, name, "-i", made("moov-last.mp4"), "-i", srt(), "-c", "copy", "-c:s", "mov_text"),
  // Every picture is some blocks long.
  "large-pictures.mp4": (name) =>
    ffmpeg(
      folder,
      name,
      ...["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=4,noise=alls=60:allf=t"],
      ...[...H264, "-qp", "22", "-movflags", "+faststart"],
    ),
  "open-groups.mkv": (name) =>
    ffmpeg(
      folder,
      name,
      ...PICTURES,
      ...tone(440, 48_000),
      ...H264,
      "-x264-params",
      "open-gop=1:bframes=3:b-pyramid=normal:scenecut=0",
      ...AAC,
    ),
  "pictures.webm": (name) =>
    ffmpeg(
      folder,
      name,
      ...PICTURES,
      ...tone(440, 48_000),
      "-c:v",
      "libvpx-vp9",
      "-deadline",
      "realtime",
      "-cpu-used",
      "8",
      "-b:v",
      "150k",
      "-g",
      "50",
      "-c:a",
      "libopus",
    ),
  "two-of-all.mkv": (name) =>
    ffmpeg(
      folder,
      name,
      ...PICTURES,
      ...tone(440, 44_100),
      ...tone(880, 48_000),
      ...["-i", srt(), "-i", srt(), "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4"],
      ...[...H264, ...AAC, "-c:s:0", "srt", "-c:s:1", "ass"],
      ...["-metadata:s:a:0", "language=por", "-metadata:s:a:1", "language=eng", "-metadata:s:a:1", "title=Original"],
      ...["-metadata:s:s:0", "language=por", "-disposition:a:1", "default", "-disposition:a:0", "0"],
    ),
  "noise.mp4": (name) =>
    ffmpeg(
      folder,
      name,
      ...["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=2,noise=alls=60:allf=t"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-qp", "12", "-g", "50", "-threads", "1"],
    ),
  "song.mp3": (name) => ffmpeg(folder, name, ...tone(440, 44_100), "-c:a", "libmp3lame"),
  "song.m4a": (name) => ffmpeg(folder, name, ...tone(440, 44_100), ...AAC),
  "song.ogg": (name) => ffmpeg(folder, name, ...tone(440, 48_000), "-c:a", "libopus"),
};
const paths = new Map<string, string>();

function made(name: string): string {
  const path = paths.get(name) ?? (makers[name] as (name: string) => string)(name);
  paths.set(name, path);
  return path;
}
const copied = (name: string, ...words: string[]): string =>
  ffmpeg(folder, name, "-i", made("moov-last.mp4"), "-c", "copy", ...words);
function srt(): string {
  const path = join(folder, "film.srt");
  writeFileSync(path, SRT);
  return path;
}
const inputOf = (name: string): CountingInput => CountingInput.of(readFileSync(made(name)));

/** By how much one list of packets is later than another; NaN when times differ by more than that and rounding. */
function shiftOf(ours: readonly Packet[], theirs: readonly Packet[]): number {
  const shiftS = (ours[0]?.atS ?? Number.NaN) - (theirs[0]?.atS ?? 0);
  const isEven = ours.every(({ atS }, index) => Math.abs(atS - (theirs[index]?.atS ?? 0) - shiftS) < 0.0001);
  return isEven ? shiftS : Number.NaN;
}

/** What ffprobe says of a track of ours, beside what it says of the original's. */
async function compare(playable: Playable, name: string): Promise<number[]> {
  const count = { video: 0, audio: 0, subtitle: 0 };
  const shifts: number[] = [];
  for (const { number, kind, codec } of playable.info.tracks) {
    const stream = `${kind.slice(0, 1)}:${count[kind]++}`;
    if (kind === "subtitle") continue;
    const path = join(folder, `track.${codec === "mp3" ? "mp3" : "mp4"}`);
    writeFileSync(path, await wholeTrack(playable, number));
    const [ours, theirs] = [packetsOf(path, "0"), packetsOf(made(name), stream)];
    expect(
      ours.map(({ isKey }) => isKey),
      `key frames of ${stream}`,
    ).toEqual(theirs.map(({ isKey }) => isKey));
    expect(ours[0]?.isKey).toBe(true);
    shifts.push(shiftOf(ours, theirs));
  }
  return shifts;
}

test.for([
  ["moov-last.mp4", "mp4", true, 4],
  ["moov-first.mp4", "mp4", true, 4],
  ["fragmented.mp4", "mp4", false, 4],
  ["film.mov", "mov", true, 4],
  ["film.ts", "mpeg-ts", false, 4],
  ["two-of-all.mkv", "matroska", false, 4],
  ["open-groups.mkv", "matroska", true, 4],
  ["without-cues.mkv", "matroska", false, 4],
  ["pictures.webm", "webm", true, 4],
  ["song.mp3", "mp3", true, 4],
  ["song.m4a", "mp4", true, 4],
] as const)("%s: every packet of every track at its time", async ([name, container, isDirect, segments]) => {
  const playable = await service.open(inputOf(name), []);
  expect(playable.info).toMatchObject({ container, isDirect });
  expect(Math.abs(playable.info.durationMs - SECONDS * 1000)).toBeLessThan(100);
  expect(await segmentCount(playable, 1)).toBe(segments);
  const shifts = await compare(playable, name);
  expect(shifts.length).toBeGreaterThan(0);
  // Sound is as late as pictures: to the ms that Matroska and transport streams know.
  for (const shift of shifts) expect(Math.abs(shift - (shifts[0] as number))).toBeLessThan(0.008);
  await playable.close();
});

test("what is in a file with two of all: languages, titles, defaults, codecs, sizes", async () => {
  const { info } = await service.open(inputOf("two-of-all.mkv"), []);
  expect(info.tracks).toMatchObject([
    { number: 1, kind: "video", codec: "avc", codecString: expect.stringMatching(/^avc1\./), width: 160, height: 90 },
    { number: 2, kind: "audio", codecString: "mp4a.40.2", language: "por", isDefault: false, sampleRateHz: 44_100 },
    { number: 3, kind: "audio", language: "eng", title: "Original", isDefault: true, sampleRateHz: 48_000 },
    { number: 4, kind: "subtitle", codec: "subrip", language: "por", problem: undefined },
    { number: 5, kind: "subtitle", codec: "ass", problem: undefined },
  ]);
});

test("the same request gives the same bytes, in any order, from a process that just opened it, all at one time", async () => {
  for (const name of ["moov-last.mp4", "two-of-all.mkv", "film.ts"]) {
    const [one, other] = [await service.open(inputOf(name), []), await service.open(inputOf(name), [])];
    const wishes = one.info.tracks.flatMap(({ number }) => [3, 1, 0, 2].map((at) => [number, at] as const));
    const inOrder: (Buffer | undefined)[] = [];
    for (const [track, at] of wishes) inOrder.push(await segment(one, track, at));
    const atOnce = await Promise.all(wishes.toReversed().map(([track, at]) => segment(other, track, at)));
    for (const [index, bytes] of atOnce.toReversed().entries())
      expect(bytes?.equals(inOrder[index] as Buffer)).toBe(true);
    expect(await one.init(1)).toEqual(await other.init(1));
    expect(await one.playlist(2)).toBe(await other.playlist(2));
  }
});

test.for(["two-of-all.mkv", "text.mp4"])(
  "text subtitles in %s come in the segments in which they are shown",
  async (name) => {
    const playable = await service.open(inputOf(name), []);
    for (const { number } of playable.info.tracks.filter(({ kind }) => kind === "subtitle")) {
      const texts = await Promise.all(
        [0, 1, 2, 3].map(async (at) => (await segment(playable, number, at))?.toString() ?? ""),
      );
      expect(texts.map((text) => text.includes("Olá"))).toEqual([true, true, false, false]);
      expect(texts.map((text) => text.includes("Fim"))).toEqual([false, false, true, false]);
      // Sound begins 23 ms before zero, where the presentation does.
      expect(texts[0]).toContain("00:00:01.023 --> ");
      expect(texts.join()).not.toMatch(/<i>|\{/);
    }
  },
);

test("subtitle files beside a video are tracks, but only those that are text", async () => {
  const beside = (fileName: string, text: string): CountingInput & { fileName: string; language: string } =>
    Object.assign(CountingInput.of(Buffer.from(text)), { fileName, language: "pt" });
  const playable = await service.open(inputOf("moov-last.mp4"), [
    beside("film.srt", SRT),
    beside("film.sub", "{1}{2}x"),
  ]);
  expect(playable.info.tracks.slice(2)).toMatchObject([
    { number: 3, kind: "subtitle", codec: "subrip", language: "pt", problem: undefined },
    { number: 4, kind: "subtitle", problem: expect.any(String) },
  ]);
  expect(playable.master()).toContain('TYPE=SUBTITLES,GROUP-ID="text",NAME="film.srt",LANGUAGE="pt"');
  expect(await playable.playlist(4)).toBeUndefined();
  expect(await segmentCount(playable, 3)).toBe(1);
  expect((await segment(playable, 3, 0))?.toString()).toContain("00:00:01.023 --> 00:00:02.523\nOlá\n");
});

test("sound of MP3 goes out as it is, with the time at which it begins", async () => {
  const playable = await service.open(inputOf("song.mp3"), []);
  expect(await playable.init(1)).toBeUndefined();
  expect(await playable.playlist(1)).toContain("t1/0.mp3");
  const second = await segment(playable, 1, 1);
  const at = (second?.indexOf("transportStreamTimestamp\0") ?? -1) + 25;
  // The first frame at two seconds or after it, in 90,000ths: a frame is 26 ms.
  expect(Number(second?.readBigUInt64BE(at)) / 90_000 - 2).toBeGreaterThanOrEqual(0);
  expect(Number(second?.readBigUInt64BE(at)) / 90_000 - 2).toBeLessThan(0.027);
});

test("there is nothing beyond the last segment and track", async () => {
  const playable = await service.open(inputOf("song.ogg"), []);
  expect(await segment(playable, 1, 99)).toBeUndefined();
  expect(await segment(playable, 1, -1)).toBeUndefined();
  expect(await segment(playable, 1, 0.5)).toBeUndefined();
  expect(await segment(playable, 2, 0)).toBeUndefined();
  expect(await playable.playlist(2)).toBeUndefined();
  expect(await playable.init(0)).toBeUndefined();
});

test("of 3 GB with the index at the end, no more than the index and 2 MB are read before the first segment", async () => {
  const small = readFileSync(made("moov-last.mp4"));
  // The data box may be as large as one likes: eight free bytes before it have room for a long size.
  const data = small.indexOf("mdat") - 4;
  const moov = small.indexOf("moov") - 4;
  expect(small.toString("latin1", data - 4, data)).toBe("free");
  const hugeBytes = 3e9;
  const head = Buffer.from(small.subarray(0, moov));
  head.writeUInt32BE(1, data - 8);
  head.write("mdat", data - 4, "latin1");
  head.writeBigUInt64BE(BigInt(hugeBytes - (data - 8)), data);
  const input = new CountingInput(hugeBytes + small.length - moov, (start, end) => {
    const bytes = Buffer.alloc(end - start);
    if (start < head.length) head.copy(bytes, 0, start, end);
    if (end > hugeBytes) small.copy(bytes, Math.max(0, hugeBytes - start), moov + Math.max(0, start - hugeBytes));
    return bytes;
  });
  const playable = await service.open(input, []);
  await playable.init(1);
  const first = await (await playable.segment(1, 0))?.next();
  expect(first?.done).toBe(false);
  expect(input.readBytes).toBeLessThan(small.length - moov + 2_000_000);
  expect(input.largestBytes).toBeLessThanOrEqual(HLS.maxMediaReadBytes);
  expect(input.reads).toBeLessThan(12);
});

/** The key frame of a file's second group of pictures. */
const secondGroup = (name: string): Packet => packetsOf(made(name), "v:0").filter(({ isKey }) => isKey)[1] as Packet;

test("a segment ends before a byte of the next one's key frame is here", async () => {
  const bytes = readFileSync(made("large-pictures.mp4"));
  const { at, bytes: keyBytes } = secondGroup("large-pictures.mp4");
  expect(keyBytes, "it is not in the block before it").toBeGreaterThan(2 * HLS.cacheBlockBytes);
  const here = Math.ceil(at / HLS.cacheBlockBytes) * HLS.cacheBlockBytes;
  const input = new CountingInput(bytes.length, (start, end) =>
    start < here ? bytes.subarray(start, end) : new Promise(() => {}),
  );
  const playable = await service.open(input, []);
  const all = (await segment(playable, 1, 0)) as Buffer;
  expect(all.length).toBeGreaterThan(0.9 * at);
});

test("of a segment that nobody wants any more no more is read than the picture under way", async () => {
  const bytes = readFileSync(made("large-pictures.mp4"));
  const { at, bytes: keyBytes } = secondGroup("large-pictures.mp4");
  const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
  let readsOfIt = 0;
  const input = new CountingInput(bytes.length, async (start, end) => {
    if (start < at) return bytes.subarray(start, end);
    readsOfIt++;
    await goesOn;
    return bytes.subarray(start, end);
  });
  const playable = await service.open(input, []);
  const pieces = (await playable.segment(1, 1)) as AsyncGenerator<Uint8Array>;
  const first = pieces.next();
  await expect.poll(() => readsOfIt).toBeGreaterThan(0);
  await pieces.return(undefined);
  goOn();
  await first;
  // Longer than the process needs for all that it still wants of it.
  await segment(playable, 1, 0);
  const most = Math.ceil(keyBytes / HLS.cacheBlockBytes) + HLS.maxRunBytes / HLS.cacheBlockBytes + 1;
  expect(readsOfIt).toBeLessThanOrEqual(most);
});

test("a segment leaves before it is read, and reads little beyond itself", async () => {
  const name = "two-of-all.mkv";
  const input = inputOf(name);
  const playable = await service.open(input, []);
  const openBytes = input.readBytes;
  expect(openBytes).toBeLessThan(300_000);
  const bytes = (await segment(playable, 1, 2))?.length ?? 0;
  // Sound lies between the pictures.
  expect(input.readBytes - openBytes).toBeLessThan(bytes + 200_000 + HLS.maxRunBytes);
});

test("what was sent is not kept", async () => {
  const playable = await service.open(inputOf("noise.mp4"), []);
  const before = process.memoryUsage().arrayBuffers;
  let sentBytes = 0;
  while (sentBytes < 400_000_000) sentBytes += (await segment(playable, 1, 0))?.length ?? Number.POSITIVE_INFINITY;
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250_000_000);
});
