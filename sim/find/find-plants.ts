import { Effects } from "../../src/core/effects.ts";
import type { FindCore } from "../../src/core/find/find-core.ts";
import type { FindEffect, FindInput } from "../../src/core/find/find-types.ts";
import type { FindBrain, FindPlant } from "./finder.ts";

/** A brain whose effects are changed on their way out. */
class Changed implements FindBrain {
  readonly #core: FindCore;
  readonly #change: (effect: FindEffect, input: FindInput) => readonly FindEffect[];
  readonly #own = new Effects<FindEffect>();

  constructor(core: FindCore, change: (effect: FindEffect, input: FindInput) => readonly FindEffect[]) {
    this.#core = core;
    this.#change = change;
  }

  handle(input: FindInput, nowMs: number, effects: Effects<FindEffect>): void {
    this.#own.clear();
    this.#core.handle(input, nowMs, this.#own);
    for (const effect of this.#own.list) for (const one of this.#change(effect, input)) effects.push(one);
    effects.wakeAt(this.#own.wakeAtMs);
  }
}

/** A Query goes on with the TTL with which it came. */
export const ttlNotLowered = (): FindPlant => ({
  makeBrain: (core) =>
    new Changed(core, (effect, input) => {
      const isForward = input.type === "frame" && effect.type === "send" && effect.message.type === "query";
      if (!isForward || effect.message.type !== "query") return [effect];
      return [{ ...effect, message: { ...effect.message, ttlHops: effect.message.ttlHops + 1 } }];
    }),
});

/** A Query is sent on only the first time, whatever hops it has later. */
export const onlyFirstSentOn = (): FindPlant => ({
  makeBrain(core) {
    const seen = new Set<string>();
    return {
      handle(input, nowMs, effects): void {
        const before = effects.list.length;
        core.handle(input, nowMs, effects);
        if (input.type !== "frame" || input.message.type !== "query") return;
        const key = input.message.queryId.join();
        if (seen.has(key)) effects.list.length = before;
        seen.add(key);
      },
    };
  },
});

/** One answer of others in so many is not passed on. */
export const answersLost = (oneIn: number = 10): FindPlant => {
  let answers = 0;
  return {
    makeBrain: (core) =>
      new Changed(core, (effect, input) => {
        const isRelayed = input.type === "frame" && effect.type === "send" && effect.message.type === "chunk-info";
        return isRelayed && ++answers % oneIn === 0 ? [] : [effect];
      }),
  };
};

/** The widest ring is hardly waited for. */
export const impatient = (): FindPlant => ({ limits: { minWidestRingMs: 0, firstHopMs: 2, minHopMs: 1, maxHopMs: 2 } });

/** Every Query goes to all neighbours twice. */
export const sentTwice = (): FindPlant => ({
  makeBrain: (core) =>
    new Changed(core, (effect) =>
      effect.type === "send" && effect.message.type === "query" ? [effect, effect] : [effect],
    ),
});

/** Nobody says Done: as it was before there were Dones. */
export const doneUnsaid = (): FindPlant => ({
  makeBrain: (core) =>
    new Changed(core, (effect) => (effect.type === "send" && effect.message.type === "done" ? [] : [effect])),
});

/** A Query that is passed on is Done before anybody has answered. */
export const doneTooSoon = (): FindPlant => ({
  makeBrain(core) {
    const unsaid = doneUnsaid().makeBrain?.(core);
    return {
      handle(input, nowMs, effects): void {
        unsaid?.handle(input, nowMs, effects);
        if (input.type !== "frame" || input.message.type !== "query") return;
        const { queryId, ttlHops } = input.message;
        effects.push({ type: "send", to: input.from, message: { type: "done", queryId, ttlHops, flags: 1 } });
      },
    };
  },
});

/** Nobody tells that there is more beyond the hops of a Query. */
export const nothingBeyond = (): FindPlant => ({
  makeBrain: (core) =>
    new Changed(core, (effect) =>
      effect.type === "send" && effect.message.type === "done"
        ? [{ ...effect, message: { ...effect.message, flags: 0 } }]
        : [effect],
    ),
});

/** A ring is waited for as long as it takes: a search that ends has ended by Dones alone. */
export const endlessPatience = (): FindPlant => ({
  limits: { firstHopMs: 1e8, minHopMs: 1e8, maxHopMs: 1e8, maxRingMs: 1e8, questionEndMs: 1e8 },
});

/** Rings follow one another as fast as they are answered. */
export const unpaced = (): FindPlant => ({ limits: { ownRingBurst: 1e9, ownRingsPerSecond: 1e9 } });

/** Nothing is reserved, and one neighbour may have all of the budget. */
export const nothingReserved = (): FindPlant => ({
  limits: {
    reservedQueryBurst: 0,
    reservedQueriesPerSecond: 0,
    queryBurstPerNeighbour: 1e9,
    queriesPerSecondPerNeighbour: 1e9,
  },
});

/** One neighbour may give as many answers as there is room for. */
export const noShares = (): FindPlant => ({ limits: { answersPerHop: 1e9 } });

/** No bug but a lie: each question is answered with 100 holders that do not exist. */
export const forger = (): FindPlant => ({
  makeBrain: (core) => ({
    handle(input, nowMs, effects): void {
      core.handle(input, nowMs, effects);
      if (input.type !== "frame" || input.message.type !== "query") return;
      const { queryId, wanted } = input.message;
      const id = wanted.kind === "video" ? wanted.id : new Uint8Array(32);
      for (let one = 0; one < 100; one++) {
        const videos = [{ id, bytes: one, heldChunks: 1, title: "" }];
        const message = { type: "chunk-info", queryId, record: new Uint8Array(8), videos } as const;
        effects.push({ type: "send", to: input.from, message });
      }
    },
  }),
});

/** No bug but a lie: what is passed on has 255 hops left. */
export const hopRaiser = (): FindPlant => ({
  makeBrain: (core) =>
    new Changed(core, (effect) => {
      if (effect.type !== "send" || effect.message.type !== "query") return [effect];
      return [{ ...effect, message: { ...effect.message, ttlHops: 255 } }];
    }),
});

/** Every third neighbour that comes is not heard of. */
export const joinsUnheard = (): FindPlant => {
  let joins = 0;
  return {
    makeBrain: (core) => ({
      handle(input, nowMs, effects): void {
        if (input.type === "joined" && ++joins % 3 === 0) return;
        core.handle(input, nowMs, effects);
      },
    }),
  };
};
