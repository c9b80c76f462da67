import { expect, test } from "vitest";
import { Effects } from "../../../src/core/effects.ts";

test("the earliest wake that was asked for is the one that counts", () => {
  const effects = new Effects<string>();
  expect(effects.wakeAtMs).toBe(Infinity);
  effects.wakeAt(50);
  effects.wakeAt(70);
  effects.wakeAt(30);
  expect(effects.wakeAtMs).toBe(30);
});

test("the list is one and the same, emptied for every event", () => {
  const effects = new Effects<string>();
  const { list } = effects;
  effects.push("a");
  effects.wakeAt(1);
  effects.clear();
  expect(effects.list).toBe(list);
  expect([list.length, effects.wakeAtMs]).toEqual([0, Infinity]);
});
