import type { Random } from "./random.ts";

/** Who is whose neighbour, by number: `topology[a]` has b if and only if `topology[b]` has a. */
export type Topology = readonly (readonly number[])[];

/** The shapes that networks are drawn in. */
export const SHAPES = ["line", "ring", "star", "tree", "random", "loopy"] as const;

/** One of the shapes. */
export type Shape = (typeof SHAPES)[number];

/** A connected network of so many peers in a shape. */
export function makeTopology(shape: Shape, peers: number, random: Random): Topology {
  const net = new Net(peers);
  switch (shape) {
    case "line":
      net.joinEach((peer) => peer - 1);
      break;
    case "ring":
      net.joinEach((peer) => peer - 1);
      net.join(0, peers - 1);
      break;
    case "star":
      net.joinEach(() => 0);
      break;
    case "tree":
      net.joinEach((peer) => random.integer(0, peer - 1));
      break;
    case "random":
      net.joinEach((peer) => random.integer(0, peer - 1));
      net.joinAtRandom(2 * peers, random);
      break;
    case "loopy":
      // More than half of all possible links: every question comes back from everywhere.
      net.joinEach((peer) => peer - 1);
      net.joinAtRandom(Math.ceil((peers * (peers - 1)) / 3), random);
      break;
  }
  return net.topology();
}

/** Hops from `start` to each peer, passing on only at those that do; Infinity for those out of reach. */
export function hopsFrom(topology: Topology, start: number, passesOn: (peer: number) => boolean): number[] {
  const hops = topology.map(() => Infinity);
  hops[start] = 0;
  const todo = [start];
  for (const peer of todo) {
    if (!passesOn(peer)) continue;
    for (const next of topology[peer] as readonly number[]) {
      if (hops[next] !== Infinity) continue;
      hops[next] = (hops[peer] as number) + 1;
      todo.push(next);
    }
  }
  return hops;
}

class Net {
  readonly #neighbours: Set<number>[];
  #links = 0;

  constructor(peers: number) {
    this.#neighbours = Array.from({ length: peers }, () => new Set<number>());
  }

  join(a: number, b: number): void {
    const ofA = this.#neighbours[a] as Set<number>;
    if (a === b || ofA.has(b)) return;
    ofA.add(b);
    this.#neighbours[b]?.add(a);
    this.#links++;
  }

  /** Joins every peer but the first to an earlier one: connected. */
  joinEach(to: (peer: number) => number): void {
    for (let peer = 1; peer < this.#neighbours.length; peer++) this.join(peer, to(peer));
  }

  /** Adds links until there are so many; a dense network gives up looking for a free pair. */
  joinAtRandom(links: number, random: Random): void {
    const last = this.#neighbours.length - 1;
    for (let tries = 0; this.#links < links && tries < 8 * links; tries++)
      this.join(random.integer(0, last), random.integer(0, last));
  }

  topology(): Topology {
    return this.#neighbours.map((neighbours) => [...neighbours]);
  }
}
