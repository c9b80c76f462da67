import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkSet } from "../../src/core/transfer/chunk-set.ts";

interface Model {
  readonly members: Set<number>;
}

type Command = fc.Command<Model, ChunkSet>;

const always = (): boolean => true;

/** After every command both have the same smallest member, and agree on the one that was touched. */
function agree(model: Model, real: ChunkSet, touched: number): void {
  expect(real.min()).toBe(model.members.size === 0 ? -1 : Math.min(...model.members));
  expect(real.has(touched)).toBe(model.members.has(touched));
}

const add = (member: number): Command => ({
  check: always,
  run: (model, real) => {
    model.members.add(member);
    real.add(member);
    agree(model, real, member);
  },
  toString: () => `add(${member})`,
});

const remove = (member: number): Command => ({
  check: always,
  run: (model, real) => {
    model.members.delete(member);
    real.delete(member);
    agree(model, real, member);
  },
  toString: () => `delete(${member})`,
});

const removeMin = (): Command => ({
  check: ({ members }) => members.size > 0,
  run: (model, real) => {
    const least = real.min();
    model.members.delete(least);
    real.delete(least);
    agree(model, real, least);
  },
  toString: () => "delete(min())",
});

const clear = (): Command => ({
  check: always,
  run: (model, real) => {
    model.members.clear();
    real.clear();
    agree(model, real, 0);
  },
  toString: () => "clear()",
});

test.for([1, 32, 33, 1024, 1100, 40_000])("a set of capacity %i is a set", (capacity) => {
  // Near the edges of words and levels, where an index goes wrong.
  const member = fc.oneof(
    fc.nat(capacity - 1),
    fc.constantFrom(0, 31, 32, 1023, 1024, 32_767).map((at) => at % capacity),
  );
  const commands = fc.commands(
    [member.map(add), member.map(add), member.map(remove), fc.constant(removeMin()), fc.constant(clear())],
    { maxCommands: 100 },
  );
  fc.assert(
    fc.property(commands, (list) => {
      fc.modelRun(() => ({ model: { members: new Set<number>() }, real: new ChunkSet(capacity) }), list);
    }),
    { numRuns: 100 },
  );
});
