import { ORIGINAL } from "../../src/core/limits.ts";
import { type Address, formatAddress } from "../../src/core/wire/address.ts";
import { type Cast, type ClientRole, isGood, type PeerRole, passesOn } from "../cast.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";
import type { Findings } from "./findings.ts";
import type { Ledger } from "./ledger.ts";
import { mustHaveHeard } from "./reached.ts";

/** With so many liars about one chunk, two of its six requests are left for others: in calm weather it must come. */
const MAX_LIARS = 4;

/**
 * A client ends in time, and a chunk is missing only for a reason that can be proven: nobody within the hop limit
 * sends it, or each of its questions and requests was lost on the way, came to somebody bad or crashed, or is late.
 */
export class Progress implements Observer {
  readonly #cast: Cast;
  readonly #ledger: Ledger;
  readonly #findings: Findings;
  readonly #ended = new Set<Address>();
  /** When each client gave up each chunk, in ms: `client id`. */
  readonly #failedAtMs = new Map<string, number>();

  constructor(cast: Cast, ledger: Ledger, findings: Findings) {
    this.#cast = cast;
    this.#ledger = ledger;
    this.#findings = findings;
  }

  failed(client: Address, id: number, nowMs: number): void {
    this.#failedAtMs.set(`${client} ${id}`, nowMs);
  }

  done(client: Address, missing: readonly number[], nowMs: number): void {
    this.#ended.add(client);
    const role = this.#cast.clients.get(client);
    if (role === undefined) return;
    if (nowMs > role.deadlineMs) this.#findings.add(nowMs, client, `ended ${nowMs - role.deadlineMs} ms too late`);
    for (const id of missing)
      for (const problem of this.#unproven(client, role, id, this.#failedAtMs.get(`${client} ${id}`) ?? nowMs))
        this.#findings.add(nowMs, client, `chunk ${id} is missing: ${problem}`);
  }

  /** At the end of the run: whoever has not ended never will. */
  finish(nowMs: number): void {
    for (const client of this.#cast.clients.keys())
      if (!this.#ended.has(client)) this.#findings.add(nowMs, client, "never ended");
  }

  /** Why the chunk should not be missing; nothing when that is all right. */
  #unproven(client: Address, role: ClientRole, id: number, nowMs: number): string[] {
    const infos = this.#ledger.ofClient(client).infos.filter((info) => info.deliveredAtMs <= nowMs && lists(info, id));
    const announcers = new Set(infos.map((info) => info.from));
    return [
      ...this.#search(client, role, id, announcers, nowMs),
      ...this.#requests(client, id, announcers, nowMs),
      ...this.#calm(role, id),
    ];
  }

  #search(client: Address, role: ClientRole, id: number, announcers: Set<Address>, nowMs: number): string[] {
    const problems: string[] = [];
    const { hellos, infos } = this.#ledger.ofClient(client);
    const mine = hellos.filter((hello) => lists(hello, id));
    if (announcers.size === 0) {
      if (mine.length < ORIGINAL.maxHellos) problems.push(`only ${mine.length} Hellos`);
      if (nowMs < role.startedAtMs + ORIGINAL.searchMs) problems.push("the search ended early");
    }
    for (const hello of mine)
      for (const peer of mustHaveHeard(hello, this.#cast, this.#ledger, nowMs)) {
        const { kind, held } = this.#peer(peer);
        if (!isGood(kind) || !held.has(id)) continue;
        if (!infos.some((info) => info.from === peer && info.root === hello && lists(info, id)))
          problems.push(`${formatAddress(peer)} holds it, and did not answer Hello ${hello.number}`);
      }
    return problems;
  }

  #requests(client: Address, id: number, announcers: Set<Address>, nowMs: number): string[] {
    const problems: string[] = [];
    const { gets, responses } = this.#ledger.ofClient(client);
    const asks = gets.filter((get) => lists(get, id));
    const answers = responses.filter((response) => carries(response, id));
    for (const ask of asks) {
      const ofPeer = answers.filter((answer) => answer.from === ask.to && answer.number > ask.number);
      // What comes in the very moment of giving up comes before or after it.
      if (ofPeer.some((answer) => answer.deliveredAtMs < nowMs)) problems.push("it came");
      const { kind, held } = this.#peer(ask.to);
      const owes = kind !== "slow" && isGood(kind) && held.has(id) && ask.deliveredAtMs < nowMs;
      if (owes && ofPeer.length === 0 && this.#ledger.crashedAtMs(ask.to) < ask.deliveredAtMs)
        problems.push(`${formatAddress(ask.to)} was asked and did not send it`);
    }
    if (asks.length >= ORIGINAL.maxRequestsPerChunk) return problems;
    for (const peer of announcers)
      if (this.#unanswered(client, peer, nowMs) < ORIGINAL.maxRequestsPerChunk)
        problems.push(`only ${asks.length} requests, though ${formatAddress(peer)} was not silent for long`);
    return problems;
  }

  /** In calm weather there is no excuse for a chunk that a good peer within reach has, unless liars abound. */
  #calm(role: ClientRole, id: number): string[] {
    if (!role.calm) return [];
    const reach = this.#within(role.config.contact);
    const holders = [...reach].filter((peer) => isGood(this.#peer(peer).kind) && this.#peer(peer).held.has(id));
    const liars = [...reach].filter((peer) => advertises(this.#peer(peer), id) && !holders.includes(peer));
    if (holders.length === 0 || liars.length > MAX_LIARS) return [];
    return [`in calm weather, though ${holders.map(formatAddress).join()} have it`];
  }

  /** Peers within the hop limit of a contact peer, when all that are there pass on. */
  #within(contact: Address): Set<Address> {
    const within = new Set(passesOn(this.#peer(contact).kind) ? [contact] : []);
    for (let hops = this.#peer(contact).config.maxTtlHops; hops > 0; hops--)
      for (const peer of [...within])
        for (const next of this.#peer(peer).config.neighbours) if (passesOn(this.#peer(next).kind)) within.add(next);
    return within;
  }

  /** Requests, of whatever chunk, that a peer has not answered. */
  #unanswered(client: Address, peer: Address, nowMs: number): number {
    const { gets, responses } = this.#ledger.ofClient(client);
    const came = responses.filter((response) => response.from === peer && response.deliveredAtMs <= nowMs);
    let count = 0;
    for (const get of gets) {
      if (get.to !== peer || get.message.type !== "get") continue;
      for (const id of get.message.ids)
        if (!came.some((answer) => carries(answer, id) && answer.deliveredAtMs >= get.sentAtMs)) count++;
    }
    return count;
  }

  #peer(address: Address): PeerRole {
    return this.#cast.peers.get(address) as PeerRole;
  }
}

const lists = ({ message }: Datagram, id: number): boolean => "ids" in message && message.ids.includes(id);

const advertises = (peer: PeerRole, id: number): boolean =>
  passesOn(peer.kind) && new Set(peer.config.holdings).has(id);

const carries = ({ message }: Datagram, id: number): boolean =>
  (message.type === "response" && message.id === id) ||
  (message.type === "report-response" && message.nameNumber === id);
