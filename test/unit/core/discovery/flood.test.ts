import { describe, expect, test } from "vitest";
import { Flood, onwardTtlHops } from "../../../../src/core/discovery/flood.ts";

const flood = (): Flood => new Flood({ memoryMs: 700, maxRemembered: 3 });

test.for([
  [3, 2],
  [2, 1],
  [1, 0],
  [0, 0],
  [4, 2],
  [65_535, 2],
] as const)("a TTL of %i goes on as %i where the limit is 3", ([ttlHops, onward]) => {
  expect(onwardTtlHops(ttlHops, 3)).toBe(onward);
});

describe("a question", () => {
  test("is answered and sent on the first time", () => {
    expect(flood().hear("q", 2, 0)).toEqual({ answer: true, forwardTtlHops: 2 });
    expect(flood().hear("q", 0, 0)).toEqual({ answer: true, forwardTtlHops: 0 });
  });

  test("with as many hops or fewer is passed over", () => {
    const one = flood();
    one.hear("q", 2, 0);
    for (const hops of [2, 1, 0]) {
      expect(one.isKnown("q", hops, 1)).toBe(true);
      expect(one.hear("q", hops, 1)).toEqual({ answer: false, forwardTtlHops: 0 });
    }
  });

  test("with more hops is sent on again, and not answered again", () => {
    const one = flood();
    one.hear("q", 0, 0);
    expect(one.isKnown("q", 1, 1)).toBe(false);
    expect(one.hear("q", 1, 1)).toEqual({ answer: false, forwardTtlHops: 1 });
    expect(one.hear("q", 1, 2)).toEqual({ answer: false, forwardTtlHops: 0 });
    expect(one.hear("q", 2, 3)).toEqual({ answer: false, forwardTtlHops: 2 });
  });

  test("is forgotten 700 ms after it was first seen; duplicates do not extend that", () => {
    const one = flood();
    one.hear("q", 2, 100);
    one.hear("q", 2, 799);
    expect(one.isKnown("q", 2, 799)).toBe(true);
    expect(one.isKnown("q", 2, 800)).toBe(false);
    expect(one.hear("q", 2, 800)).toEqual({ answer: true, forwardTtlHops: 2 });
  });

  test("does not hide another one", () => {
    const one = flood();
    one.hear("q", 2, 0);
    expect(one.hear("r", 2, 0).answer).toBe(true);
  });
});

describe("the memory", () => {
  test("holds at most so many, and forgets the oldest first", () => {
    const one = flood();
    for (const [at, key] of ["a", "b", "c", "d"].entries()) one.hear(key, 2, at);
    expect(one.remembered).toBe(3);
    expect(one.isKnown("a", 2, 5)).toBe(false);
    expect(one.isKnown("b", 2, 5)).toBe(true);
  });

  test("is emptied by time alone, whatever is heard next", () => {
    const one = flood();
    for (const key of ["a", "b", "c"]) one.hear(key, 2, 0);
    one.hear("d", 2, 1000);
    expect(one.remembered).toBe(1);
  });

  test("to ask whether a question is known is not to hear it", () => {
    const one = flood();
    expect(one.isKnown("q", 0, 0)).toBe(false);
    expect(one.remembered).toBe(0);
  });
});
