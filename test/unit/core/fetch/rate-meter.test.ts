import { expect, test } from "vitest";
import { RateMeter } from "../../../../src/core/fetch/rate-meter.ts";

/** Sends requests of `bytes` one behind the other, `depth` at a time, over a link of a rate. */
function run(
  meter: RateMeter,
  bytesPerMs: number,
  roundTripMs: number,
  bytes: number,
  depth: number,
  count: number,
): number {
  const sent: { mark: ReturnType<RateMeter["mark"]>; doneMs: number }[] = [];
  let nowMs = 0;
  let linkFreeMs = 0;
  for (let index = 0; index < count; index++) {
    if (sent.length === depth) {
      const first = sent.shift() as (typeof sent)[number];
      nowMs = first.doneMs;
      meter.delivered(bytes, nowMs);
      meter.sample(first.mark, nowMs);
    }
    linkFreeMs = Math.max(linkFreeMs, nowMs + roundTripMs) + bytes / bytesPerMs;
    sent.push({ mark: meter.mark(sent.length * bytes, nowMs), doneMs: linkFreeMs });
  }
  return nowMs;
}

test("bytes that were asked for before there was a meter do not count as fast ones", () => {
  const meter = new RateMeter(20);
  const mark = meter.mark(0, 0);
  meter.delivered(65_536, 1, false);
  meter.delivered(65_536, 86, true);
  meter.sample(mark, 86);
  expect(meter.bytesPerMs).toBeCloseTo(65_536 / 66, 0);
  expect(meter.deliveredBytes).toBe(131_072);
});

test("a full link's rate is measured to a few percent", () => {
  const meter = new RateMeter(20);
  run(meter, 6250, 20, 1_048_576, 3, 40);
  expect(meter.bytesPerMs / 6250).toBeCloseTo(1, 1);
  expect(meter.windowBytes).toBeGreaterThan(6250 * 20);
  expect(meter.windowBytes).toBeLessThan(2 * 6250 * 25);
});

test("a burst after a pause is not taken for a fast link", () => {
  const meter = new RateMeter(10);
  run(meter, 1000, 10, 65_536, 3, 20);
  const marks = [5000, 5001, 5002].map((atMs, index) => meter.mark(65_536 * (index + 1), atMs));
  for (const mark of marks) {
    meter.delivered(65_536, 5003);
    meter.sample(mark, 5003);
  }
  expect(meter.bytesPerMs).toBeLessThan(1500);
});

test("the round trip is the shortest, and follows slowly when the way has become longer", () => {
  const meter = new RateMeter(100);
  meter.roundTrip(20);
  expect(meter.roundTripMs).toBe(20);
  meter.roundTrip(100);
  expect(meter.roundTripMs).toBe(30);
});

test("before anything has come there is no rate", () => {
  const meter = new RateMeter(5);
  expect(meter.measured).toBe(false);
  expect(meter.windowBytes).toBe(0);
});

test("a rate that had to wait for us pulls the estimate up at once, and down slowly", () => {
  const meter = new RateMeter(10);
  run(meter, 1000, 10, 65_536, 3, 20);
  const before = meter.bytesPerMs;
  const mark = meter.mark(0, 10_000);
  expect(mark.idle && mark.limited).toBe(true);
  meter.delivered(65_536, 10_400);
  meter.sample(mark, 10_400);
  expect(meter.bytesPerMs).toBeGreaterThan(0.9 * before);
});
