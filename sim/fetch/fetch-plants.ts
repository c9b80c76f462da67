import { FetchCore } from "../../src/core/fetch/fetch-core.ts";
import type { FetchEffect, FetchInput } from "../../src/core/fetch/fetch-types.ts";
import type { FetchPlant } from "./fetch-run.ts";

type Get = Extract<FetchEffect, { readonly type: "get" }>;

/** Changes each Get; the n-th is 0, 1, … */
const changed = (change: (get: Get, index: number) => readonly FetchEffect[]): FetchPlant => {
  let index = 0;
  return { effect: (effect) => (effect.type === "get" ? change(effect, index++) : [effect]) };
};

/** Inputs of a kind never reach the core. */
export const deafTo = (type: FetchInput["type"]): FetchPlant => ({
  input: (input) => (input.type === type ? [] : [input]),
});

/** A holder is asked for the chunk after the one that was meant. */
export const nextChunkAsked = (): FetchPlant => changed((get) => [{ ...get, chunk: Math.max(0, get.chunk - 1) }]);

/** A slice begins one leaf too late. */
export const oneLeafOff = (): FetchPlant => changed((get) => [{ ...get, firstLeaf: get.firstLeaf + 1 }]);

/** Each holder is asked twice at first. */
export function twoAtFirst(): FetchPlant {
  const known = new Set<number>();
  return changed((get, index) => {
    if (known.has(get.holder)) return [get];
    known.add(get.holder);
    return [get, { ...get, request: 1_000_000 + index }];
  });
}

/** The first slices are asked for again and again. */
export const askedForEver = (): FetchPlant =>
  changed((get, index) =>
    Array.from({ length: index < 3 ? 100 : 1 }, (_, copy) =>
      copy === 0 ? get : { ...get, request: 1_000_000 + 100 * index + copy },
    ),
  );

/** Who was dropped is asked all the same. */
export function droppedAsked(): FetchPlant {
  let dropped: number | undefined;
  return {
    effect(effect) {
      if (effect.type === "drop") dropped = effect.holder;
      return effect.type === "get" && dropped !== undefined ? [{ ...effect, holder: dropped }] : [effect];
    },
  };
}

/** A chunk is put together when its first slice is asked for. */
export const assembledEarly = (): FetchPlant =>
  changed((get) => (get.leaves < 64 ? [get, { type: "assembled", chunk: get.chunk }] : [get]));

/** What is taken back is taken back twice. */
export const cancelledTwice = (): FetchPlant => ({
  effect: (effect) => (effect.type === "cancel" ? [effect, effect] : [effect]),
});

/** The bound on memory is four times too large. */
export const hoarding = (): FetchPlant => ({
  make: (options) => new FetchCore({ ...options, memoryBytes: 4 * (options.memoryBytes ?? 0) }),
});

/** A holder that sent wrong bytes is not dropped. */
export const forgiving = (): FetchPlant => ({
  effect: (effect) => (effect.type === "drop" && effect.reason === "wrong-bytes" ? [] : [effect]),
  input: (input) => (input.type === "wrong" ? [{ ...input, type: "refused", status: "refused" }] : [input]),
});
