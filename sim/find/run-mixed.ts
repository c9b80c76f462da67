import { Random } from "../random.ts";
import { forger, hopRaiser } from "./find-plants.ts";
import type { FindPlant } from "./finder.ts";
import { MemberNetwork } from "./member-network.ts";
import type { Cut } from "./stream-world.ts";

/** When the faults begin and end, and when everything has had time to heal, in ms. */
const FAULTS_AT_MS = 15_000;
const HEAL_AT_MS = 60_000;
const SETTLED_AT_MS = 1_200_000;
/** Where there are four places each, guests come and go for ever, and a host may be without a neighbour for some minutes. */
const ALONE_MS = 300_000;
const STEP_MS = 60_000;

/**
 * A small network that makes itself from one contact each, under crashes, restarts, cuts (also one-way) and liars; when
 * these are over and the liars have been found out, searches must find every honest holder. Until then a liar may keep
 * back, or crowd out, the answers that have to come by it. @returns what was wrong, in words
 */
export function runMixed(seed: number, plant: FindPlant = {}): string[] {
  const random = new Random(seed);
  const hosts = random.integer(4, 9);
  const all = Array.from({ length: hosts }, (_, host) => host);
  const holders = new Set(all.filter(() => random.chance(0.4)));
  const liars = new Map<number, FindPlant>();
  for (const liar of random.sample(all.slice(1), random.pick([0, 0, 1])))
    liars.set(liar, random.pick([forger, hopRaiser])());
  const plants = new Map<number, FindPlant>(all.map((host) => [host, liars.get(host) ?? plant]));
  const meanDelayMs = random.pick([1, 20, 60]);
  const maxPeers = random.pick([4, 8, 24]);
  const isLiar = (host: number): boolean => liars.has(host);
  const network = new MemberNetwork({ hosts, random, meanDelayMs, maxPeers, holders, plants, isLiar });
  planFaults(network, all, random.fork("faults"));
  const honest = all.filter((host) => !liars.has(host));
  network.world.run(SETTLED_AT_MS);
  untilTogether(network, honest);
  const findings = liars.size > 0 ? searchAmongLiars(network, honest, liars) : [];
  for (const asker of honest.slice(0, 2)) findings.push(...searchTwice(network, asker, liars));
  const { longestLived, tooFar } = network.watch;
  // A liar that says 255 gives it a second life, and its own frame between the two.
  if (longestLived > (liars.size > 0 ? 16 : 8)) findings.push(`a Query has come ${longestLived} hops`);
  if (tooFar > 0) findings.push(`${tooFar} Queries with a TTL of 0 or above 8`);
  return findings;
}

/** Runs until the honest are one network, or have had all the time that it may take. */
function untilTogether(network: MemberNetwork, honest: readonly number[]): void {
  const { world } = network;
  const lastAtMs = world.nowMs + ALONE_MS;
  const isApart = (): boolean => network.cutOff(honest[0] as number).some((host) => honest.includes(host));
  while (isApart() && world.nowMs < lastAtMs) world.run(world.nowMs + STEP_MS);
}

/**
 * What two searches have not found, half a minute apart: neighbours change all the time, and an answer that is on its way
 * over a stream that ends is lost.
 */
function searchTwice(network: MemberNetwork, asker: number, liars: ReadonlyMap<number, FindPlant>): string[] {
  const search = (): string[] => [
    ...network.cutOff(asker).flatMap((host) => (liars.has(host) ? [] : [`host ${host} is cut off from ${asker}`])),
    ...network.finish(asker, network.search(asker, Infinity)).map((host) => `${asker} has not found holder ${host}`),
  ];
  const first = search();
  if (first.length === 0) return [];
  network.world.run(network.world.nowMs + 30_000);
  const second = new Set(search());
  return first.filter((finding) => second.has(finding));
}

/** A search that liars may spoil, within bounds; then each of them is found out. */
function searchAmongLiars(
  network: MemberNetwork,
  honest: readonly number[],
  liars: ReadonlyMap<number, FindPlant>,
): string[] {
  const asker = honest[0] as number;
  const search = network.search(asker, Infinity);
  network.finish(asker, search);
  for (const host of honest) for (const liar of liars.keys()) network.members.get(host)?.foundOut(liar);
  network.world.run(network.world.nowMs + 60_000);
  // A liar may have been somebody's only neighbour.
  untilTogether(network, honest);
  const findings = search.candidates > 512 ? [`${search.candidates} candidates`] : [];
  for (const liar of liars.keys())
    if (network.world.neighboursOf(liar).length > 0) findings.push(`liar ${liar} still has neighbours`);
  return findings;
}

function planFaults({ world }: MemberNetwork, all: readonly number[], random: Random): void {
  for (const host of random.sample(all, random.integer(0, Math.ceil(all.length / 2)))) {
    const fromMs = random.between(FAULTS_AT_MS, HEAL_AT_MS);
    world.at(fromMs, () => world.crash(host));
    world.at(random.between(fromMs, HEAL_AT_MS), () => world.restart(host));
  }
  for (let cuts = random.pick([0, 1, 1, 2]); cuts > 0; cuts--) {
    const inside = new Set(all.filter(() => random.chance(0.5)));
    const cut: Cut = { inside, oneWay: random.chance(0.4) };
    const fromMs = random.between(FAULTS_AT_MS, HEAL_AT_MS);
    world.at(fromMs, () => world.cut(cut, random.pick([5000, 20_000])));
    world.at(random.between(fromMs, HEAL_AT_MS), () => world.heal(cut));
  }
}
