import type { Address } from "../../src/core/wire/address.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";

/** A question's arrival at a peer. */
export interface Arrival {
  /** The Hello with which it began. */
  readonly hello: Datagram;
  readonly atMs: number;
}

/** What concerns one client. */
export interface ClientLedger {
  readonly hellos: Datagram[];
  readonly gets: Datagram[];
  readonly infos: Datagram[];
  readonly responses: Datagram[];
}

/** Keeps account of the datagrams of a run, so that it can be proven afterwards why something did not come. */
export class Ledger implements Observer {
  readonly #clients = new Map<Address, ClientLedger>();
  readonly #queries = new Map<Datagram, Datagram[]>();
  readonly #arrivals = new Map<Address, Arrival[]>();
  readonly #crashes = new Map<Address, number>();

  sent(datagram: Datagram): void {
    const { message, from, to } = datagram;
    switch (message.type) {
      case "hello":
        this.ofClient(from).hellos.push(datagram);
        break;
      case "get":
        this.ofClient(from).gets.push(datagram);
        break;
      case "chunk-info":
        this.ofClient(to).infos.push(datagram);
        break;
      case "response":
      case "report-response":
        this.ofClient(to).responses.push(datagram);
        break;
      case "query":
        append(this.#queries, datagram.root, datagram);
        break;
      case "decode-error":
        break;
    }
  }

  delivered(datagram: Datagram, nowMs: number): void {
    const { type } = datagram.message;
    if (type === "hello" || type === "query")
      append(this.#arrivals, datagram.to, { hello: datagram.root, atMs: nowMs });
  }

  crashed(address: Address, nowMs: number): void {
    this.#crashes.set(address, nowMs);
  }

  /** The datagrams from and to a client, in the order of sending. */
  ofClient(client: Address): ClientLedger {
    let ledger = this.#clients.get(client);
    if (ledger === undefined) {
      ledger = { hellos: [], gets: [], infos: [], responses: [] };
      this.#clients.set(client, ledger);
    }
    return ledger;
  }

  /** The Queries that a Hello brought about. */
  queriesOf(hello: Datagram): readonly Datagram[] {
    return this.#queries.get(hello) ?? [];
  }

  /** The questions that reached a peer, copies included. */
  arrivalsAt(peer: Address): readonly Arrival[] {
    return this.#arrivals.get(peer) ?? [];
  }

  /** When a peer crashed last, in ms; −Infinity when it never did. */
  crashedAtMs(peer: Address): number {
    return this.#crashes.get(peer) ?? -Infinity;
  }
}

function append<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
