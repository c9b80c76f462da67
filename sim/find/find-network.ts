import type { Wanted } from "../../src/core/wire/stream/find-message.ts";
import type { Random } from "../random.ts";
import { hopsFrom, type Topology } from "../topology.ts";
import { FindWatch } from "./find-watch.ts";
import { Finder, type FindPlant, type Holdings, type Search } from "./finder.ts";
import { type StreamActor, StreamWorld } from "./stream-world.ts";

/** The one video that is looked for. */
export const WANTED: Wanted = { kind: "video", id: new Uint8Array(32).fill(1) };

const HELD = [{ id: new Uint8Array(32).fill(1), bytes: 1_000_000, heldChunks: 1, title: "a film" }];

/** Hosts that hold the wanted video, and how the network between them is made. */
export interface NetworkPlan {
  readonly topology: Topology;
  readonly holders: ReadonlySet<number>;
  readonly random: Random;
  readonly meanDelayMs: number;
  readonly plant?: FindPlant;
  /** Those that are not honest, by number. */
  readonly liars?: ReadonlyMap<number, (number: number, world: StreamWorld) => StreamActor>;
  readonly maxHops?: number;
}

/** A network of find cores whose streams are there from the start. */
export class FindNetwork {
  readonly world: StreamWorld;
  readonly watch: FindWatch;
  readonly finders: Map<number, Finder> = new Map();
  readonly #plan: NetworkPlan;

  constructor(plan: NetworkPlan) {
    this.#plan = plan;
    const { random, meanDelayMs, topology, liars, holders, plant } = plan;
    this.watch = new FindWatch(plan.maxHops ?? 8, (host) => liars?.has(host) !== true);
    this.world = new StreamWorld({ random: random.fork("delays"), meanDelayMs, observer: this.watch });
    const holdings: Holdings = (host) => (holders.has(host) ? HELD : []);
    for (let number = 0; number < topology.length; number++) {
      const liar = liars?.get(number);
      this.world.add((self) => {
        if (liar !== undefined) return liar(self, this.world);
        const own = random.fork(`finder ${self} from ${this.world.nowMs}`);
        const finder = new Finder(self, this.world, holdings, own, plant);
        this.finders.set(self, finder);
        return finder;
      });
    }
    this.linkAll();
  }

  /** Opens all streams of the topology that are not open. */
  linkAll(): void {
    for (const [a, next] of this.#plan.topology.entries()) for (const b of next) if (a < b) this.world.link(a, b);
  }

  search(from: number, enough: number): Search {
    return (this.finders.get(from) as Finder).search(WANTED, enough);
  }

  /** Holders within the hop limit over honest hosts only, but for the one who asks. */
  reachable(from: number): number[] {
    const { topology, holders, liars, maxHops = 8 } = this.#plan;
    const hops = hopsFrom(topology, from, (host) => liars?.has(host) !== true);
    return [...holders].filter(
      (host) => host !== from && liars?.has(host) !== true && (hops[host] as number) <= maxHops,
    );
  }

  /** Runs until a search has ended. @returns the reachable holders that it has not found */
  finish(from: number, search: Search): number[] {
    while (search.ended === undefined && this.world.nowMs < 3_600_000) this.world.run(this.world.nowMs + 500);
    return this.reachable(from).filter((host) => !search.holders.has(host));
  }
}
