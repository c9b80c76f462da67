import { afterEach, describe, expect, test, vi } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { type FetchMessage, LAST_LEAF } from "../../../src/core/wire/stream/fetch-message.ts";
import { type FrameClient, nextTurn, ServeRun } from "../support/serve-run.ts";

const MIB = 1_048_576;
const hello = (number: number, id: Uint8Array): FetchMessage => ({
  type: "hello",
  version: 1,
  videos: [{ number, id }],
});
const get = (request: number, number: number, chunk = 0, leaves = 1, firstLeaf = 0): FetchMessage => ({
  ...{ type: "get", request, number, chunk, firstLeaf, leaves, priority: 0 },
});
const complaint = (number: number, chunk: number): FetchMessage => ({ type: "complaint", number, chunk });
const answersOf = (client: FrameClient): [number, string][] =>
  client.answers.map(({ request, status }) => [request, status]);
const sizesTold = (client: FrameClient): number[] => client.infos.map(({ bytes }) => bytes);

/** Time that goes on when it is told to; promises and turns of the event loop are real. */
const fakeTime = (): void => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
afterEach(() => void vi.useRealTimers());

/** Videos of a leaf and a bit, all different. */
const smallVideos = (run: ServeRun, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => run.video(17_000 + at, at + 1).manifest.id);

describe("a client's stream", () => {
  test("that opens more videos than it may hears that the last is not here, and lives on; closed ones make room", async () => {
    const run = new ServeRun();
    const ids = smallVideos(run, NETWORK.maxOpenVideosPerClient + 2);
    const client = run.client();
    for (const [at, id] of ids.entries()) await client.says(hello(at, id));
    expect(client.holder.over).toBeUndefined();
    expect(client.infos.filter(({ bytes }) => bytes === 0).map(({ number }) => number)).toEqual([64, 65]);
    await client.says({ type: "close", number: 3 }, hello(70, ids[65] as Uint8Array));
    expect(client.infos.at(-1)).toMatchObject({ number: 70, bytes: 17_065 });
    await client.says(get(1, 3), get(2, 70));
    expect(answersOf(client)).toEqual([
      [1, "not-held"],
      [2, "ok"],
    ]);
  });

  test("of a peer counts with its others: there are no more videos of one peer than of two full streams", async () => {
    const run = new ServeRun();
    const ids = smallVideos(run, 192);
    const clients = [0, 1, 2].map(() => run.client("one peer"));
    for (const [at, id] of ids.entries()) await (clients[Math.floor(at / 64)] as FrameClient).says(hello(at, id));
    const told = clients.map((client) => sizesTold(client).filter((bytes) => bytes > 0).length);
    expect(told).toEqual([64, 64, 0]);
    clients[0]?.carrier.destroy();
    await nextTurn();
    await clients[2]?.says(hello(1000, ids[191] as Uint8Array));
    expect(clients[2]?.infos.at(-1)?.bytes).toBe(17_191);
  });
});

describe("a client", () => {
  test("is told that an impossible slice is not held, and so with a video that is not open", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(3 * MIB + 5);
    const client = run.client();
    await client.says(hello(1, manifest.id));
    await client.says(get(1, 1, 4), get(2, 1, 0, 2, 1), get(3, 1, 0, 3), get(4, 1, 3, 1, 1), get(5, 9));
    await client.says({ type: "get-manifest", request: 6, number: 9 }, get(7, 1, 0, 64));
    expect(answersOf(client)).toEqual([...[1, 2, 3, 4, 5, 6].map((request) => [request, "not-held"]), [7, "ok"]]);
    expect(run.counts.get("client-get-impossible")).toBe(4);
    expect(run.counts.get("client-get-unopened")).toBe(2);
    expect(client.holder.over).toBeUndefined();
  });

  test("that is not read is ended before its answers take memory, and what it owes is forgotten", async () => {
    fakeTime();
    const run = new ServeRun();
    const { manifest } = run.video(2 * MIB, 1, [0]);
    const client = run.client();
    await client.says(hello(1, manifest.id));
    client.carrier.pause();
    let most = 0;
    for (let round = 0; round < 40 && client.holder.over === undefined; round++) {
      await client.says(...Array.from({ length: 100 }, (_, at) => get(100 * round + at, 1, 1)));
      vi.advanceTimersByTime(100);
      most = Math.max(most, client.holder.sends);
    }
    expect(client.holder.over).toBe("it does not read its answers");
    expect(run.counts.get("client-unread")).toBe(1);
    expect(most).toBeLessThanOrEqual(NETWORK.maxUnreadReplyBytes / (11 + NETWORK.replyOverheadBytes));
    expect(most).toBeGreaterThan(1500);
    await nextTurn();
    expect(run.service.load).toMatchObject({ clients: 0, requests: 0, unreadBytes: 0 });
  });

  test("that reads may be refused as often as it likes to ask", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(2 * MIB, 1, [0]);
    const client = run.client();
    await client.says(hello(1, manifest.id));
    for (let round = 0; round < 10; round++)
      await client.says(...Array.from({ length: 100 }, (_, at) => get(100 * round + at, 1, 1)));
    expect(client.answers).toHaveLength(1000);
    expect(client.holder.over).toBeUndefined();
  });
});

