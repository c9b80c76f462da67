import { Effects } from "../../src/core/effects.ts";
import { FindCore } from "../../src/core/find/find-core.ts";
import type { FindLimits } from "../../src/core/find/find-options.ts";
import type { FindEffect, FindInput, SearchEnd } from "../../src/core/find/find-types.ts";
import type { HeldVideo, Wanted } from "../../src/core/wire/stream/find-message.ts";
import type { Random } from "../random.ts";
import type { StreamActor, StreamMessage, StreamWorld } from "./stream-world.ts";

/** What a find core is to its shell; a bug may be planted in between. */
export interface FindBrain {
  handle(input: FindInput, nowMs: number, effects: Effects<FindEffect>): void;
}

/** A bug put in on purpose, or other limits. */
export interface FindPlant {
  readonly makeBrain?: (core: FindCore) => FindBrain;
  readonly limits?: Partial<FindLimits>;
}

/** Who holds what, for all of a world. */
export type Holdings = (host: number, wanted: Wanted) => readonly HeldVideo[];

/** One search, as its shell saw it. */
export interface Search {
  readonly queryId: Uint8Array;
  /** Holders whose records were signed. */
  readonly holders: Set<number>;
  /** `found` effects, forged ones included. */
  candidates: number;
  ended: SearchEnd | undefined;
  endedAtMs: number;
}

/** What the check of a signature takes. */
const CHECK_MS = 0.1;

/** A holder's record: its number, and something only it can make. */
export function recordOf(host: number, isSigned: boolean = true): Uint8Array {
  const record = new Uint8Array(8);
  new DataView(record.buffer).setUint32(0, host);
  if (isSigned) record[7] = 1;
  return record;
}

/** The holder of a record; `undefined` when it did not sign it. */
export const signerOf = (record: Uint8Array): number | undefined =>
  record.length === 8 && record[7] === 1 ? new DataView(record.buffer, record.byteOffset).getUint32(0) : undefined;

/** 16 random bytes. */
export const drawQueryId = (random: Random): Uint8Array =>
  Uint8Array.from({ length: 16 }, () => random.integer(0, 255));

/** An honest host whose neighbours are chosen for it: the find core, and what its shell does. */
export class Finder implements StreamActor {
  readonly core: FindCore;
  readonly #number: number;
  readonly #world: StreamWorld;
  readonly #holdings: Holdings;
  readonly #random: Random;
  readonly #brain: FindBrain;
  readonly #effects = new Effects<FindEffect>();
  readonly #searches = new Map<string, Search>();

  constructor(number: number, world: StreamWorld, holdings: Holdings, random: Random, plant: FindPlant = {}) {
    this.#number = number;
    this.#world = world;
    this.#holdings = holdings;
    this.#random = random;
    this.core = new FindCore({ random: () => random.unit(), limits: plant.limits ?? {} }, world.nowMs);
    this.#brain = plant.makeBrain?.(this.core) ?? this.core;
  }

  start(): void {}

  dialFailed(): void {}

  opened(peer: number): void {
    this.handle({ type: "joined", peer: String(peer) });
  }

  closed(peer: number): void {
    this.handle({ type: "left", peer: String(peer) });
  }

  received(from: number, message: StreamMessage): void {
    if (message.type !== "peers") this.handle({ type: "frame", from: String(from), message });
  }

  wake(): void {
    this.handle({ type: "wake" });
  }

  /** Begins a search, which goes on as the world runs. */
  search(wanted: Wanted, enoughHolders: number): Search {
    const queryId = drawQueryId(this.#random);
    const search: Search = { queryId, holders: new Set(), candidates: 0, ended: undefined, endedAtMs: Infinity };
    this.#searches.set(queryId.join(), search);
    this.handle({ type: "search", queryId, wanted, enoughHolders });
    return search;
  }

  handle(input: FindInput): void {
    this.#effects.clear();
    this.#brain.handle(input, this.#world.nowMs, this.#effects);
    for (const effect of [...this.#effects.list]) this.#perform(effect);
    if (this.#effects.wakeAtMs !== Infinity) this.#world.wakeAt(this.#number, this.#effects.wakeAtMs);
  }

  #perform(effect: FindEffect): void {
    switch (effect.type) {
      case "send":
        this.#world.send(this.#number, Number(effect.to), effect.message);
        break;
      case "look-up":
        this.#lookUp(effect.queryId, effect.wanted);
        break;
      case "found":
        this.#found(effect.queryId, effect.record);
        break;
      case "search-ended": {
        const search = this.#searches.get(effect.queryId.join());
        if (search === undefined) break;
        search.ended = effect.reason;
        search.endedAtMs = this.#world.nowMs;
        break;
      }
      case "drop":
        this.#world.close(this.#number, Number(effect.peer));
        break;
    }
  }

  /** The library takes up to a ms; what is not held is not waited for. */
  #lookUp(queryId: Uint8Array, wanted: Wanted): void {
    const videos = this.#holdings(this.#number, wanted);
    const answer = (): void => this.handle({ type: "looked-up", queryId, record: recordOf(this.#number), videos });
    this.#world.at(this.#world.nowMs + this.#random.unit(), answer);
  }

  /** Checks the signature, a moment later as in life, and counts the holder if it is one's own. */
  #found(queryId: Uint8Array, record: Uint8Array): void {
    const search = this.#searches.get(queryId.join());
    if (search === undefined) return;
    search.candidates++;
    const holder = signerOf(record);
    if (holder !== undefined) search.holders.add(holder);
    this.#world.at(this.#world.nowMs + CHECK_MS, () => {
      if (holder !== undefined) this.handle({ type: "holder", queryId, holder: String(holder) });
      this.handle({ type: "checked", queryId });
    });
  }
}
