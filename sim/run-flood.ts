import { type Address, addressOf } from "../src/core/wire/address.ts";
import { PeerActor } from "./actors/peer-actor.ts";
import { Prober } from "./actors/prober.ts";
import type { Links } from "./link.ts";
import type { Observer } from "./observer.ts";
import type { Plant } from "./plant.ts";
import type { Random } from "./random.ts";
import type { Topology } from "./topology.ts";
import { World } from "./world.ts";

/** One search in a network where nothing is lost and everyone holds what is wanted. */
export interface FloodPlan {
  readonly topology: Topology;
  readonly maxTtlHops: number;
  readonly links: Links;
  readonly random: Random;
  readonly observers?: readonly Observer[];
  readonly plant?: Plant;
}

/** What came of it. */
export interface FloodOutcome {
  /** How often each peer answered, by its number. */
  readonly answers: readonly number[];
  readonly events: number;
}

/** A flood that is prepared, so that its running alone can be timed. */
export interface Flood {
  run(): FloodOutcome;
}

const WANTED: readonly number[] = [1, 3, 9];
const PROBER = addressOf(0x0a800001, 40_000);

const addressOfPeer = (peer: number): Address => addressOf(0x0a000001 + peer, 5001);

/** Builds the network of a search that begins at peer 0. */
export function prepareFlood(plan: FloodPlan): Flood {
  const { topology, maxTtlHops, links, random, observers = [], plant = {} } = plan;
  const world = new World({ random, links, observers });
  for (const [peer, next] of topology.entries()) {
    const self = addressOfPeer(peer);
    const neighbours = next.map(addressOfPeer);
    const config = {
      self,
      neighbours,
      holdings: WANTED,
      maxTtlHops,
      allowPublic: false,
      dialect: "canonical",
    } as const;
    world.addHost(self, (host) => new PeerActor(host, config, plant));
  }
  return {
    run(): FloodOutcome {
      const probers: Prober[] = [];
      world.addHost(PROBER, (host) => {
        const prober = new Prober(host, addressOfPeer(0), WANTED);
        probers.push(prober);
        return prober;
      });
      world.run();
      const answers = topology.map((_, peer) => probers[0]?.answers.get(addressOfPeer(peer)) ?? 0);
      return { answers, events: world.events };
    },
  };
}
