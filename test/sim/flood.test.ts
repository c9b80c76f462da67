import { describe, expect, test } from "vitest";
import { LinkLoad } from "../../sim/checkers/link-load.ts";
import { cleanLink, type Delay, linksByPair, sameLinks } from "../../sim/link.ts";
import { Random } from "../../sim/random.ts";
import { prepareFlood } from "../../sim/run-flood.ts";
import { hopsFrom, makeTopology, SHAPES, type Topology } from "../../sim/topology.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

/** A network, half of them small and loopy, and a hop limit. */
function draw(random: Random): { topology: Topology; maxTtlHops: number } {
  const small = random.chance(0.8);
  const peers = small ? random.integer(3, 8) : random.integer(20, 50);
  const shape = small && random.chance(0.5) ? "loopy" : random.pick(SHAPES);
  return { topology: makeTopology(shape, peers, random.fork("topology")), maxTtlHops: random.integer(1, 7) };
}

/** Delays within which no question is forgotten before its last copy has come. */
const drawDelay = (random: Random): Delay =>
  random.pick<Delay>([
    { kind: "uniform", minMs: 0, maxMs: 80 },
    { kind: "exponential", minMs: 0, meanMs: 8 },
    { kind: "constant", ms: random.between(0, 80) },
  ]);

describe("without loss, whatever the delays", () => {
  test("a question reaches exactly the peers within its hop limit, and each answers exactly once", () => {
    for (const seed of seedsOf(1, 150)) {
      const random = new Random(seed);
      const { topology, maxTtlHops } = draw(random);
      const links = linksByPair(() => cleanLink(drawDelay(random)));
      const { answers } = prepareFlood({ topology, maxTtlHops, links, random }).run();
      const hops = hopsFrom(topology, 0, () => true);
      const wrong = hops.flatMap((distance, peer) => {
        const expected = distance <= maxTtlHops ? 1 : 0;
        return answers[peer] === expected
          ? []
          : [`peer ${peer}, ${distance} hops away, answered ${answers[peer]} times`];
      });
      expectNothing(seed, wrong);
    }
  });

  test("no link carries a question more than 2 × TTL times", () => {
    for (const seed of seedsOf(2, 150)) {
      const random = new Random(seed);
      const { topology, maxTtlHops } = draw(random);
      const links = linksByPair(() => cleanLink(drawDelay(random)));
      const load = new LinkLoad();
      prepareFlood({ topology, maxTtlHops, links, random, observers: [load] }).run();
      expectNothing(seed, load.max <= 2 * maxTtlHops ? [] : [`${load.max} Queries on a link with TTL ${maxTtlHops}`]);
    }
  });
});

test("when all delays are equal, no link carries a question more than twice", () => {
  for (const seed of seedsOf(3, 150)) {
    const random = new Random(seed);
    const { topology, maxTtlHops } = draw(random);
    const load = new LinkLoad();
    const links = sameLinks(cleanLink({ kind: "constant", ms: random.pick([0, 1, 7.5]) }));
    prepareFlood({ topology, maxTtlHops, links, random, observers: [load] }).run();
    expectNothing(seed, load.max <= 2 ? [] : [`${load.max} Queries on a link`]);
  }
});

test("in the line A-B-C-D-E a Hello at A reaches A, B, C and D", () => {
  const random = new Random(1);
  const links = sameLinks(cleanLink({ kind: "constant", ms: 1 }));
  const topology = makeTopology("line", 5, random);
  expect(prepareFlood({ topology, maxTtlHops: 3, links, random }).run().answers).toEqual([1, 1, 1, 1, 0]);
});
