import { describe, expect, test } from "vitest";
import { answersLost, joinsUnheard } from "../../sim/find/find-plants.ts";
import type { FindPlant } from "../../sim/find/finder.ts";
import { MemberNetwork } from "../../sim/find/member-network.ts";
import { runMixed } from "../../sim/find/run-mixed.ts";
import { Random } from "../../sim/random.ts";
import { expectNothing, seedsOf } from "./seeds.ts";

const NETWORKS = 1000;
const HOSTS = 50;
const MAX_PEERS = 24;

test(`in ${NETWORKS} small networks under crashes, cuts and liars, searches find every holder when these are over`, () => {
  for (const seed of seedsOf(51, NETWORKS)) expectNothing(seed, runMixed(seed));
});

test.each([
  ["whose one contact is full whenever it comes back", 3_652_664_569],
  ["whose only neighbour was a liar", 2_574_362_117],
  ["with a neighbour too few, all of whom are full", 108_982_320],
])("a host %s is not alone for ever", (_, seed) => {
  expect(runMixed(seed)).toEqual([]);
});

test.each<[string, () => FindPlant]>([
  ["answers of others that are not passed on", (): FindPlant => answersLost(1)],
  ["a neighbour that is not heard of", joinsUnheard],
])("the same networks show %s", (_, plant) => {
  const seen = Array.from({ length: 60 }, (_network, seed) => runMixed(seed, plant())).some(
    (findings) => findings.length > 0,
  );
  expect(seen).toBe(true);
});

/** What is wrong with the neighbours of those who are up: too few, too many, or not all connected. */
function faults(network: MemberNetwork, when: string): string[] {
  const topology = network.topology();
  const up = [...topology.keys()].filter((host) => network.world.isUp(host));
  const degrees = up.map((host) => topology[host]?.length ?? 0);
  const found = network.cutOff(up[0] as number).map((host) => `${when}: host ${host} is cut off`);
  if (Math.min(...degrees) < 4) found.push(`${when}: somebody has ${Math.min(...degrees)} neighbours`);
  if (Math.max(...degrees) > MAX_PEERS) found.push(`${when}: somebody has ${Math.max(...degrees)} neighbours`);
  return found;
}

describe("50 hosts that know one contact each", () => {
  test.each([
    ["all the same one", true],
    ["an earlier one by lot", false],
  ])(
    "%s: make one network, survive a crash of 15, take them back, and heal after ten minutes in two halves",
    (_, isStar) => {
      // One network in 200 has hosts that had met only the fallen by then, and know nobody else until they are back.
      let parted = 0;
      for (const seed of seedsOf(52, 6)) {
        const plan = { hosts: HOSTS, meanDelayMs: 20, maxPeers: MAX_PEERS, holders: new Set([3]), isStar };
        const network = new MemberNetwork({ ...plan, random: new Random(seed) });
        const { world } = network;
        const findings: string[] = [];
        const pass = (ms: number, when: string): void => {
          world.run(world.nowMs + ms);
          findings.push(...faults(network, when));
        };
        pass(60_000, "at the start");
        for (let host = 0; host < 15; host++) world.crash(host);
        world.run(world.nowMs + 30_000);
        if (faults(network, "after the crash").length > 0) parted++;
        for (let host = 0; host < 15; host++) world.restart(host);
        pass(30_000, "after the restart");
        const cut = { inside: new Set(Array.from({ length: HOSTS / 2 }, (_host, host) => host)), oneWay: false };
        world.cut(cut, 20_000);
        world.run(world.nowMs + 600_000);
        if (network.cutOff(0).length !== HOSTS / 2) findings.push("the cut does not cut");
        world.heal(cut);
        pass(120_000, "after the cut");
        expectNothing(seed, findings);
      }
      expect(parted).toBeLessThanOrEqual(1);
    },
  );
});
