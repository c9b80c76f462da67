import { Effects } from "../../../src/core/effects.ts";
import { PeerCore } from "../../../src/core/peer/peer-core.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../../../src/core/peer/peer-types.ts";
import { type Address, addressOf } from "../../../src/core/wire/address.ts";
import { decodeDatagram } from "../../../src/core/wire/datagram/decode.ts";
import { BOUNDARIES, mutatedDatagram } from "./datagram-grammar.ts";
import type { Episode, Start } from "./fuzz.ts";
import { PeerOracle } from "./peer-oracle.ts";
import type { Random } from "./random.ts";

/** What is fuzzed: a {@link PeerCore}, or one with a mistake planted. */
export interface PeerLike {
  handle(input: PeerInput, nowMs: number, effects: Effects<PeerEffect>): void;
}

/** Makes the peer of an episode. */
export type MakePeer = (config: PeerConfig, nowMs: number) => PeerLike;

/** The real one. */
export const realPeer: MakePeer = (config, nowMs) => new PeerCore(config, nowMs);

const HOST = 0x7f000001;
/** Neighbours, clients, strangers, the peer itself, and what must never be answered. */
const SOURCES: readonly Address[] = [
  ...[5000, 5001, 5002, 5003, 5004, 40_000, 1, 65_535, 0].map((port) => addressOf(HOST, port)),
  ...[0x0a000001, 0xc0a80001, 0x08080808, 0xe0000001, 0xffffffff, 0].map((ip) => addressOf(ip, 5001)),
];

/** Fuzzes a peer over its life: datagrams, wakes, other holdings, and time that stands still, creeps and jumps. */
export const fuzzPeer =
  (make: MakePeer): Start =>
  (random: Random): Episode => {
    const config = anyConfig(random);
    const oracle = new PeerOracle(config);
    const effects = new Effects<PeerEffect>();
    let nowMs = random.pick([0, 1, 1e6, 2 ** 40]) + random.below(1000);
    let input: PeerInput = { type: "wake" };
    const peer = make(config, nowMs);
    return {
      prepare: () => {
        nowMs += elapsedMs(random, effects.wakeAtMs - nowMs);
        input = anyInput(random);
        effects.clear();
      },
      run: () => peer.handle(input, nowMs, effects),
      judge: () => oracle.judge(input, nowMs, effects),
    };
  };

function anyConfig(random: Random): PeerConfig {
  return {
    self: SOURCES[0] as Address,
    neighbours: SOURCES.slice(1, 1 + random.below(5)),
    holdings: random.list(random.below(30), () => random.below(24)).concat(random.oneIn(2) ? BOUNDARIES : []),
    maxTtlHops: random.pick([1, 2, 3, 3, 3, 7, 255]),
    allowPublic: random.oneIn(4),
    dialect: random.oneIn(4) ? "report" : "canonical",
  };
}

/** Monotonic, as the contract with the shell says. Fractions are what a real clock gives. */
function elapsedMs(random: Random, untilWakeMs: number): number {
  switch (random.below(12)) {
    case 0:
      return random.below(3);
    case 1:
      return random.below(1000) / 64;
    case 2:
      return random.pick([1, 699, 700, 701, 1000]);
    case 3:
      return random.oneIn(50) ? 1e9 : random.below(2000);
    case 4:
    case 5:
      return Number.isFinite(untilWakeMs) ? Math.max(0, untilWakeMs) : 0;
    default:
      return 0;
  }
}

function anyInput(random: Random): PeerInput {
  if (random.oneIn(8)) return { type: "wake" };
  if (random.oneIn(100)) return { type: "holdings", ids: random.list(random.below(30), () => random.below(24)) };
  if (random.oneIn(100)) return { type: "chunk-lost", id: random.below(24) };
  for (;;) {
    const message = decodeDatagram(mutatedDatagram(random));
    if (message.type !== "decode-error") return { type: "datagram", from: random.pick(SOURCES), message };
  }
}
