import * as fc from "fast-check";
import { test } from "vitest";
import { FetchChecker } from "../../sim/fetch/fetch-checker.ts";
import { geometryOf } from "../../src/core/content/geometry.ts";
import { Effects } from "../../src/core/effects.ts";
import { FetchCore } from "../../src/core/fetch/fetch-core.ts";
import type { FetchEffect, FetchInput } from "../../src/core/fetch/fetch-types.ts";

const MIB = 1_048_576;
const holder = fc.nat(4);
const request = fc.oneof(fc.nat(40), fc.nat(5000));
const chunk = fc.oneof(fc.nat(11), fc.constantFrom(-1, 12, 1e9, 0.5));
const position = fc.integer({ min: -MIB, max: 14 * MIB });

/** Anything that a shell could say, sense or nonsense, in any order. `written` and `kept` follow what was verified. */
const inputs: fc.Arbitrary<FetchInput> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("holder" as const),
      holder,
      roundTripMs: fc.integer({ min: 0, max: 500 }),
      early: fc.option(fc.nat(20), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("proven" as const), holder }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("holds" as const),
      holder,
      firstChunk: fc.constantFrom(0, 8, 3, 1e6),
      bitmap: fc.uint8Array({ minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom("begins" as const, "arrived" as const, "verified" as const),
      holder,
      request,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("comes" as const),
      holder,
      request,
      bytes: fc.integer({ min: -5, max: 2 * MIB }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("wrong" as const), holder, request }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("refused" as const),
      holder,
      request,
      status: fc.constantFrom("refused" as const, "not-held" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("gone" as const), holder }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("written" as const, "kept" as const), chunk }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("reader" as const),
      reader: fc.nat(3),
      position,
      end: position,
      bytesPerSecond: fc.constantFrom(0, 1000, 500_000, 1e9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reader-left" as const), reader: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("want-all" as const), wanted: fc.boolean() }) },
  { weight: 4, arbitrary: fc.constant({ type: "wake" as const }) },
);

const MEMORY_BYTES = 3 * MIB;

/** Tells a core all of it, each with the ms since the one before. @throws Error when something is wrong */
function tellAll(list: readonly (readonly [FetchInput, number])[], bytes: number): void {
  const geometry = geometryOf(bytes);
  const held = (at: number): boolean => at === 2;
  const core = new FetchCore({ geometry, held, wantAll: true, seed: 3, memoryBytes: MEMORY_BYTES });
  const checker = new FetchChecker(geometry, MEMORY_BYTES, held);
  const effects = new Effects<FetchEffect>();
  const open = new Map<number, number>();
  let streams = 0;
  let nowMs = 0;
  for (const [given, ms] of list) {
    nowMs += ms;
    if (given.type === "holder") open.set(given.holder, ++streams);
    const input = onStream(given, open);
    effects.clear();
    checker.input(input);
    core.handle(input, nowMs, effects);
    for (const effect of effects.list) checker.effect(effect);
    const { memoryBytes } = core;
    if (memoryBytes < 0 || memoryBytes > MEMORY_BYTES) checker.findings.push(`counts ${memoryBytes} bytes`);
    if (!(effects.wakeAtMs > nowMs)) checker.findings.push(`orders a wake at ${effects.wakeAtMs}, at ${nowMs}`);
  }
  if (checker.findings.length > 0) throw new Error(checker.findings.join("\n"));
}

test("whatever is told in whatever order, nothing forbidden is wanted, and memory keeps its bound", () => {
  const told = fc.tuple(inputs, fc.integer({ min: 0, max: 700 }));
  fc.assert(
    fc.property(
      fc.array(told, { minLength: 40, maxLength: 250, size: "max" }),
      fc.constantFrom(12 * MIB - 100, 5000, 3 * MIB),
      tellAll,
    ),
    { numRuns: 600 },
  );
});

/** The small holder numbers of the list stand for the latest stream of each: numbers are not used again. */
const onStream = (input: FetchInput, open: ReadonlyMap<number, number>): FetchInput =>
  "holder" in input ? { ...input, holder: open.get(input.holder) ?? 9999 } : input;
