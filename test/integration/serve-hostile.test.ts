import { closeSync, copyFileSync, openSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { NETWORK } from "../../src/core/limits.ts";
import type { FetchMessage } from "../../src/core/wire/stream/fetch-message.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { StrangeStream, strangePeer } from "./support/fetch-client.ts";
import { addFile, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;

function file(bytes: number, seed = 1): string {
  const path = join(tempFolder(), `film-${seed}.bin`);
  writeFileSync(path, someBytes(bytes, seed));
  return path;
}

const hello = (number: number, id: Uint8Array): FetchMessage => ({
  type: "hello",
  version: 1,
  videos: [{ number, id }],
});
const get = (request: number, number: number, chunk: number, leaves: number): FetchMessage => ({
  ...{ type: "get", request, number, chunk, firstLeaf: 0, leaves, priority: 0 },
});

test("one stream opens hundreds of videos one after the other, since it closes those that it has", async () => {
  const holder = await testNode();
  const ids: Uint8Array[] = [];
  for (let at = 0; at < 20; at++) ids.push(await addFile(holder.library, file(20_000, at + 1)));
  const stream = await StrangeStream.to(holder, await strangePeer());
  for (let number = 0; number < 200; number += 20) {
    for (const [at, id] of ids.entries()) stream.say(hello(number + at, id));
    await expect.poll(() => stream.infos.length).toBe(number + 20);
    for (const [at] of ids.entries()) stream.say({ type: "close", number: number + at });
  }
  expect(stream.infos.every(({ bytes }) => bytes === 20_000)).toBe(true);
  expect(stream.ended).toBeUndefined();
});

test("a client that asks on and on for what is not here, and reads no answer, is let go", async () => {
  const holder = await testNode();
  const stream = await StrangeStream.to(holder, await strangePeer());
  stream.say(hello(1, new Uint8Array(32)));
  await expect.poll(() => stream.infos).toMatchObject([{ bytes: 0 }]);
  const isLetGo = (): boolean => (holder.node.status().counters["client-unread"] ?? 0) > 0;
  const videos = Array.from({ length: 16 }, (_, number) => ({ number, id: new Uint8Array(32).fill(number) }));
  let numbers = 0;
  const ask = async (): Promise<void> => {
    for (let frame = 0; frame < 16; frame++) {
      numbers += 16;
      const opened = videos.map(({ number, id }) => ({ number: numbers + number, id }));
      stream.say({ type: "hello", version: 1, videos: opened });
    }
    await sleep(5);
  };
  for (let round = 0; round < 100; round++) await ask();
  await expect.poll(() => stream.infos.length).toBe(1 + numbers);
  stream.carrier.pause();
  // The two systems take some hundred thousand answers before any waits in the holder.
  for (let round = 0; round < 4000 && !isLetGo(); round++) await ask();
  expect(isLetGo()).toBe(true);
  expect(holder.node.status().counters["client-frame-too-large"]).toBeUndefined();
}, 60_000);

test("bytes that rotted on the disk of an honest holder are not held any more once a client has complained", async () => {
  const path = file(4 * MIB);
  // Rot leaves the time stamps alone: whole seconds are written back as they were.
  utimesSync(path, 1_750_000_000, 1_750_000_000);
  const holder = await testNode();
  const id = await addFile(holder.library, path);
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, Uint8Array.of(1, 2, 3), 0, 3, 2 * MIB + 99);
  closeSync(descriptor);
  utimesSync(path, 1_750_000_000, 1_750_000_000);
  const stream = await StrangeStream.to(holder, await strangePeer());
  stream.say(hello(1, id));
  await expect.poll(() => stream.infos.length).toBe(1);
  // Of a chunk that was not sent to it nobody may complain, and of one that is good in vain.
  stream.say({ type: "complaint", number: 1, chunk: 2 }, get(1, 1, 0, 64));
  await expect.poll(() => stream.answers.length).toBe(1);
  stream.say({ type: "complaint", number: 1, chunk: 0 }, get(2, 1, 2, 64));
  await expect.poll(() => stream.answers.length).toBe(2);
  expect((await holder.library.get(id))?.held).toBe(4);
  stream.say({ type: "complaint", number: 1, chunk: 2 });
  await expect.poll(async () => (await holder.library.get(id))?.held).toBe(3);
  stream.say(get(3, 1, 2, 64), get(4, 1, 3, 64));
  await expect.poll(() => stream.answers.length).toBe(4);
  const answered = stream.answers.map(({ request, status }) => [request, status]).sort();
  expect(answered.slice(2)).toEqual([
    [3, "not-held"],
    [4, "ok"],
  ]);
  expect(holder.node.status().counters).toMatchObject({
    "complaint-of-nothing": 1,
    "complaint-false": 1,
    "complaint-true": 1,
  });
});

test("a video is removed while clients open it again and again, and they are told that it is not here", async () => {
  const holder = await testNode();
  const path = file(2 * MIB);
  const peer = await strangePeer();
  for (let round = 0; round < 8; round++) {
    const copy = join(tempFolder(), "film.bin");
    copyFileSync(path, copy);
    const id = await addFile(holder.library, copy);
    const streams = await Promise.all([1, 2, 3].map(() => StrangeStream.to(holder, peer)));
    let number = 0;
    const timer = setInterval(() => {
      number++;
      if (number < NETWORK.maxOpenVideosPerClient) for (const stream of streams) stream.say(hello(number, id));
    }, 1);
    await expect.poll(() => streams.every(({ infos }) => infos.length > 0)).toBe(true);
    await sleep(round);
    await holder.node.remove(id);
    expect(await holder.library.get(id)).toBeUndefined();
    clearInterval(timer);
    const opened = Math.min(number, NETWORK.maxOpenVideosPerClient - 1);
    for (const { infos } of streams) {
      await expect
        .poll(() => new Set(infos.filter(({ bytes }) => bytes === 0).map((info) => info.number)).size)
        .toBe(opened);
    }
    for (const { carrier } of streams) carrier.destroy();
  }
});
