import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chunkLeaves, LEAF_BYTES } from "../../../src/core/content/geometry.ts";
import { sliceLength, sliceProofHashes } from "../../../src/core/content/proof.ts";
import { LAST_LEAF } from "../../../src/core/wire/stream/fetch-message.ts";
import { HolderStream, type ResponseTaker } from "../../../src/node/holder-stream.ts";
import { Random } from "../../property/support/random.ts";
import { SEED } from "../../property/support/seed.ts";
import { carrierPair, type MemoryCarrier } from "../support/carrier-pair.ts";
import type { MadeVideo } from "../support/made-video.ts";
import { nextTurn, ServeRun } from "../support/serve-run.ts";

const MIB = 1_048_576;
const STEPS = 400;

/** One request, and all that its taker was told. */
interface Asked {
  readonly said: string[];
  isCancelled: boolean;
}

/** A client and a holder that do everything that they can, in an order that follows from a number. */
class Play {
  readonly random: Random;
  readonly run: ServeRun;
  readonly atClient: MemoryCarrier;
  readonly atHolder: MemoryCarrier;
  readonly stream: HolderStream;
  readonly asked: Map<number, Asked> = new Map();
  /** Responses on the wire, by request. */
  readonly answers: Map<number, number> = new Map();
  readonly #made: MadeVideo[];
  readonly #numbers: { readonly number: number; readonly video: MadeVideo }[] = [];
  readonly #bans: (() => void)[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
    // With a limit requests wait for long, without one they wait for the client.
    this.run = new ServeRun(this.random.pick([0, 100_000]));
    this.#made = [this.run.video(3 * MIB + 70_000, 1), this.run.video(50_000, 2), this.run.video(5 * MIB, 3, [0, 3])];
    const { atClient, atHolder } = carrierPair();
    this.atClient = atClient;
    this.atHolder = atHolder;
    const send = atHolder.send.bind(atHolder);
    atHolder.send = (parts, onSent): void => {
      const [first = new Uint8Array(0)] = parts;
      const request = Buffer.from(first).readUInt32BE(5);
      if (first[4] === 5) this.answers.set(request, (this.answers.get(request) ?? 0) + 1);
      send(parts, onSent);
    };
    this.run.service.accept(atHolder);
    this.stream = new HolderStream(atClient, () => {});
  }

  async step(): Promise<void> {
    const { random, stream } = this;
    const open = this.#numbers.length === 0 ? undefined : random.pick(this.#numbers);
    const request = random.pick([...this.asked.keys(), 0]);
    const moves: (() => unknown)[] = [
      () => this.#open(),
      () => open && random.oneIn(4) && stream.close(open.number),
      () => this.#cancel(request),
      () => open && stream.complain(open.number, random.below(6)),
      () => random.pick([this.atClient, this.atHolder]).pause(),
      () => this.#resume(),
      () => this.#forget(),
      () => this.#bans.pop()?.(),
      () => this.#resume(),
      () => random.oneIn(16) && [...this.run.shelf.stores.values()][random.below(3)]?.held.delete(random.below(4)),
      () => vi.advanceTimersByTime(random.below(200)),
    ];
    const gets = (): void => {
      if (open !== undefined) for (let more = random.below(4); more >= 0; more--) this.#get(open.number, open.video);
    };
    const carry = (): unknown =>
      random.pick([this.atClient, this.atHolder]).move(random.pick([1, 7, 40, 5000, MIB, 2 * MIB]));
    await random.pick([...moves, gets, gets, gets, carry, carry, carry, carry, carry, nextTurn])();
  }

  /** Whatever was held back goes on, until nothing more happens. */
  async settle(): Promise<void> {
    this.#resume();
    for (const endBan of this.#bans) endBan();
    for (let still = 0; still < 5; ) {
      const moved = this.atClient.move(MIB) + this.atHolder.move(MIB);
      still = moved > 0 ? 0 : still + 1;
      if (moved > 0) continue;
      vi.advanceTimersByTime(300);
      await nextTurn();
    }
  }

  closeAll(): void {
    for (const { number } of this.#numbers) this.stream.close(number);
  }

  #open(): void {
    const video = this.random.pick(this.#made);
    const id = this.random.oneIn(6) ? new Uint8Array(32) : video.manifest.id;
    this.#numbers.push({ number: this.stream.open(id, { chunkInfo: () => {}, ended: () => {} }), video });
  }

  #get(number: number, { manifest }: MadeVideo): void {
    const { random } = this;
    const { geometry } = manifest;
    const said: string[] = [];
    const end = (word: string) => (): void => void said.push(word);
    const taker = {
      begins: () => undefined,
      comes: () => {},
      arrived: end("arrived"),
      refused: end("refused"),
      lost: end("lost"),
    };
    const isManifest = random.oneIn(8);
    const slice = { chunk: random.below(geometry.chunks), firstLeaf: 0, leaves: random.pick([1, 2, 4]) };
    slice.firstLeaf = slice.leaves * random.below(Math.ceil(chunkLeaves(geometry, slice.chunk) / slice.leaves));
    const bytes = sliceLength(slice, geometry);
    const wanted: ResponseTaker = isManifest
      ? { ...taker, minBytes: 1, maxBytes: LEAF_BYTES, proofHashes: 0 }
      : { ...taker, minBytes: bytes, maxBytes: bytes, proofHashes: sliceProofHashes(slice, geometry) };
    // Now and then what no video has: it is answered like everything else.
    const order = random.oneIn(10) ? { chunk: 99, firstLeaf: 3, leaves: 2 } : slice;
    const isLastLeaf = !isManifest && random.oneIn(8);
    const last = { chunk: LAST_LEAF, firstLeaf: 0, leaves: 1, priority: 0 };
    const anySize = { ...taker, minBytes: 1, maxBytes: LEAF_BYTES, proofHashes: undefined };
    const ofKnown = (): number =>
      isManifest
        ? this.stream.getManifest(number, wanted)
        : this.stream.get(number, { ...order, priority: random.below(3) }, wanted);
    const request = isLastLeaf ? this.stream.get(number, last, anySize) : ofKnown();
    this.asked.set(request, { said, isCancelled: false });
  }

  #cancel(request: number): void {
    const asked = this.asked.get(request);
    if (asked === undefined || asked.said.length > 0) return;
    asked.isCancelled = true;
    this.stream.cancel(request);
  }

  #resume(): void {
    this.atClient.resume();
    this.atHolder.resume();
  }

  #forget(): void {
    if (this.#bans.length > 2 || !this.random.oneIn(8)) return;
    const { id } = this.random.pick(this.#made).manifest;
    void this.run.service.forget(id).then((endBan) => this.#bans.push(endBan));
  }
}

const EMPTY = { requests: 0, queued: 0, orderedBytes: 0, unreadBytes: 0, videos: 0, awake: 0, peers: 0 };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

test("whatever client and holder do in whatever order, each request is answered once, and nothing is left behind", async () => {
  let answered = 0;
  for (let round = 0; round < 40; round++) {
    const play = new Play(SEED + round);
    for (let step = 0; step < STEPS; step++) await play.step();
    await play.settle();
    play.closeAll();
    await play.settle();
    const where = `SEED=${SEED}, round ${round}, ${JSON.stringify([...play.run.counts])}`;
    expect(play.stream.ended, where).toBeUndefined();
    for (const [request, { said, isCancelled }] of play.asked) {
      expect(play.answers.get(request), `${where}, request ${request}`).toBe(1);
      expect(said.length, `${where}, request ${request}: ${said.join()}`).toBeLessThanOrEqual(1);
      if (!isCancelled) expect(said[0], `${where}, request ${request}`).toMatch(/arrived|refused/);
      answered += said.filter((word) => word === "arrived").length;
    }
    expect(play.stream.sizes, where).toEqual({ videos: 0, requests: 0 });
    expect(play.run.service.load, where).toEqual({ ...EMPTY, clients: 1 });
    expect(play.run.shelf.openFiles, where).toBe(0);
  }
  // Not all of it was refused.
  expect(answered).toBeGreaterThan(300);
});

test("a stream that breaks at any moment leaves nothing behind on either side, and tells each taker once", async () => {
  for (let round = 0; round < 60; round++) {
    const play = new Play(SEED + 1000 + round);
    for (let step = play.random.between(20, STEPS); step > 0; step--) await play.step();
    if (play.random.oneIn(2)) play.atHolder.destroy();
    else play.stream.end("it has to go");
    await play.settle();
    const where = `SEED=${SEED}, round ${round}`;
    for (const [request, { said, isCancelled }] of play.asked) {
      expect(play.answers.get(request) ?? 0, `${where}, request ${request}`).toBeLessThanOrEqual(1);
      expect(said.length, `${where}, request ${request}: ${said.join()}`).toBe(
        isCancelled ? Math.min(1, said.length) : 1,
      );
    }
    expect(play.stream.sizes, where).toEqual({ videos: 0, requests: 0 });
    expect(play.run.service.load, where).toEqual({ ...EMPTY, clients: 0 });
    expect(play.run.shelf.openFiles, where).toBe(0);
  }
});
