import { chunkLength, type Geometry, geometryOf } from "../../src/core/content/geometry.ts";
import { sliceLength } from "../../src/core/content/proof.ts";
import { Effects } from "../../src/core/effects.ts";
import { FetchCore } from "../../src/core/fetch/fetch-core.ts";
import type { FetchEffect, FetchInput, FetchOptions } from "../../src/core/fetch/fetch-types.ts";
import { EventQueue } from "../event-queue.ts";
import { Random } from "../random.ts";
import { FetchChecker } from "./fetch-checker.ts";
import type { FetchPlan, HolderPlan } from "./fetch-scenario.ts";
import { type SimAnswer, type SimClock, SimHolder } from "./sim-holder.ts";

type Get = Extract<FetchEffect, { readonly type: "get" }>;

/** What a run of the simulator needs of a core. */
export interface FetchBrain {
  handle(input: FetchInput, nowMs: number, effects: Effects<FetchEffect>): void;
}

/** A bug put in on purpose between a core and its world. */
export interface FetchPlant {
  readonly make?: (options: FetchOptions) => FetchBrain;
  readonly effect?: (effect: FetchEffect) => readonly FetchEffect[];
  readonly input?: (input: FetchInput) => readonly FetchInput[];
}

interface Stream {
  readonly id: number;
  readonly plan: HolderPlan;
  readonly sim: SimHolder;
  receivedBytes: number;
}

/** A body's verification takes as long as one worker needs for it, at 800 MB/s. */
const VERIFY_BYTES_PER_MS = 800_000;

/** One client with its real core, its holders and its disk, in virtual time. */
export class FetchRun implements SimClock {
  readonly plan: FetchPlan;
  readonly geometry: Geometry;
  readonly checker: FetchChecker;
  readonly streams: Map<number, Stream> = new Map();
  readonly core: FetchBrain;
  /** The real core, when none was planted. */
  readonly fetchCore: FetchCore | undefined;
  readonly drops: { readonly plan: HolderPlan; readonly reason: string; readonly stream: Stream }[] = [];
  /** Told of everything that the core wants, and of each verified slice. */
  onEffect: (effect: FetchEffect) => void = () => {};
  onVerified: (get: Get) => void = () => {};
  onLeaves: () => void = () => {};
  /** Of each holder, bodies that were found to be wrong. */
  readonly wrongBodies: Map<number, number> = new Map();
  nowMs = 0;
  completeAtMs: number = Infinity;
  receivedBytes = 0;
  readonly kept: Set<number> = new Set();
  readonly #random: Random;
  readonly #plant: FetchPlant;
  readonly #events = new EventQueue<() => void>();
  readonly #effects = new Effects<FetchEffect>();
  readonly #gets = new Map<number, Get>();
  readonly #cancelled = new Set<number>();
  #wakeAtMs = Infinity;
  #diskFreeMs = 0;
  #verifierFreeMs = 0;
  #nextHolder = 1;
  #healed = false;

