import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Carrier } from "../../src/node/carrier.ts";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { type CarrierPairs, directPairs, libp2pPairs } from "./support/carriers.ts";
import { Recorder, record, sent } from "./support/recorder.ts";

const MIB = 1_048_576;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const kinds: [string, () => Promise<CarrierPairs>][] = [
  ["a direct carrier", directPairs],
  ["a carrier over libp2p", libp2pPairs],
];

/** Bytes that differ everywhere from their neighbours and from those a block further on. */
function content(bytes: number, seed = SEED): Buffer {
  const random = new Random(seed);
  const words = Uint32Array.from({ length: Math.ceil(bytes / 4) }, () => random.uint32());
  return Buffer.from(words.buffer, 0, bytes);
}

/** Cuts bytes into sends of parts, of none to hundreds of thousands of bytes. */
function cut(bytes: Uint8Array, random: Random): Uint8Array[][] {
  const sends: Uint8Array[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const parts = random.list(random.below(4), () => {
      const most = random.pick([0, 1, 11, 5000, 16_384, 70_000, 262_144, 700_000]);
      const part = bytes.subarray(at, at + random.between(Math.min(1, most), most));
      at += part.length;
      return part;
    });
    sends.push(parts);
  }
  return sends;
}

/** Turns of the event loop until nothing changes any more: as long as a paused connection fills up. */
async function untilStill(value: () => number): Promise<number> {
  let still = 0;
  let before = value();
  while (still < 400) {
    await nextTurn();
    const now = value();
    still = now === before ? still + 1 : 0;
    before = now;
  }
  return before;
}

describe.for(kinds)("%s", ([kind, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("brings bytes whole and in order, however they are cut, and tells of each send once and in order", async () => {
    for (let round = 0; round < 4; round++) {
      const random = new Random(SEED + round);
      const { client, holder } = await pairs.pair();
      const from = round % 2 === 0 ? client : holder;
      const recorder = record(from === client ? holder : client);
      const other = record(from);
      const bytes = content(random.between(MIB, 4 * MIB), SEED + round);
      const sends = cut(bytes, random);
      const told: number[] = [];
      for (const [index, parts] of sends.entries()) {
        from.send(parts, (isSent) => told.push(isSent ? index : -1));
        if (random.oneIn(3)) await nextTurn();
      }
      await recorder.until(bytes.length);
      expect(recorder.all.equals(bytes)).toBe(true);
      await from.close();
      await Promise.all([recorder.untilEnd(), other.untilEnd()]);
      expect(told).toEqual(sends.map((_, index) => index));
      expect([recorder.end, other.end, recorder.faults, other.faults]).toEqual(["well", "well", [], []]);
    }
  });

  test("says whose bytes they are, and never calls back inside a send", async () => {
    const { client, holder } = await pairs.pair();
    expect(client.kind).toBe(kind === "a direct carrier" ? "direct" : "libp2p");
    // Who opened a direct one knows how far away the other side is.
    expect((client.roundTripMs ?? 0) > 0).toBe(kind === "a direct carrier");
    expect(holder.roundTripMs).toBeUndefined();
    expect([client.peer, holder.peer].every((peer) => peer.length > 5)).toBe(true);
    let isInside = true;
    const told = new Promise((resolve) => client.send([content(100)], () => resolve(isInside)));
    isInside = false;
    expect(await told).toBe(false);
    client.destroy();
    const late = new Promise((resolve) => {
      let isIn = true;
      client.send([content(100)], (isSent) => resolve([isIn, isSent]));
      isIn = false;
    });
    expect(await late).toEqual([false, false]);
  });
});

describe.for(kinds)("%s, with what it is given", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("leaves bytes alone that are changed when they are said to be sent", async () => {
    const { client, holder } = await pairs.pair();
    const recorder = record(client, false);
    const wrong: number[] = [];
    let at = 0;
    recorder.bytes = (view): void => {
      for (let index = 0; index < view.length; index += 997) {
        const expected = 1 + Math.floor((at + index) / MIB);
        if (view[index] !== expected) wrong.push(at + index);
      }
      at += view.length;
      Recorder.prototype.bytes.call(recorder, view);
    };
    const pooled = Buffer.alloc(MIB);
    for (let count = 1; count <= 24; count++) {
      pooled.fill(count);
      expect(await sent(holder, pooled)).toBe(true);
    }
    await recorder.until(24 * MIB);
    expect(wrong).toEqual([]);
    await client.close();
  });

  test("loses nothing that came before the start", async () => {
    const { client, holder } = await pairs.pair();
    const bytes = content(300_000);
    client.send([bytes]);
    await untilStill(() => client.queuedBytes);
    const recorder = record(holder);
    await recorder.until(bytes.length);
    expect(recorder.all.equals(bytes)).toBe(true);
    client.destroy();
  });

  test("brings what was sent before an end that comes before the start", async () => {
    const { client, holder } = await pairs.pair();
    const bytes = content(50_000);
    client.send([bytes]);
    void client.close();
    await untilStill(() => client.queuedBytes);
    const recorder = record(holder);
    await recorder.untilEnd();
    expect([recorder.all.equals(bytes), recorder.end]).toEqual([true, "well"]);
  });
});

describe.for(kinds)("%s, closed", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("gives everything that was sent before a close, and says the end once and last", async () => {
    const { client, holder } = await pairs.pair();
    const [recorder, other] = [record(client), record(holder)];
    const bytes = content(6 * MIB);
    const told: boolean[] = [];
    for (let at = 0; at < bytes.length; at += MIB) holder.send([bytes.subarray(at, at + MIB)], (ok) => told.push(ok));
    await Promise.all([holder.close(), recorder.untilEnd(), other.untilEnd()]);
    expect(recorder.all.equals(bytes)).toBe(true);
    expect(told).toEqual([true, true, true, true, true, true]);
    expect([recorder.end, other.end, recorder.faults, other.faults]).toEqual(["well", "well", [], []]);
    await Promise.all([holder.close(), client.close()]);
    client.destroy();
    expect(await sent(client, bytes)).toBe(false);
    expect(recorder.faults).toEqual([]);
  });
});

