import type { Address } from "../src/core/wire/address.ts";
import { addressOf } from "../src/core/wire/address.ts";
import type { ClientRole, PeerKind, PeerRole } from "./cast.ts";
import type { Delay, Link } from "./link.ts";
import { Partition } from "./partition.ts";
import type { Random } from "./random.ts";
import { makeTopology, type Shape } from "./topology.ts";

/** What a family of networks is like; each is drawn from a seed. */
export interface Profile {
  readonly minPeers: number;
  readonly maxPeers: number;
  readonly shapes: readonly Shape[];
  /** What peers can be, each as often as it is listed. */
  readonly kinds: readonly PeerKind[];
  readonly weather: "calm" | "rough";
  /** Ids from 0 up to this that are wanted and held. */
  readonly maxId: number;
  readonly maxWanted: number;
  /** What share of the ids a peer holds: one of these in each network. */
  readonly heldShares: readonly number[];
  /** A client must have ended after so long. */
  readonly clientMs: number;
  /** The share of peers that send in the report's dialect. */
  readonly reportShare: number;
}

/** A crash of a peer and its restart. */
export interface Outage {
  readonly peer: Address;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A cut through the network and its healing. */
export interface Cut {
  readonly partition: Partition;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One network with all that is to happen in it. */
export interface Scenario {
  readonly peers: ReadonlyMap<Address, PeerRole>;
  readonly clients: ReadonlyMap<Address, ClientRole>;
  readonly delay: Delay;
  /** What a link is like before all is healed. */
  readonly makeLink: () => Link;
  readonly outages: readonly Outage[];
  readonly cuts: readonly Cut[];
  readonly healAtMs: number;
  readonly timerSlackMs: number;
}

const peerAddress = (peer: number): Address => addressOf(0x0a000001 + peer, 5001);
const clientAddress = (client: number): Address => addressOf(0x0a800001 + client, 40_000 + client);

/** Draws a network and its fate. */
export function drawScenario(profile: Profile, random: Random): Scenario {
  const rough = profile.weather === "rough";
  const peers = drawPeers(profile, random.fork("peers"));
  const healAtMs = rough ? random.integer(500, 9000) : 0;
  const clients = drawClients(profile, peers, healAtMs, random.fork("clients"));
  const delay = drawDelay(random.fork("delay"));
  const weather = random.fork("weather");
  return {
    peers,
    clients,
    delay,
    makeLink: () => drawLink(delay, rough, weather),
    outages: rough ? drawOutages([...peers.keys()], healAtMs, random.fork("outages")) : [],
    cuts: rough ? drawCuts([...peers.keys(), ...clients.keys()], healAtMs, random.fork("cuts")) : [],
    healAtMs,
    timerSlackMs: random.pick([0, 0, 1, 15]),
  };
}

function drawPeers(profile: Profile, random: Random): Map<Address, PeerRole> {
  const count = random.integer(profile.minPeers, profile.maxPeers);
  const topology = makeTopology(random.pick(profile.shapes), count, random.fork("topology"));
  const maxTtlHops = random.pick([3, 3, 3, 1, 2, 5]);
  const share = random.pick(profile.heldShares);
  const peers = new Map<Address, PeerRole>();
  for (let peer = 0; peer < count; peer++) {
    const kind = random.pick(profile.kinds);
    const held: number[] = [];
    const advertised: number[] = [];
    for (let id = 0; id <= profile.maxId; id++) {
      const holds = random.chance(share);
      if (holds && kind !== "silent" && kind !== "confused" && kind !== "absent") held.push(id);
      if (holds || (kind === "boastful" && random.chance(0.5))) advertised.push(id);
    }
    const self = peerAddress(peer);
    const neighbours = (topology[peer] as readonly number[]).map(peerAddress);
    const dialect = random.chance(profile.reportShare) ? "report" : "canonical";
    const config = { self, neighbours, holdings: advertised, maxTtlHops, allowPublic: false, dialect } as const;
    peers.set(self, { kind, config, held: new Set(held) });
  }
  return peers;
}

/** Some clients that begin in bad weather, if there is any, and one or two that begin in good weather. */
function drawClients(
  profile: Profile,
  peers: ReadonlyMap<Address, PeerRole>,
  healAtMs: number,
  random: Random,
): Map<Address, ClientRole> {
  const clients = new Map<Address, ClientRole>();
  const early = healAtMs > 0 ? random.integer(1, 2) : 0;
  const late = random.integer(1, 2);
  const contacts = [...peers.keys()];
  const everything = Array.from({ length: profile.maxId + 1 }, (_, id) => id);
  for (let client = 0; client < early + late; client++) {
    const calm = client >= early;
    const startedAtMs = calm ? healAtMs + 2000 + random.integer(0, 50) : random.integer(0, 400);
    const config = {
      contact: random.pick(contacts),
      ids: random.sample(everything, random.integer(1, profile.maxWanted)),
      order: random.pick(["rarest", "sequence"] as const),
      receiveBufferBytes: random.pick([212_992, 212_992, 8192]),
      allowPublic: false,
      dialect: "canonical",
    } as const;
    clients.set(clientAddress(client), { config, startedAtMs, deadlineMs: startedAtMs + profile.clientMs, calm });
  }
  return clients;
}

function drawDelay(random: Random): Delay {
  const kind = random.integer(0, 3);
  if (kind === 0) return { kind: "constant", ms: random.pick([0, 0.1, 5, 40]) };
  if (kind === 1) return { kind: "uniform", minMs: 0, maxMs: random.pick([2, 30, 150]) };
  if (kind === 2) return { kind: "uniform", minMs: 20, maxMs: 25 };
  return { kind: "exponential", minMs: random.pick([0, 10]), meanMs: random.pick([1, 10, 40]) };
}

function drawLink(delay: Delay, rough: boolean, random: Random): Link {
  if (!rough) return { delay, lossShare: 0, duplicateShare: random.pick([0, 0, 0.2]) };
  const lossShare = random.pick([0, 0, 0.05, 0.2, 0.5, 1]);
  const own = random.chance(0.2) ? drawDelay(random) : delay;
  return { delay: own, lossShare, duplicateShare: random.pick([0, 0.1, 0.5]) };
}

function drawOutages(peers: readonly Address[], healAtMs: number, random: Random): Outage[] {
  return random.sample(peers, random.pick([0, 1, 1, 2])).map((peer) => {
    const fromMs = random.between(0, healAtMs);
    return { peer, fromMs, toMs: random.between(fromMs, healAtMs) };
  });
}

function drawCuts(hosts: readonly Address[], healAtMs: number, random: Random): Cut[] {
  return Array.from({ length: random.pick([0, 0, 1, 2]) }, () => {
    const inside = hosts.filter(() => random.chance(0.5));
    const fromMs = random.between(0, healAtMs);
    return { partition: new Partition(inside, random.chance(0.4)), fromMs, toMs: random.between(fromMs, healAtMs) };
  });
}