  constructor(seed: number, plan: FetchPlan, plant: FetchPlant = {}) {
    this.plan = plan;
    this.#plant = plant;
    this.#random = new Random(seed);
    this.geometry = geometryOf(plan.bytes);
    const held = this.#random.fork("held");
    for (let chunk = 0; chunk < this.geometry.chunks; chunk++) if (held.chance(plan.heldShare)) this.kept.add(chunk);
    const has = (chunk: number): boolean => this.kept.has(chunk);
    this.checker = new FetchChecker(this.geometry, plan.memoryBytes, has);
    const { wantAll, memoryBytes } = plan;
    const options: FetchOptions = { geometry: this.geometry, held: has, wantAll, seed, memoryBytes };
    this.fetchCore = plant.make === undefined ? new FetchCore(options) : undefined;
    this.core = this.fetchCore ?? (plant.make as (given: FetchOptions) => FetchBrain)(options);
    for (const holder of plan.holders) this.at(holder.fromMs, () => this.#open(holder, holder.untilMs));
    for (const [reader, { atMs, position, bytesPerMs }] of plan.readers.entries())
      this.at(atMs, () =>
        this.tell({ type: "reader", reader, position, end: plan.bytes, bytesPerSecond: bytesPerMs * 1000 }),
      );
    this.tell({ type: "wake" });
  }

  at(atMs: number, act: () => void): void {
    if (atMs < Infinity) this.#events.push(Math.max(this.nowMs, atMs), act);
  }

  /** Runs until nothing is left to happen, the fetch is complete, or a time. */
  run(untilMs: number): void {
    while (this.completeAtMs === Infinity) {
      const nextMs = Math.min(this.#events.nextMs, this.#wakeAtMs);
      if (nextMs > untilMs) return;
      this.nowMs = nextMs;
      if (this.#wakeAtMs <= this.#events.nextMs) {
        this.#wakeAtMs = Infinity;
        this.tell({ type: "wake" });
      } else this.#events.pop()?.();
    }
  }

  /** Runs until a time, which it then is. */
  waitUntil(atMs: number): void {
    this.run(atMs);
    this.nowMs = Math.max(this.nowMs, atMs);
  }

  /** All faults are over: who died is back, and everybody wants all of it. */
  heal(): void {
    this.#healed = true;
    const [first] = this.plan.holders;
    if (first !== undefined)
      this.#open({ ...first, vice: undefined, share: 1, cutFromMs: Infinity, bytesPerMs: 5000 }, Infinity);
    this.completeAtMs = Infinity;
    this.tell({ type: "want-all", wanted: true });
  }

  /** Gives the core an input, and does what it wants. */
  tell(input: FetchInput): void {
    for (const each of this.#plant.input?.(input) ?? [input]) {
      this.checker.input(each);
      this.#effects.clear();
      this.core.handle(each, this.nowMs, this.#effects);
      this.#wakeAtMs = Math.min(this.#wakeAtMs, Math.max(this.nowMs, this.#effects.wakeAtMs));
      const effects = [...this.#effects.list];
      for (const effect of effects.flatMap((wanted) => this.#plant.effect?.(wanted) ?? [wanted])) this.#do(effect);
    }
  }

  #open(plan: HolderPlan, untilMs: number): void {
    const id = this.#nextHolder++;
    const random = this.#random.fork(`holder ${id}`);
    const first = random.fork("held");
    const holdings = Array.from({ length: this.geometry.chunks }, () => plan.share === 1 || first.chance(plan.share));
    const deliver = (answer: SimAnswer): void => this.#answer(id, answer);
    const sim = new SimHolder(this, plan, random, (chunk) => holdings[chunk] === true, deliver);
    const stream: Stream = { id, plan, sim, receivedBytes: 0 };
    this.streams.set(id, stream);
    const before = random.fork("before");
    const early = before.chance(0.3) ? before.integer(0, 15) : undefined;
    this.tell({ type: "holder", holder: id, roundTripMs: 2 * plan.delayMs + plan.jitterMs, early });
    const bitmap = new Uint8Array(Math.ceil(this.geometry.chunks / 8));
    for (const [chunk, isHeld] of holdings.entries())
      if (isHeld || plan.vice === "boasts") bitmap[chunk >> 3] = (bitmap[chunk >> 3] as number) | (1 << (chunk & 7));
    this.tell({ type: "holds", holder: id, firstChunk: 0, bitmap });
    // Whoever lies may have told the truth once.
    if (before.chance(0.3)) this.tell({ type: "proven", holder: id });
    this.at(untilMs, () => {
      this.#close(id);
      if (!this.#healed) this.at(plan.backMs, () => this.#open(plan, Infinity));
    });
  }

  #close(id: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    stream.sim.end();
    this.streams.delete(id);
    this.tell({ type: "gone", holder: id });
  }

  #do(effect: FetchEffect): void {
    this.checker.effect(effect);
    this.onEffect(effect);
    switch (effect.type) {
      case "get":
        this.#gets.set(effect.request, effect);
        this.streams.get(effect.holder)?.sim.get({ ...effect, bytes: sliceLength(effect, this.geometry) });
        break;
      case "cancel":
        this.#cancelled.add(effect.request);
        this.streams.get(effect.holder)?.sim.cancel(effect.request);
        break;
      case "assembled":
        this.#write(effect.chunk);
        break;
      case "drop":
        this.#drop(effect.holder, effect.reason);
        break;
      case "complete":
        this.completeAtMs = this.nowMs;
        break;
      case "discard":
        break;
    }
  }

  #drop(id: number, reason: string): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    this.drops.push({ plan: stream.plan, reason, stream });
    stream.sim.end();
    this.streams.delete(id);
    for (const [request, get] of this.#gets) if (get.holder === id) this.#cancelled.add(request);
  }

  #answer(holder: number, answer: SimAnswer): void {
    const { request } = answer;
    const get = this.#gets.get(request);
    const stream = this.streams.get(holder);
    if (get === undefined || stream === undefined) return;
    if (answer.type === "arrived") {
      const bytes = sliceLength(get, this.geometry);
      this.receivedBytes += bytes;
      stream.receivedBytes += bytes;
      this.tell({ type: "arrived", holder, request });
      if (!this.#cancelled.has(request)) this.#verify(get, answer.good);
    } else if (answer.type === "begins") this.tell({ type: "begins", holder, request });
    else this.tell({ ...answer, holder });
  }

  #verify(get: Get, isGood: boolean): void {
    const bytes = sliceLength(get, this.geometry);
    this.#verifierFreeMs = Math.max(this.nowMs, this.#verifierFreeMs) + bytes / VERIFY_BYTES_PER_MS;
    this.at(this.#verifierFreeMs, () => {
      if (this.#cancelled.has(get.request)) return;
      if (isGood) this.onVerified(get);
      else this.wrongBodies.set(get.holder, (this.wrongBodies.get(get.holder) ?? 0) + 1);
      this.tell({ type: isGood ? "verified" : "wrong", holder: get.holder, request: get.request });
      if (isGood && bytes === chunkLength(this.geometry, get.chunk)) this.#write(get.chunk);
    });
  }

  #write(chunk: number): void {
    const bytes = chunkLength(this.geometry, chunk);
    this.#diskFreeMs = Math.max(this.nowMs, this.#diskFreeMs) + bytes / this.plan.diskBytesPerMs;
    this.at(this.#diskFreeMs, () => this.tell({ type: "written", chunk }));
    const { syncMs } = this.plan;
    const syncAtMs = syncMs === 0 ? this.#diskFreeMs : Math.ceil(this.#diskFreeMs / syncMs) * syncMs + 1;
    this.at(syncAtMs, () => {
      this.kept.add(chunk);
      this.tell({ type: "kept", chunk });
    });
  }
}
