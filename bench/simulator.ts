/**
 * How fast the simulator is, and what one search costs in networks of growing size.
 * `node bench/simulator.ts`; an event is a datagram delivered or a wake.
 */
import { ClientActor } from "../sim/actors/client-actor.ts";
import { PeerActor } from "../sim/actors/peer-actor.ts";
import { LinkLoad } from "../sim/checkers/link-load.ts";
import { cleanLink, sameLinks } from "../sim/link.ts";
import { ROUGH } from "../sim/profiles.ts";
import { Random } from "../sim/random.ts";
import { prepareFlood } from "../sim/run-flood.ts";
import { runScenario } from "../sim/run-scenario.ts";
import { makeTopology, type Topology } from "../sim/topology.ts";
import { World } from "../sim/world.ts";
import { addressOf } from "../src/core/wire/address.ts";

const SEED = 1;
const links = sameLinks(cleanLink({ kind: "uniform", minMs: 1, maxMs: 20 }));

const integer = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Runs `work` for about this long after a warm-up and returns its events a second. */
function rate(milliseconds: number, work: (round: number) => { events: number; ms: number }): number {
  for (let round = 0; round < 3; round++) work(round);
  let events = 0;
  let spentMs = 0;
  for (let round = 3; spentMs < milliseconds; round++) {
    const outcome = work(round);
    events += outcome.events;
    spentMs += outcome.ms;
  }
  return (events / spentMs) * 1000;
}

function timed(run: () => { events: number }): { events: number; ms: number } {
  const startedAtMs = performance.now();
  const { events } = run();
  return { events, ms: performance.now() - startedAtMs };
}

function floodOf(
  topology: Topology,
  maxTtlHops: number,
  seed: number,
  load?: LinkLoad,
): ReturnType<typeof prepareFlood> {
  const observers = load === undefined ? [] : [load];
  return prepareFlood({ topology, maxTtlHops, links, random: new Random(seed), observers });
}

/** A client that fetches 2,000 chunks from ten peers. */
function fetchAll(seed: number): { events: number } {
  const world = new World({ random: new Random(seed), links });
  const ids = Array.from({ length: 2000 }, (_, id) => id);
  const addresses = ids.slice(0, 10).map((peer) => addressOf(0x0a000001 + peer, 5001));
  for (const self of addresses) {
    const neighbours = addresses.filter((other) => other !== self);
    const config = {
      self,
      neighbours,
      holdings: ids,
      maxTtlHops: 3,
      allowPublic: false,
      dialect: "canonical",
    } as const;
    world.addHost(self, (host) => new PeerActor(host, config));
  }
  const contact = addresses[0] as (typeof addresses)[0];
  const config = {
    contact,
    ids,
    order: "rarest",
    receiveBufferBytes: 212_992,
    allowPublic: false,
    dialect: "canonical",
  } as const;
  world.addHost(addressOf(0x0a800001, 40_000), (host) => new ClientActor(host, config, world));
  world.run();
  return world;
}

const thousand = makeTopology("random", 1000, new Random(SEED));
const speeds: [string, number][] = [
  ["floods over 1,000 peers, TTL 7", rate(1500, (round) => timed(() => floodOf(thousand, 7, round).run()))],
  ["2,000 chunks from ten peers", rate(1500, (round) => timed(() => fetchAll(round)))],
  ["small rough networks under all checkers", rate(1500, (round) => timed(() => runScenario(round, ROUGH)))],
];
console.log("events per second, one thread");
for (const [name, perSecond] of speeds) console.log(`  ${name.padEnd(42)}${integer(perSecond).padStart(10)}`);

console.log(
  "\none search, random connected networks of mean degree 4, delays of 1 to 20 ms, everyone holds what is wanted",
);
console.log("   peers  TTL  reached  Queries  a link, mean  most     wall ms");
for (const peers of [10, 100, 1000, 10_000])
  for (const ttlHops of [3, 7]) {
    const topology = makeTopology("random", peers, new Random(SEED));
    const load = new LinkLoad();
    const { answers } = floodOf(topology, ttlHops, SEED, load).run();
    // Counting costs time of its own: the clock runs on a second run, which is the same but for that.
    const flood = floodOf(topology, ttlHops, SEED);
    const { ms } = timed(() => flood.run());
    const linkCount = topology.reduce((sum, neighbours) => sum + neighbours.length, 0) / 2;
    const columns = [
      integer(peers).padStart(8),
      String(ttlHops).padStart(5),
      integer(answers.filter((count) => count > 0).length).padStart(9),
    ];
    columns.push(integer(load.queries).padStart(9), (load.queries / linkCount).toFixed(2).padStart(14));
    columns.push(String(load.max).padStart(6), ms.toFixed(2).padStart(12));
    console.log(columns.join(""));
  }
