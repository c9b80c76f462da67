import { describe, expect, test } from "vitest";
import { boxAt, boxesIn } from "../../../../src/media/hls/boxes.ts";
import { fragmentsOf } from "../../../../src/media/hls/fragment-writer.ts";
import type { MediaPacket } from "../../../../src/media/hls/media-packet.ts";
import { asTheyAre } from "../../../../src/media/hls/sample-bytes.ts";

interface Read {
  readonly decodeAt: number;
  readonly shownAt: number;
  readonly bytes: number;
  readonly isKey: boolean;
  readonly endsAt: number;
}

/** The samples of fragments, by what they say of themselves. */
function samplesOf(segment: Uint8Array): Read[] {
  const samples: Read[] = [];
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  for (const moof of boxesIn(segment)) {
    if (moof.type !== "moof") continue;
    const time = boxAt(segment, ["traf", "tfdt"], moof);
    const run = boxAt(segment, ["traf", "trun"], moof);
    if (time === undefined || run === undefined) throw new Error("no run");
    let decodeAt = Number(view.getBigUint64(time.start + 4));
    for (let index = 0; index < view.getUint32(run.start + 4); index++) {
      const at = run.start + 12 + index * 16;
      const endsAt = decodeAt + view.getUint32(at);
      const isKey = view.getUint32(at + 8) === 0x0200_0000;
      samples.push({
        decodeAt,
        shownAt: decodeAt + view.getInt32(at + 12),
        bytes: view.getUint32(at + 4),
        isKey,
        endsAt,
      });
      decodeAt = endsAt;
    }
  }
  return samples;
}

async function write(packets: readonly MediaPacket[], end?: number, more = {}): Promise<Uint8Array[]> {
  async function* all(): AsyncGenerator<MediaPacket> {
    yield* packets;
  }
  const shape = { isVideo: true, timescale: 1000, lead: 125, convert: asTheyAre, ...more };
  const pieces: Uint8Array[] = [];
  for await (const piece of fragmentsOf(all(), shape, { segment: 3, start: packets[0]?.at ?? 0, end }))
    pieces.push(piece);
  return pieces;
}

const picture = (at: number, isKey = false): MediaPacket => ({
  at,
  duration: 40,
  isKey,
  data: new Uint8Array(at % 50).fill(7),
});
/** Two seconds of pictures of which every third is shown before two that come first in the file. */
const group = (from: number): MediaPacket[] =>
  Array.from({ length: 48 }, (_, index) =>
    picture(from + 40 * (index === 0 ? 0 : index + ([2, -1, -1][(index - 1) % 3] ?? 0)), index === 0),
  );

describe("a segment of pictures in another order than they are shown in", () => {
  test("says exactly when each is shown, and decodes none too late", async () => {
    const packets = group(6000);
    const samples = samplesOf(Buffer.concat(await write(packets, 8000)));
    expect(samples.map(({ shownAt }) => shownAt)).toEqual(packets.map(({ at }) => at));
    expect(samples.map(({ bytes }) => bytes)).toEqual(packets.map(({ data }) => data.length));
    for (const { decodeAt, shownAt, endsAt } of samples) {
      expect(decodeAt).toBeLessThanOrEqual(shownAt);
      expect(endsAt).toBeGreaterThan(decodeAt);
    }
    expect(samples[0]).toMatchObject({ decodeAt: 6000, shownAt: 6000, isKey: true });
    expect(samples.filter(({ isKey }) => isKey)).toHaveLength(1);
    expect(samples.at(-1)?.endsAt).toBe(8000);
  });

  test("leaves in pieces, the first before the last picture is read", async () => {
    let read = 0;
    async function* slowly(): AsyncGenerator<MediaPacket> {
      for (const packet of group(0)) {
        read++;
        yield await Promise.resolve(packet);
      }
    }
    const pieces = fragmentsOf(
      slowly(),
      { isVideo: true, timescale: 1000, lead: 125, convert: asTheyAre },
      { segment: 0, start: 0, end: 2000 },
    );
    expect((await pieces.next()).done).toBe(false);
    expect(read).toBeLessThan(20);
    await pieces.return(undefined);
  });

  test("is the same every time, and begins with its type", async () => {
    const [first, again] = [Buffer.concat(await write(group(0), 2000)), Buffer.concat(await write(group(0), 2000))];
    expect(first.equals(again)).toBe(true);
    expect([...boxesIn(first)].map(({ type }) => type).slice(0, 3)).toEqual(["styp", "moof", "mdat"]);
  });
});

test("data is where the run says that it is", async () => {
  const segment = Buffer.concat(await write([{ at: 0, duration: 40, isKey: true, data: Uint8Array.of(1, 2, 3) }]));
  const moof = [...boxesIn(segment)].find(({ type }) => type === "moof");
  const run = moof && boxAt(segment, ["traf", "trun"], moof);
  if (moof === undefined || run === undefined) throw new Error("no run");
  const at = moof.start - 8 + segment.readUInt32BE(run.start + 8);
  expect([...segment.subarray(at, at + 3)]).toEqual([1, 2, 3]);
});

test("times that run backwards or stand still become rising ones, with the pictures at their times", async () => {
  const packets = [5, 5, 3, 900, 0, 5].map((at) => picture(at, true));
  const samples = samplesOf(Buffer.concat(await write(packets)));
  expect(samples.map(({ shownAt }) => shownAt)).toEqual([5, 5, 3, 900, 0, 5]);
  for (const [index, { decodeAt }] of samples.entries())
    expect(decodeAt).toBeGreaterThan(samples[index - 1]?.decodeAt ?? -1);
});

test("sound is decoded when it is heard; a last frame that does not say how long it is lasts as long as the others", async () => {
  const frames = Array.from({ length: 90 }, (_, index) => ({ ...picture(index * 23, true), duration: 0 }));
  const samples = samplesOf(Buffer.concat(await write(frames, 2000, { isVideo: false, lead: 0 })));
  expect(samples.map(({ decodeAt }) => decodeAt)).toEqual(frames.map(({ at }) => at));
  expect(samples.at(-1)?.endsAt).toBe(90 * 23);
});

test("a segment without packets is one all the same", async () => {
  const [only, ...more] = await write([], 2000);
  expect(more).toEqual([]);
  expect([...boxesIn(only as Uint8Array)].map(({ type }) => type)).toEqual(["styp", "moof", "mdat"]);
});
