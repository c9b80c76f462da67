import { Effects } from "../../../src/core/effects.ts";
import { NETWORK } from "../../../src/core/limits.ts";
import { ServeCore } from "../../../src/core/serve/serve-core.ts";
import type { ServeEffect, ServeInput } from "../../../src/core/serve/serve-types.ts";

/** What is judged: a ServeCore, or one with a bug planted around it. */
export type Serving = Pick<ServeCore, "handle">;

interface Asked {
  readonly client: number;
  readonly request: number;
  readonly bytes: number;
  readonly priority: number;
  readonly sequence: number;
}

interface Stream {
  readonly key: string;
  readonly waiting: Map<number, Asked>;
  /** Bytes of each Response that was ordered and has not left. */
  readonly ordered: number[];
}

const rule = (holds: boolean, text: string): void => {
  if (!holds) throw new Error(text);
};

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);

/** Runs a ServeCore and judges it by its contract's rules, from what goes in and what comes out alone. */
export class ServeOracle {
  /** Bytes ordered for each key since the beginning. */
  readonly bytesOf: Map<string, number> = new Map();
  readonly dropped: string[] = [];
  readonly orders: Asked[] = [];
  refused = 0;
  nowMs = 1000;
  readonly #core: Serving;
  readonly #effects = new Effects<ServeEffect>();
  readonly #streams = new Map<number, Stream>();
  #bytesPerSecond: number;
  /** How far the bytes ordered are above the rate's line: over no window more than one burst. */
  #excess = 0;
  #excessAtMs = 0;
  #sequence = 0;
  #inQueue = 0;

