import { ClientCore } from "../../../src/core/client/client-core.ts";
import type { ClientConfig, ClientEffect, ClientInput } from "../../../src/core/client/client-types.ts";
import { Effects } from "../../../src/core/effects.ts";
import { type Address, addressOf } from "../../../src/core/wire/address.ts";
import { decodeDatagram } from "../../../src/core/wire/datagram/decode.ts";
import { ClientOracle } from "./client-oracle.ts";
import { mutatedDatagram } from "./datagram-grammar.ts";
import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";

/** What is fuzzed: a {@link ClientCore}, or one with a mistake planted. */
export interface ClientLike {
  handle(input: ClientInput, nowMs: number, effects: Effects<ClientEffect>): void;
}

/** Makes the client of an episode. */
export type MakeClient = (config: ClientConfig) => ClientLike;

/** The real one. */
export const realClient: MakeClient = (config) => new ClientCore(config);

/** Six time-outs of 2 s at each of nine holders, one after the other where only one request may be in flight. */
const MAX_END_MS = 150_000;
const MAX_END_WAKES = 5000;

const CONTACT = addressOf(0x7f000001, 5001);
/** Peers that answer, strangers, and addresses at which nobody can be. */
const SOURCES: readonly Address[] = [
  ...[5001, 5002, 5003, 5004, 0].map((port) => addressOf(0x7f000001, port)),
  ...[0x0a000001, 0x08080808, 0xe0000001, 0].map((ip) => addressOf(ip, 5001)),
];

/**
 * Fuzzes a client over its life. Random input alone would never get it going, so about half of the inputs do what a
 * peer would do next: announce wanted ids, and answer Gets, some of them twice, late, or from elsewhere.
 * `reached` counts what has happened, for a test that this is not a fuzzer of idle clients.
 */
export const fuzzClient =
  (make: MakeClient, reached: Map<string, number> = new Map()): Start =>
  (random: Random): Episode => {
    const config = anyConfig(random);
    const oracle = new ClientOracle(config);
    const effects = new Effects<ClientEffect>();
    const client = make(config);
    const gets: { from: Address; id: number }[] = [];
    let nowMs = random.pick([0, 1e6]) + random.below(1000) / 8;
    let input: ClientInput = { type: "start" };
    let started = false;
    return {
      prepare: () => {
        nowMs += elapsedMs(random, effects.wakeAtMs - nowMs);
        input = started ? anyInput(random, config, gets) : { type: "start" };
        started = true;
        effects.clear();
      },
      run: () => client.handle(input, nowMs, effects),
      judge: () => {
        oracle.judge(input, nowMs, effects);
        for (const effect of effects.list) note(effect, gets, reached);
      },
      end: () => assertEnds(client, oracle, nowMs, effects),
    };
  };

/** Keeps what was asked, to be answered, and counts what happened. */
function note(effect: ClientEffect, gets: { from: Address; id: number }[], reached: Map<string, number>): void {
  if (effect.type === "send" && effect.message.type === "get")
    for (const id of effect.message.ids) gets.push({ from: effect.to, id });
  const name = effect.type === "event" ? effect.event.name : effect.type;
  reached.set(name, (reached.get(name) ?? 0) + 1);
}

/** From any state, a client that is only woken as it ordered ends: nobody answers, so everything fails in time. */
function assertEnds(client: ClientLike, oracle: ClientOracle, fromMs: number, effects: Effects<ClientEffect>): void {
  let nowMs = fromMs;
  let wakes = 0;
  for (let input: ClientInput = { type: "limit", place: Infinity }; !oracle.done; input = { type: "wake" }) {
    effects.clear();
    client.handle(input, nowMs, effects);
    oracle.judge(input, nowMs, effects);
    if (oracle.done) break;
    if (effects.wakeAtMs === Infinity) throw new Error("waits for ever: no wake is ordered");
    nowMs = Math.max(nowMs, effects.wakeAtMs);
    if (nowMs > fromMs + MAX_END_MS) throw new Error(`has not ended after ${MAX_END_MS} ms of silence`);
    if (wakes++ > MAX_END_WAKES) throw new Error(`woke ${MAX_END_WAKES} times while nothing happened`);
  }
}

function anyConfig(random: Random): ClientConfig {
  const count = random.oneIn(8) ? random.pick([500, 501, 1200]) : random.between(1, 30);
  const first = random.pick([0, 1, 65_535 - count]);
  const ids = Array.from({ length: count }, (_, index) => first + index);
  if (random.oneIn(2)) ids.reverse();
  return {
    contact: CONTACT,
    ids,
    order: random.oneIn(3) ? "sequence" : "rarest",
    receiveBufferBytes: random.pick([0, 2048, 20_000, 212_992, 4_194_304]),
    allowPublic: random.oneIn(5),
    dialect: random.oneIn(4) ? "report" : "canonical",
  };
}

function elapsedMs(random: Random, untilWakeMs: number): number {
  switch (random.below(10)) {
    case 0:
      return random.below(400) / 16;
    case 1:
      return random.oneIn(30) ? random.pick([1e9, 5000, 10_000]) : random.below(600);
    case 2:
    case 3:
    case 4:
      return Number.isFinite(untilWakeMs) ? Math.max(0, untilWakeMs) : 0;
    default:
      return 0;
  }
}

function anyInput(random: Random, config: ClientConfig, gets: { from: Address; id: number }[]): ClientInput {
  const from = random.pick(SOURCES);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return { type: "wake" };
    case 3:
      if (random.oneIn(5)) return { type: "limit", place: random.pick([0, 1, config.ids.length, Infinity]) };
      return { type: "datagram", from, message: { type: "chunk-info", ids: someOf(config.ids, random) } };
    case 4:
    case 5:
    case 6:
      return answer(random, gets) ?? { type: "wake" };
    default: {
      const message = decodeDatagram(mutatedDatagram(random));
      return message.type === "decode-error" ? { type: "wake" } : { type: "datagram", from, message };
    }
  }
}

const someOf = (ids: readonly number[], random: Random): number[] =>
  random.oneIn(3) ? [...ids] : random.list(random.below(6), () => random.pick(ids));

/** A Response to a Get of this client: mostly once, sometimes kept for a second one. */
function answer(random: Random, gets: { from: Address; id: number }[]): ClientInput | undefined {
  if (gets.length === 0) return undefined;
  const at = random.below(Math.min(gets.length, 20));
  const { from, id } = gets[at] as { from: Address; id: number };
  if (!random.oneIn(8)) gets.splice(at, 1);
  const sizeBytes = random.pick([0, 1, 1024, 65_000]);
  const message = random.oneIn(6)
    ? ({ type: "report-response", nameNumber: random.oneIn(4) ? undefined : id, offset: 104, sizeBytes: 1024 } as const)
    : ({ type: "response", id, offset: 6, sizeBytes } as const);
  return { type: "datagram", from: random.oneIn(20) ? random.pick(SOURCES) : from, message };
}
