import type { PeerConfig } from "../src/core/peer/peer-types.ts";
import type { Address } from "../src/core/wire/address.ts";
import { ClientActor } from "./actors/client-actor.ts";
import { PeerActor } from "./actors/peer-actor.ts";
import type { Cast, PeerKind, PeerRole } from "./cast.ts";
import { Findings } from "./checkers/findings.ts";
import { GetRules } from "./checkers/get-rules.ts";
import { Ledger } from "./checkers/ledger.ts";
import { LogTruth } from "./checkers/log-truth.ts";
import { MessageRules } from "./checkers/message-rules.ts";
import { PeerRules } from "./checkers/peer-rules.ts";
import { Progress } from "./checkers/progress.ts";
import { AbsentPeer, BoastfulPeer, ConfusedPeer, SilentPeer, StammeringPeer } from "./foreign/liars.ts";
import { NaivePeer } from "./foreign/naive-peer.ts";
import { RubbishPeer } from "./foreign/rubbish.ts";
import { SlowPeer } from "./foreign/slow-peer.ts";
import type { Actor, Host } from "./host.ts";
import { linksByPair } from "./link.ts";
import type { Observer } from "./observer.ts";
import type { Plant } from "./plant.ts";
import { Random } from "./random.ts";
import { drawScenario, type Profile, type Scenario } from "./scenario.ts";
import { TraceHash } from "./trace-hash.ts";
import { World } from "./world.ts";

/** How a run ended. Times in ms. */
export interface Outcome {
  /** What the checkers have to say against it. */
  readonly findings: readonly string[];
  readonly trace: string;
  readonly events: number;
  readonly clients: readonly ClientActor[];
  /** The longest that a client took. */
  readonly longestMs: number;
}

/** Draws a network from a seed, lets it run to its end under the eyes of all checkers, and says how it was. */
export function runScenario(
  seed: number,
  profile: Profile,
  plant: Plant = {},
  more: readonly Observer[] = [],
): Outcome {
  const random = new Random(seed);
  const scenario = drawScenario(profile, random.fork("scenario"));
  const findings = new Findings();
  const { observers, trace, progress } = makeObservers(scenario, findings);
  const world = new World({
    random: random.fork("network"),
    links: linksByPair(scenario.makeLink),
    observers: [...observers, ...more],
    timerSlackMs: scenario.timerSlackMs,
  });
  for (const [address, role] of scenario.peers) world.addHost(address, (host) => makePeer(host, role, plant));
  planFaults(world, scenario);
  const clients: ClientActor[] = [];
  let latestMs = 0;
  for (const [address, { config, startedAtMs, deadlineMs }] of scenario.clients) {
    latestMs = Math.max(latestMs, deadlineMs);
    const make = (host: Host): Actor => {
      const actor = new ClientActor(host, config, world, plant);
      clients.push(actor);
      return actor;
    };
    world.at(startedAtMs, () => world.addHost(address, make));
  }
  // Long beyond the deadlines, so that a late end is told from none.
  world.run(2 * latestMs);
  progress.finish(world.nowMs);
  return {
    findings: findings.all,
    trace: trace.value,
    events: world.events,
    clients,
    longestMs: longest(scenario, clients),
  };
}

function makeObservers(
  cast: Cast,
  findings: Findings,
): { observers: Observer[]; trace: TraceHash; progress: Progress } {
  const trace = new TraceHash();
  const ledger = new Ledger();
  const progress = new Progress(cast, ledger, findings);
  const rules = [
    new MessageRules(cast, findings),
    new PeerRules(cast, findings),
    new GetRules(cast, findings),
    new LogTruth(cast, findings),
  ];
  return { observers: [trace, ledger, ...rules, progress], trace, progress };
}

function planFaults(world: World, { outages, cuts, healAtMs, delay }: Scenario): void {
  for (const { peer, fromMs, toMs } of outages) {
    world.at(fromMs, () => world.crash(peer));
    world.at(toMs, () => world.restart(peer));
  }
  for (const { partition, fromMs, toMs } of cuts) {
    world.at(fromMs, () => world.partitions.add(partition));
    world.at(toMs, () => world.partitions.delete(partition));
  }
  if (healAtMs === 0) return;
  world.at(healAtMs, () => {
    world.links = linksByPair(() => ({ delay, lossShare: 0, duplicateShare: 0 }));
  });
}

function makePeer(host: Host, { kind, config, held }: PeerRole, plant: Plant): Actor {
  switch (kind) {
    case "honest":
      return new PeerActor(host, config, plant);
    case "naive":
      return new NaivePeer(host, config);
    case "boastful":
      return new BoastfulPeer(host, config, held);
    default:
      return new FOREIGN[kind](host, config);
  }
}

type ForeignKind = Exclude<PeerKind, "honest" | "naive" | "boastful">;

const FOREIGN: Readonly<Record<ForeignKind, new (host: Host, config: PeerConfig) => Actor>> = {
  slow: SlowPeer,
  stammering: StammeringPeer,
  rubbish: RubbishPeer,
  silent: SilentPeer,
  confused: ConfusedPeer,
  absent: AbsentPeer,
};

function longest({ clients }: Scenario, actors: readonly ClientActor[]): number {
  const starts = new Map<Address, number>([...clients].map(([address, { startedAtMs }]) => [address, startedAtMs]));
  return Math.max(...actors.map((actor) => actor.endedAtMs - (starts.get(actor.address) as number)));
}
