import { ORIGINAL } from "../../src/core/limits.ts";
import { type Address, formatAddress } from "../../src/core/wire/address.ts";
import type { Cast } from "../cast.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";
import type { Findings } from "./findings.ts";

/** A request under way. */
interface Ask {
  readonly to: Address;
  readonly sentAtMs: number;
  /** In the order of asking at this holder. */
  readonly sequence: number;
}

interface HolderView {
  readonly advertised: Set<number>;
  nextSequence: number;
  /** The latest request that it has answered. */
  answeredSequence: number;
  /** Its fastest answer to a request sent once, in ms; Infinity before the first answer. */
  fastestMs: number;
}

interface ClientView {
  readonly holders: Map<Address, HolderView>;
  readonly asks: Map<number, Ask[]>;
  readonly requests: Map<number, number>;
  readonly arrived: Set<number>;
}

/** Floating-point sums of delays are this exact, in ms. */
const GRAIN_MS = 1e-6;

/**
 * What a client may ask of whom: nothing that was not advertised, nothing that has come, nothing that is in flight and
 * not late, and no chunk more than six times.
 */
export class GetRules implements Observer {
  readonly #cast: Cast;
  readonly #findings: Findings;
  readonly #clients = new Map<Address, ClientView>();

  constructor(cast: Cast, findings: Findings) {
    this.#cast = cast;
    this.#findings = findings;
  }

  delivered({ from, to, message }: Datagram, nowMs: number): void {
    if (!this.#cast.clients.has(to)) return;
    const client = this.#client(to);
    if (message.type === "chunk-info") for (const id of message.ids) holderOf(client, from).advertised.add(id);
    if (message.type === "response") answered(client, from, message.id, nowMs);
    if (message.type === "report-response" && message.nameNumber !== undefined)
      answered(client, from, message.nameNumber, nowMs);
  }

  chunk(address: Address, _from: Address, id: number): void {
    this.#client(address).arrived.add(id);
  }

  sent({ from, to, message }: Datagram, nowMs: number): void {
    if (message.type !== "get" || !this.#cast.clients.has(from)) return;
    const client = this.#client(from);
    for (const id of message.ids)
      for (const problem of noteAsk(client, id, to, nowMs))
        this.#findings.add(nowMs, from, `Get ${id} to ${formatAddress(to)}: ${problem}`);
  }

  #client(address: Address): ClientView {
    let client = this.#clients.get(address);
    if (client === undefined) {
      client = { holders: new Map(), asks: new Map(), requests: new Map(), arrived: new Set() };
      this.#clients.set(address, client);
    }
    return client;
  }
}

function holderOf(client: ClientView, address: Address): HolderView {
  let holder = client.holders.get(address);
  if (holder === undefined) {
    holder = { advertised: new Set(), nextSequence: 0, answeredSequence: -1, fastestMs: Infinity };
    client.holders.set(address, holder);
  }
  return holder;
}

/** Notes that a chunk is asked of a holder; returns what is wrong with that. */
function noteAsk(client: ClientView, id: number, to: Address, nowMs: number): string[] {
  const problems: string[] = [];
  const holder = holderOf(client, to);
  if (!holder.advertised.has(id)) problems.push("not advertised");
  if (client.arrived.has(id)) problems.push("it has come already");
  const requests = (client.requests.get(id) ?? 0) + 1;
  client.requests.set(id, requests);
  if (requests > ORIGINAL.maxRequestsPerChunk) problems.push(`request number ${requests}`);
  const earlier = client.asks.get(id) ?? [];
  for (const one of earlier)
    if (!isLate(one, holderOf(client, one.to), to, nowMs))
      problems.push(`in flight at ${formatAddress(one.to)} for ${(nowMs - one.sentAtMs).toFixed(3)} ms only`);
  client.asks.set(id, [...earlier, { to, sentAtMs: nowMs, sequence: holder.nextSequence++ }]);
  return problems;
}

function answered(client: ClientView, from: Address, id: number, nowMs: number): void {
  const asks = client.asks.get(id) ?? [];
  const ofHolder = asks.filter((ask) => ask.to === from);
  const latest = ofHolder.at(-1);
  if (latest === undefined) return;
  const holder = holderOf(client, from);
  holder.answeredSequence = Math.max(holder.answeredSequence, latest.sequence);
  holder.fastestMs = Math.min(holder.fastestMs, nowMs - latest.sentAtMs);
  client.asks.set(
    id,
    asks.filter((ask) => ask.to !== from),
  );
}

/** Whether a request may be repeated: its time-out can have passed, or later ones have overtaken it. */
function isLate(ask: Ask, holder: HolderView, next: Address, nowMs: number): boolean {
  if (holder.answeredSequence >= ask.sequence + ORIGINAL.overtakenBy) return true;
  const ageMs = nowMs - ask.sentAtMs + GRAIN_MS;
  if (holder.fastestMs === Infinity) return ageMs >= ORIGINAL.firstTimeoutMs;
  // A time-out is never shorter than the fastest answer; another holder may be asked when it would have been faster.
  const fastestMs = ask.to === next ? Math.min(holder.fastestMs, ORIGINAL.maxTimeoutMs) : 0;
  return ageMs >= Math.max(ORIGINAL.minTimeoutMs, fastestMs);
}
