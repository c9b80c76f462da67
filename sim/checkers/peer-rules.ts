import { ORIGINAL } from "../../src/core/limits.ts";
import type { PeerConfig } from "../../src/core/peer/peer-types.ts";
import { type Address, isAnswerable } from "../../src/core/wire/address.ts";
import type { Dialect, Message } from "../../src/core/wire/datagram/message.ts";
import type { Cast } from "../cast.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";
import type { Findings } from "./findings.ts";

interface Memory {
  readonly firstSeenMs: number;
  bestTtlHops: number;
}

/**
 * A second reading of the contract for one peer, as plain as can be: what it must send in answer to a question. Each
 * of our peers is compared with it, message by message. (It knows no rate limits: no run comes near them.)
 */
class PeerModel {
  readonly #config: PeerConfig;
  readonly #holdings: ReadonlySet<number>;
  readonly #seen = new Map<string, Memory>();

  constructor(config: PeerConfig) {
    this.#config = config;
    this.#holdings = new Set(config.holdings);
  }

  /** The ChunkInfos and Queries owed for a message, in the form of {@link describe}. */
  owed(from: Address, message: Message, nowMs: number): string[] {
    if (message.type === "hello") return this.#question(from, from, this.#config.maxTtlHops, message.ids, nowMs);
    if (message.type !== "query") return [];
    const ttlHops = Math.min(message.ttlHops, this.#config.maxTtlHops) - 1;
    return this.#question(message.client, from, Math.max(0, ttlHops), message.ids, nowMs);
  }

  #question(client: Address, from: Address, ttlHops: number, ids: readonly number[], nowMs: number): string[] {
    if (client === this.#config.self || !isAnswerable(client, false)) return [];
    const owed: string[] = [];
    const runIds = listSize(this.#config.dialect);
    for (let at = 0; at < ids.length; at += runIds) {
      const run = ids.slice(at, at + runIds);
      const { isNew, isBetter } = this.#hear(`${client} ${run.join()}`, ttlHops, nowMs);
      const held = [...new Set(run)].filter((id) => this.#holdings.has(id));
      if (isNew && held.length > 0) owed.push(describe(client, { type: "chunk-info", ids: held }));
      if (!isBetter || ttlHops === 0) continue;
      for (const neighbour of this.#config.neighbours)
        if (neighbour !== from) owed.push(describe(neighbour, { type: "query", client, ttlHops, ids: run }));
    }
    return owed;
  }

  #hear(key: string, ttlHops: number, nowMs: number): { isNew: boolean; isBetter: boolean } {
    const memory = this.#seen.get(key);
    if (memory === undefined || nowMs >= memory.firstSeenMs + ORIGINAL.questionMemoryMs) {
      this.#seen.set(key, { firstSeenMs: nowMs, bestTtlHops: ttlHops });
      return { isNew: true, isBetter: true };
    }
    const isBetter = ttlHops > memory.bestTtlHops;
    if (isBetter) memory.bestTtlHops = ttlHops;
    return { isNew: false, isBetter };
  }
}

const listSize = (dialect: Dialect): number => (dialect === "report" ? 498 : 500);

const describe = (to: Address, message: Message): string => `${JSON.stringify(message)} to ${to}`;

/** Our peers answer each question with what they hold, once, and send it on as the contract says: all and nothing else. */
export class PeerRules implements Observer {
  readonly #cast: Cast;
  readonly #findings: Findings;
  readonly #models = new Map<Address, PeerModel>();
  #sent: string[] = [];

  constructor(cast: Cast, findings: Findings) {
    this.#cast = cast;
    this.#findings = findings;
  }

  delivered(): void {
    this.#sent = [];
  }

  sent({ to, message }: Datagram): void {
    if (message.type === "chunk-info" || message.type === "query") this.#sent.push(describe(to, message));
  }

  handled({ from, to, message }: Datagram, nowMs: number): void {
    const role = this.#cast.peers.get(to);
    if (role?.kind !== "honest" || message.type === "decode-error") return;
    let model = this.#models.get(to);
    if (model === undefined) {
      model = new PeerModel(role.config);
      this.#models.set(to, model);
    }
    const owed = model.owed(from, message, nowMs);
    for (const line of owed) if (!this.#sent.includes(line)) this.#findings.add(nowMs, to, `did not send ${line}`);
    for (const line of this.#sent) if (!owed.includes(line)) this.#findings.add(nowMs, to, `should not send ${line}`);
    if (new Set(this.#sent).size !== this.#sent.length) this.#findings.add(nowMs, to, "sent the same twice");
  }

  /** A peer that starts again remembers nothing. */
  restarted(address: Address): void {
    this.#models.delete(address);
  }
}
