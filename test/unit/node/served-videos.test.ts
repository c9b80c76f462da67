import { afterEach, expect, test, vi } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import type { FetchMessage } from "../../../src/core/wire/stream/fetch-message.ts";
import { ServedVideos } from "../../../src/node/served-videos.ts";
import { type MadeVideo, madeVideo } from "../support/made-video.ts";
import { type FrameClient, nextTurn, OpenShelf, ServeRun } from "../support/serve-run.ts";

const hello = (number: number, id: Uint8Array): FetchMessage => ({
  type: "hello",
  version: 1,
  videos: [{ number, id }],
});
const get = (request: number, number: number): FetchMessage => ({
  ...{ type: "get", request, number, chunk: 0, firstLeaf: 0, leaves: 1, priority: 0 },
});

afterEach(() => void vi.useRealTimers());

test("peers that open all that may be open deny nothing to others, and no more files are open than may be", async () => {
  const run = new ServeRun();
  const count = NETWORK.maxOpenVideosServed + 20;
  const made = Array.from({ length: count }, (_, at) => run.video(17_000 + at, at + 1));
  const crowd = Array.from({ length: Math.ceil(count / 64) }, (_, at) => run.client(`peer ${at}`));
  for (const [at, { manifest }] of made.entries())
    await (crowd[Math.floor(at / 64)] as FrameClient).says(hello(at, manifest.id));
  for (const client of crowd) expect(client.infos.every(({ bytes }) => bytes > 0)).toBe(true);
  const most = NETWORK.maxOpenVideosServed;
  expect(run.service.load).toMatchObject({ videos: count, awake: most, peers: crowd.length });
  expect(run.shelf.openFiles).toBe(most);
  // The first ones' files were closed: they are opened again when they are read, and nobody is told twice of what is held.
  const [first] = crowd as [FrameClient];
  const leafOf = (at: number): Uint8Array => (made[at] as MadeVideo).content.subarray(0, 16_384);
  const before = run.shelf.openings;
  for (let number = 0; number < 20; number++) {
    await first.says(get(number, number));
    expect(Buffer.compare(first.bodies.get(number) as Uint8Array, leafOf(number))).toBe(0);
  }
  expect(run.shelf.openings - before).toBe(20);
  expect(run.shelf.openFiles).toBe(NETWORK.maxOpenVideosServed);
  expect(first.infos).toHaveLength(64);
  for (const client of crowd) client.carrier.destroy();
  await nextTurn();
  expect(run.service.load).toMatchObject({ clients: 0, videos: 0, awake: 0, peers: 0 });
  expect(run.shelf.openFiles).toBe(0);
});

test("a video whose files were closed tells, when they are open again, what has come meanwhile", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const run = new ServeRun();
  const growing = run.video(20 * 1_048_576, 999, [0]);
  const [store] = run.shelf.stores.values();
  const client = run.client();
  await client.says(hello(1, growing.manifest.id));
  const crowd = Array.from({ length: 4 }, (_, at) => run.client(`peer ${at}`));
  for (let at = 0; at < NETWORK.maxOpenVideosServed; at++)
    await (crowd[at >> 6] as FrameClient).says(hello(at, run.video(17_000 + at, at + 1).manifest.id));
  await store?.write(19, growing.chunk(19));
  expect(run.shelf.users.get(Buffer.from(growing.manifest.id).toString("hex"))).toBe(0);
  await client.says(get(1, 1));
  expect(client.answers).toMatchObject([{ status: "ok" }]);
  vi.advanceTimersByTime(NETWORK.holdingsGatherMs);
  await client.settle();
  expect(client.infos).toHaveLength(2);
  expect(client.infos[1]?.bitmap).toEqual(Uint8Array.of(1, 0, 8));
});

test("files that are being read are not closed for others: when all are, the next reader is told that this is busy", async () => {
  const shelf = new OpenShelf();
  const videos = new ServedVideos(shelf);
  const ids = Array.from({ length: NETWORK.maxOpenVideosServed + 1 }, (_, at) =>
    shelf.add(madeVideo(100 + at, at + 1)),
  );
  const gate = Promise.withResolvers<void>();
  const last = ids.pop() as Uint8Array;
  const reads = ids.map((id) => videos.use(id, () => gate.promise));
  await nextTurn();
  expect(await videos.use(last, () => Promise.resolve("read"))).toBe("busy");
  gate.resolve();
  await Promise.all(reads);
  expect(await videos.use(last, () => Promise.resolve("read"))).toBe("read");
  await videos.close();
  expect([shelf.openFiles, videos.sizes.videos]).toEqual([0, 0]);
});
