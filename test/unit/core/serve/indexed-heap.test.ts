import { expect, test } from "vitest";
import { type HeapItem, IndexedHeap } from "../../../../src/core/serve/indexed-heap.ts";

interface Item extends HeapItem {
  readonly value: number;
}

const item = (value: number): Item => ({ value, heapIndex: -1 });
const sorted = (items: readonly Item[]): Item[] => [...items].sort((one, other) => one.value - other.value);

test("an indexed heap gives the first of what is in it, whatever was added and taken out", () => {
  const heap = new IndexedHeap<Item>((one, other) => one.value < other.value);
  let held: Item[] = [];
  for (let step = 0; step < 3000; step++) {
    // Steps through residues in a mixed order: all sizes, and removals from everywhere.
    const number = (step * 7919) % 1009;
    if (number % 3 !== 0 || held.length === 0) {
      const one = item(number);
      held.push(one);
      heap.add(one);
    } else {
      const one = held[number % held.length] as Item;
      heap.remove(one);
      heap.remove(one);
      expect(one.heapIndex).toBe(-1);
      held = held.filter((other) => other !== one);
    }
    expect(heap.size).toBe(held.length);
    expect(heap.first?.value).toBe(sorted(held)[0]?.value);
  }
  const order: number[] = [];
  for (let first = heap.first; first !== undefined; first = heap.first) {
    order.push(first.value);
    heap.remove(first);
  }
  expect(order).toEqual(sorted(held).map(({ value }) => value));
});
