import { expect, test } from "vitest";
import { Flood } from "../../src/core/discovery/flood.ts";
import { ORIGINAL } from "../../src/core/limits.ts";
import { ResponseQueue } from "../../src/core/peer/response-queue.ts";
import { addressOf } from "../../src/core/wire/address.ts";
import { type Episode, fuzz } from "./support/fuzz.ts";
import type { Random } from "./support/random.ts";

/** Many more questions than are remembered, in bursts, with pauses around the memory's length. */
const floodOf =
  (maxRemembered: number) =>
  (random: Random): Episode => {
    const flood = new Flood({ memoryMs: ORIGINAL.questionMemoryMs, maxRemembered });
    let nowMs = 0;
    let key = "";
    return {
      prepare: () => {
        nowMs += random.oneIn(3000) ? random.pick([699, 700, 10_000]) : random.below(100) / 1000;
        key = String(random.below(20_000));
      },
      run: () => {
        const hops = (nowMs % 3) | 0;
        if (!flood.isKnown(key, hops, nowMs)) flood.hear(key, hops, nowMs);
      },
      judge: () => {
        if (flood.remembered > ORIGINAL.maxQuestionsRemembered) throw new Error(`${flood.remembered} remembered`);
      },
    };
  };

test("the flood never remembers more questions than its cap, nor slows down with them", () => {
  fuzz(floodOf(ORIGINAL.maxQuestionsRemembered), { inputs: 60_000, inputsPerEpisode: 20_000 });
});

test("without the cap that is noticed", () => {
  // Ten episodes at most: a long pause, in which everything is forgotten, may come just in time in one of them.
  const many = { inputs: 200_000, inputsPerEpisode: 20_000 };
  expect(() => fuzz(floodOf(Infinity), many)).toThrow(/remembered/);
});

/** Gets of every size from more clients than are served at one time, and drains that come late or not at all. */
function queue(random: Random): Episode {
  const responses = new ResponseQueue();
  let nowMs = 0;
  let taken = 0;
  let sent = 0;
  let act = (): void => {};
  return {
    prepare: () => {
      nowMs += random.oneIn(4) ? random.below(5) : 0;
      if (random.oneIn(3)) act = () => responses.drain(nowMs, () => sent++);
      else {
        const client = addressOf(0x0a000000 + random.below(random.oneIn(2) ? 20 : 2000), 5001);
        const ids = new Array<number>(random.oneIn(4) ? random.below(5000) : random.below(20)).fill(7);
        act = () => {
          taken += ids.length - responses.add(client, ids, nowMs);
        };
      }
    },
    run: () => act(),
    judge: () => {
      if (responses.queued > ORIGINAL.maxQueuedInAll) throw new Error(`${responses.queued} queued`);
      if (responses.queued !== taken - sent)
        throw new Error(`${taken} taken, ${sent} sent, ${responses.queued} queued`);
      if (responses.queued > 0 && responses.nextMs() === Infinity)
        throw new Error("something waits, and no wake is due");
    },
  };
}

test("the queue of Responses never exceeds its cap, and loses or invents none", () => {
  fuzz(queue, { inputs: 30_000, inputsPerEpisode: 3000 });
});