  constructor(bytesPerSecond = 0, plant: (core: ServeCore) => Serving = (core) => core) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#core = plant(new ServeCore(bytesPerSecond, this.nowMs));
  }

  /** When the core wants a wake; Infinity for never. */
  get wakeAtMs(): number {
    return this.#effects.wakeAtMs;
  }

  /** Gets that wait. */
  get queued(): number {
    return this.#inQueue;
  }

  /** Clients whose streams are open, in order. */
  get clients(): number[] {
    return [...this.#streams.keys()];
  }

  /** Requests that wait at a client. */
  waitingAt(client: number): number[] {
    return [...(this.#streams.get(client)?.waiting.keys() ?? [])];
  }

  /** Bytes ordered and not left, of one client or in all. */
  ordered(client?: number): number {
    const streams = client === undefined ? this.#streams.values() : [this.#streams.get(client)];
    return sum([...streams].map((stream) => sum(stream?.ordered ?? [])));
  }

  open(client: number, key: string): void {
    this.#streams.set(client, { key, waiting: new Map(), ordered: [] });
    this.#step({ type: "client", client, key });
  }

  get(client: number, request: number, bytes: number, priority = 1): void {
    const stream = this.#streams.get(client);
    const isAgain = stream?.waiting.has(request) ?? false;
    const size = stream?.waiting.size ?? 0;
    if (stream !== undefined && !isAgain) {
      stream.waiting.set(request, { client, request, bytes, priority, sequence: this.#sequence++ });
      this.#inQueue++;
    }
    const may =
      size >= NETWORK.maxQueuedGetsPerClient || isAgain || (size > 0 && this.#inQueue > NETWORK.maxQueuedGets);
    this.#step({ type: "get", client, request, bytes, priority }, may ? { client, request, isAgain } : undefined);
  }

  cancel(client: number, request: number): void {
    if (this.#streams.get(client)?.waiting.delete(request) === true) this.#inQueue--;
    this.#step({ type: "cancel", client, request });
  }

  /** The oldest Response to a client leaves. @returns whether there was one */
  leave(client: number): boolean {
    const bytes = this.#streams.get(client)?.ordered.shift();
    if (bytes === undefined) return false;
    this.#step({ type: "left", client, bytes });
    return true;
  }

  gone(client: number): void {
    this.#forget(client);
    this.#step({ type: "gone", client });
  }

  limit(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#excess = 0;
    this.#excessAtMs = this.nowMs;
    this.#step({ type: "upload-limit", bytesPerSecond });
  }

  /** Time passes, with the wakes that the core wants meanwhile. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let wakes = 0; this.wakeAtMs <= untilMs; wakes++) {
      rule(wakes < 100_000, "it wants to be woken on and on");
      this.nowMs = Math.max(this.nowMs, this.wakeAtMs);
      this.#step({ type: "wake" });
    }
    this.nowMs = untilMs;
  }

  /** Everything leaves that is ordered, until nothing waits. @throws Error when something is never answered */
  finish(): void {
    for (let round = 0; this.#inQueue > 0; round++) {
      rule(round < 200_000, "what waits is not answered");
      const left = this.clients.filter((client) => this.leave(client)).length;
      if (left > 0 || this.#inQueue === 0) continue;
      rule(this.wakeAtMs < Infinity, `${this.#inQueue} Gets wait, nothing is under way, and no wake is ordered`);
      this.wait(Math.max(0, this.wakeAtMs - this.nowMs));
    }
  }

  #step(input: ServeInput, mayRefuse?: { client: number; request: number; isAgain: boolean }): void {
    this.#effects.clear();
    this.#core.handle(input, this.nowMs, this.#effects);
    for (const effect of this.#effects.list) {
      if (effect.type === "respond") this.#respond(effect.client, effect.request);
      else if (effect.type === "drop") {
        rule(this.#streams.has(effect.client), `client ${effect.client} dropped, who is not there`);
        this.dropped.push(`${effect.client} ${effect.reason}`);
        this.#forget(effect.client);
      } else {
        const { client, request } = effect;
        rule(
          mayRefuse?.client === client && mayRefuse.request === request,
          `request ${request} refused with room for it`,
        );
        this.refused++;
        if (mayRefuse?.isAgain === false && this.#streams.get(client)?.waiting.delete(request)) this.#inQueue--;
      }
    }
    this.#bounds();
    rule(this.#effects.wakeAtMs > this.nowMs, "a wake for now: the shell would spin");
  }

  #respond(client: number, request: number): void {
    const stream = this.#streams.get(client);
    const asked = stream?.waiting.get(request);
    if (stream === undefined || asked === undefined)
      throw new Error(`request ${request} of ${client} ordered, which does not wait`);
    for (const other of this.#streams.values())
      if (other.key === stream.key)
        for (const one of other.waiting.values())
          rule(!isBefore(one, asked), `request ${request} ordered before ${one.request}, which is more urgent`);
    const own = sum(
      [...this.#streams.values()].filter(({ key }) => key === stream.key).map(({ ordered }) => sum(ordered)),
    );
    const most = NETWORK.maxOrderedBytesPerPeer;
    rule(own === 0 || own + asked.bytes <= most, `${own + asked.bytes} bytes ordered for ${stream.key}`);
    stream.waiting.delete(request);
    stream.ordered.push(asked.bytes);
    this.#inQueue--;
    this.orders.push(asked);
    this.bytesOf.set(stream.key, (this.bytesOf.get(stream.key) ?? 0) + asked.bytes);
    this.#measure(asked.bytes);
  }

  #measure(bytes: number): void {
    if (this.#bytesPerSecond === 0) return;
    const earned = ((this.nowMs - this.#excessAtMs) * this.#bytesPerSecond) / 1000;
    this.#excess = Math.max(0, this.#excess - earned) + bytes;
    this.#excessAtMs = this.nowMs;
    const burst = Math.max(
      NETWORK.maxResponseBytes + NETWORK.maxFetchFrameBytes,
      (this.#bytesPerSecond * NETWORK.uploadBurstMs) / 1000,
    );
    rule(this.#excess <= burst + 1, `${this.#excess} bytes above the upload limit`);
  }

  #bounds(): void {
    rule(this.ordered() <= NETWORK.maxOrderedBytes, `${this.ordered()} bytes ordered in all`);
    for (const [client, { waiting }] of this.#streams)
      rule(waiting.size <= NETWORK.maxQueuedGetsPerClient, `${waiting.size} Gets wait at client ${client}`);
    rule(this.#inQueue <= NETWORK.maxQueuedGets + this.#streams.size, `${this.#inQueue} Gets wait`);
  }

  #forget(client: number): void {
    this.#inQueue -= this.#streams.get(client)?.waiting.size ?? 0;
    this.#streams.delete(client);
  }
}

const isBefore = (one: Asked, other: Asked): boolean =>
  one.priority === other.priority ? one.sequence < other.sequence : one.priority < other.priority;