describe("a client that opens a video", () => {
  test("may ask for the manifest in the same breath as for the video, once", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(3 * MIB + 5);
    const client = run.client();
    const ask = (request: number, number: number): FetchMessage => ({ type: "get-manifest", request, number });
    await client.says(hello(1, manifest.id), ask(1, 1), ask(2, 1));
    expect(answersOf(client).sort()).toEqual([
      [1, "ok"],
      [2, "not-held"],
    ]);
    await client.says(hello(2, new Uint8Array(32).fill(9)), ask(3, 2));
    expect(answersOf(client).at(-1)).toEqual([3, "not-held"]);
    expect(run.service.load.requests).toBe(0);
  });

  test("may ask for the last leaf, whatever its size, and a few slices in the same breath as for the video", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(3 * MIB + 5);
    const client = run.client();
    const last = (request: number, number: number): FetchMessage => get(request, number, LAST_LEAF);
    await client.says(hello(1, manifest.id), last(1, 1), get(2, 1, 0, 4), get(3, 1, 9), get(4, 1, 0, 4, 4), get(5, 1));
    await client.says(last(6, 1));
    expect(answersOf(client).sort()).toEqual([
      [1, "ok"],
      [2, "ok"],
      [3, "not-held"],
      [4, "ok"],
      // One more than may wait.
      [5, "not-held"],
      [6, "ok"],
    ]);
    const leaf = client.answers.find(({ request }) => request === 1);
    expect(leaf).toMatchObject({ bodyBytes: 5, proof: { length: 6 * 32 } });
    await client.says(hello(2, new Uint8Array(32).fill(9)), last(7, 2), last(8, 3));
    expect(answersOf(client).slice(-2).sort()).toEqual([
      [7, "not-held"],
      [8, "not-held"],
    ]);
    expect(run.service.load.requests).toBe(0);
    expect(client.holder.over).toBeUndefined();
  });
});

describe("a client of a growing video", () => {
  test("that does not take its news is told no more of them, and all at once when it does", async () => {
    fakeTime();
    const run = new ServeRun();
    const made = run.video(200 * MIB, 1, [0]);
    const [store] = run.shelf.stores.values();
    const client = run.client();
    await client.says(hello(1, made.manifest.id));
    const bring = async (chunk: number): Promise<void> => {
      await store?.write(chunk, made.chunk(chunk));
      vi.advanceTimersByTime(NETWORK.holdingsGatherMs);
      await nextTurn();
    };
    client.carrier.pause();
    for (let chunk = 1; chunk < 20; chunk++) await bring(chunk);
    expect(client.holder.sends).toBe(1);
    client.carrier.resume();
    await client.settle();
    vi.advanceTimersByTime(NETWORK.holdingsGatherMs);
    await client.settle();
    expect(client.infos.map(({ firstChunk, bitmap }) => [firstChunk, [...bitmap].slice(0, 3)])).toEqual([
      [0, [1, 0, 0]],
      [0, [3]],
      [0, [255, 255, 15]],
    ]);
  });
});

