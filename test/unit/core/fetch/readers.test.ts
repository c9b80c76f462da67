import { expect, test } from "vitest";
import { geometryOf } from "../../../../src/core/content/geometry.ts";
import { Readers } from "../../../../src/core/fetch/readers.ts";
import { NETWORK } from "../../../../src/core/limits.ts";

const MIB = 1_048_576;
const GRAIN = 65_536;
const geometry = geometryOf(200 * MIB);

test("a reader needs its bytes at its rate, and 30 s of them are asked for ahead", () => {
  const readers = new Readers(geometry);
  readers.set(1, MIB, geometry.bytes, 100_000, 1000);
  expect(readers.dueMs(1, 0)).toBe(1000);
  expect(readers.dueMs(1, 10)).toBe(1000 + (10 * GRAIN) / 100);
  expect(readers.dueMs(0, 15)).toBe(Infinity);
  expect(readers.dueMs(1 + Math.ceil((30 * 100_000) / MIB), 0)).toBe(Infinity);
  readers.nowMs = 1000;
  expect(readers.priorityOf(1, 0, 1)).toBe(0);
  expect(readers.priorityOf(2, 0, 1)).toBe(1);
  expect(readers.priorityOf(100, 0, 16)).toBe(2);
  expect(readers.priorityOf(0, 0, 16)).toBe(2);
});

test("what a reader can do without for longer is due later, and is not urgent", () => {
  const readers = new Readers(geometry);
  readers.set(1, 0, geometry.bytes, 100_000, 0, 5000);
  readers.set(2, 8 * MIB, geometry.bytes, 100_000, 0);
  expect(readers.dueMs(0, 0)).toBe(5000);
  expect(readers.priorityOf(0, 0, 1)).toBe(1);
  expect(readers.priorityOf(8, 0, 1)).toBe(0);
  readers.set(1, 0, geometry.bytes, 100_000, 0);
  expect(readers.priorityOf(0, 0, 1), "once it waits").toBe(0);
});

test("a reader that goes on has not jumped; backwards, far ahead or to an earlier end it has", () => {
  const readers = new Readers(geometry);
  const set = (position: number, end: number = geometry.bytes): boolean => readers.set(1, position, end, 100_000, 0);
  expect(set(0)).toBe(false);
  expect(set(MIB)).toBe(false);
  expect(set(MIB / 2)).toBe(true);
  expect(set(100 * MIB)).toBe(true);
  expect(set(101 * MIB, 150 * MIB)).toBe(true);
});

test("of several readers the one that needs a part first counts", () => {
  const readers = new Readers(geometry);
  readers.set(1, 0, geometry.bytes, 1_000_000, 0);
  readers.set(2, 8 * MIB, geometry.bytes, 1_000_000, 0);
  expect(readers.dueMs(8, 0)).toBe(0);
  readers.delete(2);
  expect(readers.dueMs(8, 0)).toBeCloseTo(8 * 1048.576);
});

test("a part that is free again is looked at again, but not what lies behind a reader", () => {
  const readers = new Readers(geometry);
  readers.set(1, 2 * MIB, geometry.bytes, 0, 0);
  const [reader] = readers.values();
  if (reader === undefined) throw new Error("no reader");
  reader.cursor = 100;
  readers.freed(3, 0);
  expect(reader.cursor).toBe(48);
  readers.freed(0, 0);
  expect(reader.cursor).toBe(32);
});

test("positions and ends outside of the video are cut to it, and readers are bounded", () => {
  const readers = new Readers(geometry);
  readers.set(1, -5, 10 * geometry.bytes, -1, 0);
  const [reader] = readers.values();
  expect(reader).toMatchObject({ position: 0, end: geometry.bytes, bytesPerSecond: 0 });
  for (let id = 2; id < 200; id++) readers.set(id, 0, 1, 0, 0);
  expect(readers.size).toBe(NETWORK.maxReaders);
});