describe.for(kinds)("%s that is held back", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  /** Sends pieces of 256 KiB for as long as less than 1 MiB is queued. @returns bytes sent so far */
  function keepSending(carrier: Carrier, mostBytes: number): () => number {
    const piece = content(262_144);
    let bytes = 0;
    const fill = (): void => {
      while (carrier.queuedBytes < MIB && bytes < mostBytes) {
        bytes += piece.length;
        carrier.send([piece], (isSent) => {
          if (isSent) fill();
        });
      }
    };
    fill();
    return () => bytes;
  }

  test("a pause holds the sender back: 256 MiB stay there, and what is queued is bounded on both sides", async () => {
    const { client, holder } = await pairs.pair();
    const recorder = record(client, false);
    await sent(holder, content(1000));
    await recorder.until(1000);
    client.pause();
    const rssBefore = process.memoryUsage().rss;
    const most = 256 * MIB;
    const count = keepSending(holder, most);
    // Windows of yamux, buffers of two kernels, and what both sides hold: far from 256 MiB.
    const stuckAt = await untilStill(count);
    expect(stuckAt).toBeLessThan(48 * MIB);
    expect(holder.queuedBytes).toBeLessThan(1.5 * MIB);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(96 * MIB);
    // A view that was on its way may still have come.
    expect(recorder.bytesCome).toBeLessThan(1000 + 65_536);
    client.resume();
    await recorder.until(1000 + most);
    expect(count()).toBe(most);
    await holder.close();
    await recorder.untilEnd();
    expect([recorder.end, recorder.bytesCome, recorder.faults]).toEqual(["well", 1000 + most, []]);
  });
});

describe.for(kinds)("%s, paused and busy", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("a pause in the middle of what comes is obeyed at once, and a thousand pauses lose nothing", async () => {
    const { client, holder } = await pairs.pair();
    const bytes = content(8 * MIB);
    const recorder = new Recorder();
    const early: string[] = [];
    let isPaused = false;
    let pauses = 0;
    client.start({
      bytes: (view) => {
        if (isPaused) early.push("bytes while it was paused");
        recorder.bytes(view);
        client.pause();
        isPaused = true;
        pauses++;
        setImmediate(() => {
          isPaused = false;
          client.resume();
        });
      },
      ended: (reason) => recorder.ended(reason),
    });
    for (let at = 0; at < bytes.length; at += MIB) holder.send([bytes.subarray(at, at + MIB)]);
    await holder.close();
    await recorder.untilEnd();
    expect(recorder.all.equals(bytes)).toBe(true);
    expect([early, recorder.end, recorder.faults]).toEqual([[], "well", []]);
    expect(pauses).toBeGreaterThan(100);
  });

  test("16 MiB echoed in both directions at once do not block one another", async () => {
    const { client, holder } = await pairs.pair();
    const piece = content(262_144);
    const all = 16 * MIB;
    const echo = (carrier: Carrier): Recorder => {
      const recorder = new Recorder(false);
      carrier.start({
        bytes: (view) => {
          recorder.bytes(view);
          // Its own half is sent, and half of what comes is sent back.
          if (recorder.bytesCome <= all) carrier.send([view.slice()]);
        },
        ended: (reason) => recorder.ended(reason),
      });
      for (let at = 0; at < all; at += piece.length) carrier.send([piece]);
      return recorder;
    };
    const [one, other] = [echo(client), echo(holder)];
    await Promise.all([one.until(1.9 * all), other.until(1.9 * all)]);
    client.destroy();
    holder.destroy();
  });
});

describe.for(kinds)("%s that is destroyed", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("ends both sides promptly, tells every send that it did not leave, and gives nothing more", async () => {
    const { client, holder } = await pairs.pair();
    const [recorder, other] = [record(client), record(holder, false)];
    await sent(holder, content(1000));
    await recorder.until(1000);
    client.pause();
    let told = 0;
    let untold = 0;
    for (let count = 0; count < 80; count++) {
      untold++;
      holder.send([content(MIB, 1)], () => {
        untold--;
        told++;
      });
    }
    await untilStill(() => untold);
    expect(untold).toBeGreaterThan(0);
    const closing = holder.close();
    client.destroy("enough");
    await Promise.all([recorder.untilEnd(), other.untilEnd(), closing, client.close()]);
    expect([recorder.end, recorder.bytesCome]).toEqual(["enough", 1000]);
    expect([untold, told, recorder.faults, other.faults]).toEqual([0, 80, [], []]);
    expect(holder.queuedBytes).toBe(0);
    client.destroy();
    expect(recorder.end).toBe("enough");
  });
});

describe.for(kinds)("%s, cut off", ([, make]) => {
  let pairs: CarrierPairs;
  beforeAll(async () => {
    pairs = await make();
  });
  afterAll(() => pairs.close());

  test("the other side hears a reason when it ended with something under way", async () => {
    const { client, holder } = await pairs.pair();
    const [recorder, other] = [record(client, false), record(holder)];
    for (let count = 0; count < 64; count++) holder.send([content(MIB, 1)]);
    await recorder.until(MIB);
    holder.destroy("gone");
    await Promise.all([recorder.untilEnd(), other.untilEnd()]);
    expect(other.end).toBe("gone");
    expect(recorder.bytesCome).toBeLessThan(64 * MIB);
    expect(recorder.faults).toEqual([]);
    client.destroy();
  });
});