describe("what left", () => {
  test("is counted, and what was ordered and never sent is not", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(4 * MIB);
    const client = run.client();
    await client.says(hello(1, manifest.id));
    await client.says(get(1, 1, 0, 64));
    expect(run.service.uploadedBytes).toBe(MIB + 11);
    client.carrier.pause();
    await client.says(get(2, 1, 1, 64), get(3, 1, 2, 64));
    client.carrier.destroy();
    await nextTurn();
    expect(run.service.uploadedBytes).toBe(MIB + 11);
  });
});

describe("a video that is forgotten", () => {
  test("is not here for anybody until the ban ends, and its clients are told, with all they wait for refused", async () => {
    const run = new ServeRun(1);
    const { manifest } = run.video(4 * MIB);
    const client = run.client();
    await client.says(hello(1, manifest.id));
    await client.says(get(1, 1, 0, 64), get(2, 1, 1, 64), get(3, 1, 2, 64));
    expect(answersOf(client)).toEqual([[1, "ok"]]);
    const [endBan, endOther] = await Promise.all([1, 2].map(() => run.service.forget(manifest.id)));
    expect(run.shelf.openFiles).toBe(0);
    expect(run.service.load).toMatchObject({ requests: 0, queued: 0, orderedBytes: 0 });
    await client.says(hello(5, manifest.id));
    await client.says(get(4, 1));
    expect(sizesTold(client)).toEqual([4 * MIB, 0, 0]);
    expect(answersOf(client).slice(1)).toEqual([
      [2, "refused"],
      [3, "refused"],
      [4, "not-held"],
    ]);
    endBan?.();
    endBan?.();
    await client.says(hello(6, manifest.id));
    endOther?.();
    await client.says(hello(7, manifest.id));
    expect(sizesTold(client).slice(3)).toEqual([0, 4 * MIB]);
  });

  test("while it is being opened is let go all the same", async () => {
    const run = new ServeRun();
    const { manifest } = run.video(MIB);
    const client = run.client();
    const said = client.says(hello(1, manifest.id));
    const endBan = await run.service.forget(manifest.id);
    await said;
    expect([run.shelf.openFiles, sizesTold(client)]).toEqual([0, [0]]);
    endBan();
  });
});

describe("a complaint", () => {
  test("of what was sent has the chunk looked at: one that is damaged is not held any more", async () => {
    const run = new ServeRun();
    const made = run.video(2 * MIB);
    const [store] = run.shelf.stores.values();
    const client = run.client();
    await client.says(hello(1, made.manifest.id));
    await client.says(get(1, 1, 1, 64));
    const check = vi.spyOn(store as NonNullable<typeof store>, "check").mockImplementation((chunk) => {
      store?.held.delete(chunk);
      return Promise.resolve("lost");
    });
    await client.says(complaint(1, 0), complaint(7, 1));
    expect(check).not.toHaveBeenCalled();
    await client.says(complaint(1, 1), complaint(1, 1));
    expect(check.mock.calls).toEqual([[1]]);
    expect(run.counts.get("complaint-true")).toBe(1);
    expect(run.counts.get("complaint-of-nothing")).toBe(3);
    await client.says(get(2, 1, 1, 64));
    expect(answersOf(client)).toEqual([
      [1, "ok"],
      [2, "not-held"],
    ]);
  });

  test("of one chunk is looked into once a minute, and of all a bounded number, one after the other", async () => {
    fakeTime();
    const run = new ServeRun();
    const ids = Array.from({ length: 40 }, (_, at) => run.video(17_000 + at, at + 1).manifest.id);
    const client = run.client();
    const checks = [...run.shelf.stores.values()].map((store) => vi.spyOn(store, "check"));
    const looks = (): number => checks.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const [at, id] of ids.entries()) {
      for (const one of [hello(at, id), get(at, at), complaint(at, 0)]) await client.says(one);
      vi.advanceTimersByTime(1);
    }
    await client.says(get(100, 0), complaint(0, 0));
    for (let turn = 0; turn < 100; turn++) {
      vi.advanceTimersByTime(10);
      await nextTurn();
    }
    expect(looks()).toBe(NETWORK.maxComplaintChecksPerMinute);
    vi.advanceTimersByTime(60_000);
    await client.says(get(101, 0), complaint(0, 0));
    expect(checks[0]?.mock.calls).toHaveLength(2);
  });
});
