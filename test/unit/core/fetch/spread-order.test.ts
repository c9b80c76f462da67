import { expect, test } from "vitest";
import { spreadOrder } from "../../../../src/core/fetch/spread-order.ts";

test.each([1, 2, 31, 32, 500, 16_384])("an order of %i chunks names each once", (chunks) => {
  expect([...spreadOrder(chunks, 5)].sort((a, b) => a - b)).toEqual(Array.from({ length: chunks }, (_, i) => i));
});

test("neighbours stay together, so that a disk mostly reads on", () => {
  const order = spreadOrder(1024, 7);
  let jumps = 0;
  for (let place = 1; place < order.length; place++) if (order[place] !== (order[place - 1] as number) + 1) jumps++;
  expect(jumps).toBeLessThanOrEqual(1024 / 8);
});

test("clients with other seeds begin elsewhere; the same seed gives the same order", () => {
  const firsts = new Set(Array.from({ length: 32 }, (_, seed) => spreadOrder(1024, seed)[0]));
  expect(firsts.size).toBeGreaterThan(16);
  expect(spreadOrder(1024, 3)).toEqual(spreadOrder(1024, 3));
});
