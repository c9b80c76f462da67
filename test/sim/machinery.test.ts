import { expect, test } from "vitest";
import { EventQueue } from "../../sim/event-queue.ts";
import { Random } from "../../sim/random.ts";
import { hopsFrom, makeTopology, SHAPES } from "../../sim/topology.ts";
import { seedsOf } from "./seeds.ts";

test("events come out by their time, and those of one time in the order in which they went in", () => {
  for (const seed of seedsOf(30, 50)) {
    const random = new Random(seed);
    const queue = new EventQueue<{ atMs: number; number: number }>();
    const out: { atMs: number; number: number }[] = [];
    const take = (): void => {
      const next = queue.pop();
      if (next !== undefined) out.push(next);
    };
    const all = Array.from({ length: 300 }, (_, number) => ({ atMs: random.integer(0, 20), number }));
    for (const event of all) queue.push(event.atMs, event);
    while (queue.size > 0) take();
    expect(out).toEqual(all.toSorted((a, b) => a.atMs - b.atMs || a.number - b.number));
  }
});

test("a fork does not depend on what was drawn before", () => {
  const drawn = new Random(7);
  drawn.next();
  expect(drawn.fork("links").next()).toBe(new Random(7).fork("links").next());
  expect(drawn.fork("links").next()).not.toBe(drawn.fork("peers").next());
});

test("every topology is connected, without loops onto itself, and each link is known at both ends", () => {
  for (const seed of seedsOf(31, 50)) {
    const random = new Random(seed);
    for (const shape of SHAPES) {
      const topology = makeTopology(shape, random.integer(3, 40), random);
      expect(Math.max(...hopsFrom(topology, 0, () => true))).toBeLessThan(Infinity);
      for (const [peer, neighbours] of topology.entries()) {
        expect(neighbours).not.toContain(peer);
        for (const neighbour of neighbours) expect(topology[neighbour]).toContain(peer);
      }
    }
  }
});
