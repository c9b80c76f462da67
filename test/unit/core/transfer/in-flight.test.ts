import { describe, expect, test } from "vitest";
import { InFlight } from "../../../../src/core/transfer/in-flight.ts";

const sent = (...order: number[]): InFlight => {
  const flights = new InFlight();
  for (const [at, item] of order.entries()) flights.sent(item, at);
  return flights;
};

const items = (flights: InFlight): number[] => [...flights.items()].map(({ item }) => item);

test("requests are in flight in the order of sending until they are answered", () => {
  const flights = sent(5, 3, 9);
  expect([flights.size, flights.nextSequence]).toEqual([3, 3]);
  expect(items(flights)).toEqual([5, 3, 9]);
  expect(flights.answered(3)).toMatchObject({ item: 3, sequence: 1, sentAtMs: 1, repeat: false });
  expect(items(flights)).toEqual([5, 9]);
  expect(flights.size).toBe(2);
});

test("an answer to what was not asked, or was answered, is none", () => {
  const flights = sent(1);
  expect(flights.answered(2)).toBeUndefined();
  flights.answered(1);
  expect(flights.answered(1)).toBeUndefined();
  expect(flights.has(1)).toBe(false);
});

test("the oldest is the first that is not over", () => {
  const flights = sent(1, 2, 3);
  expect(flights.oldest()?.item).toBe(1);
  flights.answered(1);
  expect(flights.oldest()?.item).toBe(2);
  for (const item of [2, 3]) flights.answered(item);
  expect(flights.oldest()).toBeUndefined();
  flights.sent(4, 10);
  expect(flights.oldest()?.item).toBe(4);
});

describe("an expired request", () => {
  test("takes no room, and its answer is still welcome", () => {
    const flights = sent(1, 2);
    const oldest = flights.oldest();
    if (oldest !== undefined) flights.expire(oldest);
    expect(flights.size).toBe(1);
    expect(flights.has(1)).toBe(true);
    expect(flights.answered(1)).toMatchObject({ expired: true });
    expect(flights.size).toBe(1);
  });

  test("expires once", () => {
    const flights = sent(1);
    const [flight] = [...flights.items()];
    if (flight !== undefined) {
      flights.expire(flight);
      flights.expire(flight);
    }
    expect(flights.size).toBe(0);
  });

  test("that is asked again is a repeat: its round trip is ambiguous", () => {
    const flights = sent(1);
    const oldest = flights.oldest();
    if (oldest !== undefined) flights.expire(oldest);
    flights.sent(1, 50);
    expect(flights.size).toBe(1);
    expect(flights.answered(1)).toMatchObject({ sentAtMs: 50, repeat: true });
    expect([flights.size, items(flights)]).toEqual([0, []]);
  });
});

describe("overtaking", () => {
  test("is an answer to a request sent so many later, once the older one has had its time", () => {
    const flights = sent(1, 2, 3, 4);
    flights.answered(3);
    expect(flights.overtaken(3, 0, 100)).toBeUndefined();
    flights.answered(4);
    expect(flights.overtaken(3, 101, 100)).toBeUndefined(); // too young
    expect(flights.overtaken(3, 100, 100)?.item).toBe(1);
  });

  test("of an answered request is none", () => {
    const flights = sent(1, 2, 3, 4);
    flights.answered(1);
    flights.answered(4);
    expect(flights.overtaken(3, 0, 100)).toBeUndefined();
  });
});

test("many thousands of requests leave nothing behind", () => {
  const flights = new InFlight();
  for (let item = 0; item < 50_000; item++) {
    flights.sent(item, item);
    if (item >= 10) flights.answered(item - 10);
    if (item % 7 === 0) {
      const oldest = flights.oldest();
      if (oldest !== undefined) flights.expire(oldest);
    }
  }
  expect(items(flights).length).toBe(flights.size);
  expect(flights.size).toBeLessThanOrEqual(10);
});
