import type { Stream } from "@libp2p/interface";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { decodeFind, encodeFind } from "../../../src/core/wire/stream/find-codec.ts";
import type { FindMessage } from "../../../src/core/wire/stream/find-message.ts";
import { FindStream } from "../../../src/node/find-stream.ts";

const query = (first: number): FindMessage => ({
  type: "query",
  queryId: new Uint8Array(16).fill(first),
  ttlHops: 1,
  wanted: { kind: "video", id: new Uint8Array(32) },
});
const answer = (first: number): FindMessage => ({
  type: "chunk-info",
  queryId: new Uint8Array(16).fill(first),
  record: new Uint8Array(2000),
  videos: [{ id: new Uint8Array(32), bytes: 1, heldChunks: 1, title: "x".repeat(200) }],
});

const done = (first: number): FindMessage => ({
  type: "done",
  queryId: new Uint8Array(16).fill(first),
  ttlHops: 1,
  flags: 0,
});

/** The other side of a stream, which reads when it is told to. */
class FakeStream extends EventTarget {
  writableNeedsDrain = false;
  readonly sent: FindMessage[] = [];
  aborted: string | undefined;

  send(frame: Uint8Array): boolean {
    const message = decodeFind(frame[4] ?? 0, frame.subarray(5));
    if (message !== undefined && message.type !== "frame-error") this.sent.push(message);
    return !this.writableNeedsDrain;
  }

  abort(error: Error): void {
    this.aborted ??= error.message;
    this.dispatchEvent(new Event("close"));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  says(message: FindMessage): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: encodeFind(message) }));
  }

  reads(): void {
    this.writableNeedsDrain = false;
    this.dispatchEvent(new Event("drain"));
  }
}

interface Run {
  readonly fake: FakeStream;
  readonly stream: FindStream;
  readonly ends: (string | undefined)[];
}

function run(): Run {
  const fake = new FakeStream();
  const ends: (string | undefined)[] = [];
  const sink = {
    message: (): void => undefined,
    ended: (_: FindStream, fault?: string): void => void ends.push(fault),
  };
  return { fake, ends, stream: new FindStream(fake as unknown as Stream, true, sink) };
}

describe("a find stream whose other side reads slowly", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("keeps what is to be sent while the other side does not read, in its order", () => {
    const { fake, stream } = run();
    fake.writableNeedsDrain = true;
    for (const first of [1, 2, 3]) stream.send(query(first));
    expect(fake.sent).toEqual([]);
    fake.reads();
    expect(fake.sent).toEqual([query(1), query(2), query(3)]);
  });

  test("drops the oldest answers when too much waits, and no question", () => {
    const { fake, stream } = run();
    fake.writableNeedsDrain = true;
    stream.send(query(1));
    for (let first = 0; first < 200; first++) stream.send(answer(first));
    stream.send(query(2));
    fake.reads();
    const bytes = fake.sent.reduce((sum, message) => sum + encodeFind(message).length, 0);
    expect(bytes).toBeLessThanOrEqual(NETWORK.maxFindQueueBytes);
    expect(fake.sent.filter(({ type }) => type === "query")).toEqual([query(1), query(2)]);
    expect(fake.sent.at(-2)).toEqual(answer(199));
    expect(stream.droppedAnswers).toBe(200 - (fake.sent.length - 2));
  });

  test("lets no Done overtake an answer, and drops none while there are answers to drop", () => {
    const { fake, stream } = run();
    fake.writableNeedsDrain = true;
    for (let first = 0; first < 200; first++) for (const message of [answer(first), done(first)]) stream.send(message);
    fake.reads();
    expect(fake.sent.filter(({ type }) => type === "done")).toEqual(Array.from({ length: 200 }, (_, at) => done(at)));
    const answers = fake.sent.flatMap((message, at) => (message.type === "chunk-info" ? [at] : []));
    expect(answers.length).toBeGreaterThan(10);
    for (const at of answers) expect(fake.sent[at + 1]?.type).toBe("done");
    expect(stream.droppedAnswers).toBe(200 - answers.length);
  });

  test("drops Dones before questions when too much waits", () => {
    const { fake, stream } = run();
    fake.writableNeedsDrain = true;
    stream.send(query(1));
    for (let sent = 0; sent < 8000; sent++) stream.send(done(sent % 256));
    fake.reads();
    expect(fake.sent[0]).toEqual(query(1));
    expect(fake.sent.length).toBeLessThan(7000);
    expect(stream.droppedAnswers).toBe(0);
  });
});

describe("a find stream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("on which no Hello comes is ended, and it is nobody's fault", () => {
    const { fake, ends } = run();
    vi.advanceTimersByTime(NETWORK.findHelloMs - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ends).toEqual([undefined]);
    expect(fake.aborted).toBe("no Hello came");
  });

  test("is ended when the other side has read nothing for long, and only then", () => {
    const { fake, ends, stream } = run();
    fake.says({ type: "hello", version: 1, name: "" });
    fake.writableNeedsDrain = true;
    stream.send(query(1));
    vi.advanceTimersByTime(NETWORK.findStallMs);
    stream.send(query(2));
    fake.dispatchEvent(new Event("drain"));
    vi.advanceTimersByTime(NETWORK.findStallMs);
    stream.send(query(3));
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    stream.send(query(4));
    expect(ends).toEqual([undefined]);
    expect(fake.aborted).toBe("it does not read");
  });

  test("that was retired brings what comes, and sends nothing", () => {
    const { fake, stream, ends } = run();
    fake.says({ type: "hello", version: 1, name: "" });
    stream.retire();
    stream.send(query(1));
    expect(fake.sent).toEqual([]);
    vi.advanceTimersByTime(NETWORK.findRaceMs);
    expect(ends).toEqual([undefined]);
  });

  test("tells of a fault once, and of nothing after it", () => {
    const { fake, ends } = run();
    fake.says(query(1));
    fake.says({ type: "hello", version: 1, name: "" });
    expect(ends).toEqual(["malformed"]);
  });
});
