import { expect, test } from "vitest";
import { ChunkSet } from "../../../../src/core/transfer/chunk-set.ts";

test("an empty set has no smallest member, whatever its capacity", () => {
  for (const capacity of [0, 1, 31, 32, 33, 1024, 1025, 65_536]) expect(new ChunkSet(capacity).min()).toBe(-1);
});

test.for([1, 31, 32, 33, 1023, 1024, 1025, 32_768, 32_769, 65_536])("capacity %i: both ends fit", (capacity) => {
  const set = new ChunkSet(capacity);
  set.add(capacity - 1);
  expect(set.min()).toBe(capacity - 1);
  set.add(0);
  expect(set.min()).toBe(0);
  set.delete(0);
  expect([set.has(0), set.has(capacity - 1)]).toEqual([false, capacity !== 1]);
});

test("the smallest comes out first, and what is deleted is gone", () => {
  const set = new ChunkSet(5000);
  const members = [4097, 5, 31, 32, 1024, 4999, 0];
  for (const member of members) set.add(member);
  const order: number[] = [];
  for (let member = set.min(); member >= 0; member = set.min()) {
    order.push(member);
    set.delete(member);
  }
  expect(order).toEqual([0, 5, 31, 32, 1024, 4097, 4999]);
});

test("to add twice is to add once; to delete what is not there changes nothing", () => {
  const set = new ChunkSet(100);
  set.add(40);
  set.add(40);
  set.delete(41);
  set.delete(70);
  expect(set.min()).toBe(40);
  set.delete(40);
  expect(set.min()).toBe(-1);
});

test("bit 31, the sign of a word, is a member like any other", () => {
  const set = new ChunkSet(64);
  set.add(31);
  set.add(63);
  expect([set.has(31), set.has(30), set.min()]).toEqual([true, false, 31]);
  set.delete(31);
  expect(set.min()).toBe(63);
});

test("clear empties it", () => {
  const set = new ChunkSet(2000);
  for (let member = 0; member < 2000; member += 7) set.add(member);
  set.clear();
  expect(set.min()).toBe(-1);
  expect(set.has(7)).toBe(false);
});
