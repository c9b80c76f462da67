import { describe, expect, test } from "vitest";
import { HASH_BYTES } from "../../../src/core/content/merkle.ts";
import { EarlySlice } from "../../../src/node/early-slice.ts";
import type { GetOrder, HolderStream, ResponseTaker } from "../../../src/node/holder-stream.ts";

const BYTES = 65_536;
const PROOF = new Uint8Array(4 * HASH_BYTES).fill(3);
const SLICE = { chunk: 0, firstLeaf: 8, leaves: 4 };

/** What the fetch that orders the slice is told. */
class Order implements ResponseTaker {
  readonly minBytes = BYTES;
  readonly maxBytes = BYTES;
  readonly proofHashes = 4;
  readonly told: string[] = [];
  readonly memory = new Uint8Array(BYTES);
  proof: Uint8Array | undefined;

  begins(proof: Uint8Array): Uint8Array {
    this.proof = new Uint8Array(proof);
    this.told.push("begins");
    return this.memory;
  }

  comes(): void {
    this.told.push("comes");
  }

  arrived(): void {
    this.told.push("arrived");
  }

  refused(): void {
    this.told.push("refused");
  }

  lost(): void {
    this.told.push("lost");
  }
}

function early(): { slice: EarlySlice; ordered: GetOrder[] } {
  const ordered: GetOrder[] = [];
  const stream = { get: (_video: number, order: GetOrder) => ordered.push(order) } as unknown as HolderStream;
  return { slice: new EarlySlice(stream, 5, 2), ordered };
}

/** A Response, in steps. */
const steps = (slice: EarlySlice): (() => void)[] => {
  let memory: Uint8Array | undefined;
  return [
    () => {
      memory = slice.begins(PROOF, BYTES);
    },
    () => {
      memory?.fill(7, 0, 1000);
      slice.comes(1000);
    },
    () => {
      memory?.fill(8, 1000);
      slice.arrived();
    },
  ];
};

describe("a slice that was ordered early", () => {
  test("is one of the first chunk, at the highest priority", () => {
    const { slice, ordered } = early();
    expect(ordered).toEqual([{ ...SLICE, priority: 0 }]);
    expect(slice.request).toBe(1);
  });

  test.each([0, 1, 2, 3])("is given to who orders it after %i of three steps, whole, and once", (before) => {
    const { slice } = early();
    const [order, other] = [new Order(), new Order()];
    for (const [at, step] of steps(slice).entries()) {
      if (at === before) expect(slice.give(order, SLICE)).toBe(true);
      step();
    }
    if (before === 3) expect(slice.give(order, SLICE)).toBe(true);
    expect(order.told.filter((word) => word !== "comes")).toEqual(["begins", "arrived"]);
    expect(order.proof).toEqual(PROOF);
    expect([order.memory[0], order.memory[999], order.memory[1000], order.memory[BYTES - 1]]).toEqual([7, 7, 8, 8]);
    expect(slice.give(other, SLICE)).toBe(false);
    expect(other.told).toEqual([]);
  });

  test("is not given for another slice, or when it was refused or lost before", () => {
    const { slice } = early();
    for (const other of [
      { ...SLICE, chunk: 1 },
      { ...SLICE, firstLeaf: 12 },
      { ...SLICE, leaves: 8 },
    ])
      expect(slice.give(new Order(), other)).toBe(false);
    slice.refused("not-held");
    expect(slice.give(new Order(), SLICE)).toBe(false);
    const lost = early().slice;
    lost.begins(PROOF, BYTES);
    lost.lost();
    expect(lost.give(new Order(), SLICE)).toBe(false);
  });

  test.each([
    ["refused", (slice: EarlySlice): void => slice.refused("refused")],
    ["lost", (slice: EarlySlice): void => slice.lost()],
  ])("tells who ordered it that it is %s", (word, act) => {
    const { slice } = early();
    const order = new Order();
    slice.give(order, SLICE);
    act(slice);
    expect(order.told).toEqual([word]);
  });

  test("of another size, or with another proof, than the proven video's is none of it; before it begins the size is told", () => {
    for (const [proof, bytes] of [
      [PROOF, BYTES - 1],
      [PROOF.subarray(HASH_BYTES), BYTES],
    ] as const) {
      const { slice } = early();
      expect([slice.minBytes, slice.maxBytes, slice.proofHashes]).toEqual([1, BYTES, undefined]);
      slice.begins(proof, bytes);
      expect(slice.give(new Order(), SLICE)).toBe(false);
      slice.arrived();
      expect(slice.give(new Order(), SLICE)).toBe(false);
    }
    const { slice } = early();
    slice.give(new Order(), SLICE);
    expect([slice.minBytes, slice.maxBytes, slice.proofHashes]).toEqual([BYTES, BYTES, 4]);
  });
});
