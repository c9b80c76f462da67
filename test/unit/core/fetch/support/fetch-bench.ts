import { type Geometry, geometryOf } from "../../../../../src/core/content/geometry.ts";
import { Effects } from "../../../../../src/core/effects.ts";
import { FetchCore } from "../../../../../src/core/fetch/fetch-core.ts";
import type { FetchEffect, FetchInput, FetchOptions } from "../../../../../src/core/fetch/fetch-types.ts";

/** A Get that a core wanted. */
export type Get = Extract<FetchEffect, { readonly type: "get" }>;

const MIB = 1_048_576;

/** A core on a bench: told things one by one, and asked what it wants. */
export class FetchBench {
  readonly core: FetchCore;
  readonly geometry: Geometry;
  readonly #effects = new Effects<FetchEffect>();
  nowMs = 0;

  constructor(bytes: number, options: Partial<FetchOptions> = {}) {
    this.geometry = geometryOf(bytes);
    this.core = new FetchCore({ geometry: this.geometry, held: () => false, wantAll: true, seed: 1, ...options });
  }

  get wakeAtMs(): number {
    return this.#effects.wakeAtMs;
  }

  tell(input: FetchInput): FetchEffect[] {
    this.#effects.clear();
    this.core.handle(input, this.nowMs, this.#effects);
    return [...this.#effects.list];
  }

  /** A holder of these chunks, or of all. */
  holder(holder: number, chunks?: readonly number[], roundTripMs: number = 10): FetchEffect[] {
    const bitmap = new Uint8Array(Math.ceil(this.geometry.chunks / 8));
    for (const chunk of chunks ?? Array.from({ length: this.geometry.chunks }, (_, index) => index))
      bitmap[chunk >> 3] = (bitmap[chunk >> 3] as number) | (1 << (chunk & 7));
    return [
      ...this.tell({ type: "holder", holder, roundTripMs }),
      ...this.tell({ type: "holds", holder, firstChunk: 0, bitmap }),
    ];
  }

  arrive({ holder, request }: Get): FetchEffect[] {
    return this.tell({ type: "arrived", holder, request });
  }

  verify({ holder, request }: Get): FetchEffect[] {
    return this.tell({ type: "verified", holder, request });
  }

  /** A request is answered well, at a rate in bytes per ms. */
  answer(get: Get, bytesPerMs: number = 5000): FetchEffect[] {
    this.nowMs += 10;
    const begun = this.tell({ type: "begins", holder: get.holder, request: get.request });
    this.nowMs += (get.leaves * 16_384) / bytesPerMs;
    return [...begun, ...this.arrive(get), ...this.verify(get)];
  }

  /** Answers a holder's Gets at once, and those that follow, until it is asked for nothing. */
  answerAll(first: readonly Get[]): FetchEffect[] {
    const list: FetchEffect[] = [];
    const queue = [...first];
    for (let get = queue.shift(); get !== undefined; get = queue.shift()) {
      const effects = [...this.arrive(get), ...this.verify(get)];
      list.push(...effects);
      queue.push(...gets(effects));
      this.nowMs += 1;
    }
    return list;
  }

  /** Lets time pass, with the wakes that the core orders. */
  wait(ms: number): FetchEffect[] {
    const list: FetchEffect[] = [];
    const untilMs = this.nowMs + ms;
    while (this.wakeAtMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.wakeAtMs);
      list.push(...this.tell({ type: "wake" }));
    }
    this.nowMs = untilMs;
    return list;
  }
}

/** The Gets among effects. */
export const gets = (effects: readonly FetchEffect[]): Get[] =>
  effects.filter((effect): effect is Get => effect.type === "get");

/** Effects of a type. */
export const of = (effects: readonly FetchEffect[], type: FetchEffect["type"]): FetchEffect[] =>
  effects.filter((effect) => effect.type === type);

/** So many MiB. */
export const mib = (count: number): number => count * MIB;
