import { chunkLength, type Geometry, geometryOf } from "../../src/core/content/geometry.ts";
import { sliceLength } from "../../src/core/content/proof.ts";
import { Effects } from "../../src/core/effects.ts";
import { FetchCore } from "../../src/core/fetch/fetch-core.ts";
import type { FetchEffect, FetchInput } from "../../src/core/fetch/fetch-types.ts";
import { EventQueue } from "../event-queue.ts";

type Get = Extract<FetchEffect, { readonly type: "get" }>;

/** Clients that begin at the same time with one holder of everything, and serve one another what they have. */
export interface SwarmPlan {
  readonly clients: number;
  readonly bytes: number;
  /** What each node, the first holder too, can send in all. */
  readonly upBytesPerMs: number;
  readonly delayMs: number;
  /** The seed of each client's core. */
  readonly seedOf: (client: number) => number;
}

/** How often a client is told of a body that goes on, in ms. */
const COMES_MS = 50;

interface Asked {
  readonly from: number;
  readonly get: Get;
}

/** A node's way out: one body after the other, each client in its turn. */
interface Uplink {
  readonly queue: Asked[];
  isBusy: boolean;
  lastServed: number;
}

/** A small swarm of real fetch cores. Node 0 has everything; nodes 1, 2, … are the clients. */
export class Swarm {
  readonly #plan: SwarmPlan;
  readonly #geometry: Geometry;
  readonly #cores: FetchCore[] = [];
  readonly #uplinks: Uplink[] = [];
  readonly #wakesAtMs: number[] = [];
  readonly #events = new EventQueue<() => void>();
  readonly #effects = new Effects<FetchEffect>();
  /** When each client had everything. */
  readonly endedAtMs: Map<number, number> = new Map();
  /** Bytes that the first holder sent. */
  seedBytes = 0;
  nowMs = 0;

  constructor(plan: SwarmPlan) {
    this.#plan = plan;
    this.#geometry = geometryOf(plan.bytes);
    for (let node = 0; node <= plan.clients; node++) {
      this.#uplinks.push({ queue: [], isBusy: false, lastServed: 0 });
      const options = { geometry: this.#geometry, held: () => node === 0, wantAll: true, seed: plan.seedOf(node) };
      this.#cores.push(new FetchCore(options));
      this.#wakesAtMs.push(Infinity);
    }
    for (let client = 1; client <= plan.clients; client++)
      for (let node = 0; node <= plan.clients; node++) {
        if (node === client) continue;
        this.#tell(client, { type: "holder", holder: node, roundTripMs: 2 * plan.delayMs });
        const bitmap = new Uint8Array(Math.ceil(this.#geometry.chunks / 8)).fill(node === 0 ? 255 : 0);
        this.#tell(client, { type: "holds", holder: node, firstChunk: 0, bitmap });
      }
  }

  /** Runs until every client has everything, or a time. */
  run(untilMs: number): void {
    while (this.endedAtMs.size < this.#plan.clients) {
      const wakeMs = Math.min(...this.#wakesAtMs);
      this.nowMs = Math.min(this.#events.nextMs, wakeMs);
      if (this.nowMs > untilMs) return;
      if (wakeMs <= this.#events.nextMs) {
        const client = this.#wakesAtMs.indexOf(wakeMs);
        this.#wakesAtMs[client] = Infinity;
        this.#tell(client, { type: "wake" });
      } else this.#events.pop()?.();
    }
  }

  #tell(client: number, input: FetchInput): void {
    this.#effects.clear();
    (this.#cores[client] as FetchCore).handle(input, this.nowMs, this.#effects);
    const wakeMs = Math.max(this.nowMs, this.#effects.wakeAtMs);
    this.#wakesAtMs[client] = Math.min(this.#wakesAtMs[client] as number, wakeMs);
    for (const effect of [...this.#effects.list]) {
      if (effect.type === "get") this.#later(() => this.#ask(effect.holder, { from: client, get: effect }));
      else if (effect.type === "cancel") this.#later(() => this.#cancel(effect.holder, client, effect.request));
      else if (effect.type === "assembled") this.#keep(client, effect.chunk);
      else if (effect.type === "complete") this.endedAtMs.set(client, this.nowMs);
    }
  }

  #later(act: () => void): void {
    this.#events.push(this.nowMs + this.#plan.delayMs, act);
  }

  #ask(node: number, asked: Asked): void {
    const uplink = this.#uplinks[node] as Uplink;
    uplink.queue.push(asked);
    if (!uplink.isBusy) this.#serve(node);
  }

  #cancel(node: number, client: number, request: number): void {
    const { queue } = this.#uplinks[node] as Uplink;
    const at = queue.findIndex(({ from, get }) => from === client && get.request === request);
    if (at >= 0) queue.splice(at, 1);
  }

  #serve(node: number): void {
    const uplink = this.#uplinks[node] as Uplink;
    const turn = ({ from }: Asked): number => (from - uplink.lastServed - 1 + this.#cores.length) % this.#cores.length;
    const next = uplink.queue.reduce<Asked | undefined>(
      (best, asked) => (best === undefined || turn(asked) < turn(best) ? asked : best),
      undefined,
    );
    uplink.isBusy = next !== undefined;
    if (next === undefined) return;
    uplink.queue.splice(uplink.queue.indexOf(next), 1);
    uplink.lastServed = next.from;
    const { request } = next.get;
    this.#later(() => this.#tell(next.from, { type: "begins", holder: node, request }));
    this.#body(node, next, 0);
  }

  #body(node: number, asked: Asked, sentBytes: number): void {
    const { from, get } = asked;
    const bytes = sliceLength(get, this.#geometry);
    const piece = Math.min(bytes - sentBytes, this.#plan.upBytesPerMs * COMES_MS);
    if (node === 0) this.seedBytes += piece;
    this.#events.push(this.nowMs + piece / this.#plan.upBytesPerMs, () => {
      const soFar = sentBytes + piece;
      if (soFar < bytes) {
        this.#later(() => this.#tell(from, { type: "comes", holder: node, request: get.request, bytes: soFar }));
        this.#body(node, asked, soFar);
        return;
      }
      this.#later(() => this.#arrived(from, get));
      this.#serve(node);
    });
  }

  #arrived(client: number, get: Get): void {
    const { holder, request, chunk } = get;
    this.#tell(client, { type: "arrived", holder, request });
    this.#tell(client, { type: "verified", holder, request });
    if (sliceLength(get, this.#geometry) === chunkLength(this.#geometry, chunk)) this.#keep(client, chunk);
  }

  /** A client has a chunk: it tells all others. */
  #keep(client: number, chunk: number): void {
    this.#tell(client, { type: "written", chunk });
    this.#tell(client, { type: "kept", chunk });
    for (let other = 1; other < this.#cores.length; other++)
      if (other !== client)
        this.#later(() => {
          const bitmap = new Uint8Array([1 << (chunk & 7)]);
          this.#tell(other, { type: "holds", holder: client, firstChunk: chunk - (chunk & 7), bitmap });
        });
  }
}
