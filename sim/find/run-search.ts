import type { SearchEnd } from "../../src/core/find/find-types.ts";
import { Random } from "../random.ts";
import { makeTopology } from "../topology.ts";
import { FindNetwork } from "./find-network.ts";
import type { FindPlant } from "./finder.ts";

/** One search in a calm network. */
export interface SearchPlan {
  readonly seed: number;
  readonly peers: number;
  /** The share of peers that hold what is wanted. */
  readonly heldShare: number;
  readonly enough: number;
  readonly meanDelayMs: number;
  readonly plant?: FindPlant;
}

/** What came of it. */
export interface SearchOutcome {
  /** Reachable holders that were not found. */
  readonly missing: readonly number[];
  readonly found: number;
  readonly queries: number;
  readonly answers: number;
  readonly dones: number;
  /** Rings that were waited for because somebody did not say Done. */
  readonly ringsTimedOut: number;
  readonly ended: SearchEnd | undefined;
  readonly links: number;
  readonly longestLived: number;
  /** Queries with a TTL of 0 or beyond the limit. */
  readonly tooFar: number;
  readonly tookMs: number;
  readonly trace: string;
}

/** Peer 0 searches in a random connected network of mean degree 4, with exponential delays. */
export function runSearch({ seed, peers, heldShare, enough, meanDelayMs, plant = {} }: SearchPlan): SearchOutcome {
  const random = new Random(seed);
  const topology = makeTopology("random", peers, random.fork("topology"));
  const holders = new Set([...topology.keys()].filter((peer) => peer > 0 && random.chance(heldShare)));
  const network = new FindNetwork({ topology, holders, random, meanDelayMs, plant });
  const search = network.search(0, enough);
  const missing = network.finish(0, search);
  // What is still under way counts, too.
  network.world.run(network.world.nowMs + 10_000);
  const { queries, answers, dones, longestLived, tooFar, trace } = network.watch;
  const { ringsTimedOut = 0 } = network.finders.get(0)?.core.counters ?? {};
  return {
    ...{ missing, found: search.holders.size, queries, answers, dones, ringsTimedOut, ended: search.ended },
    ...{ links: topology.flat().length / 2, longestLived, tooFar, tookMs: search.endedAtMs, trace },
  };
}
