import { randomInt } from "node:crypto";
import type { IdentifyResult } from "@libp2p/interface";
import { NETWORK } from "../core/limits.ts";
import { NeighboursCore } from "../core/neighbours/neighbours-core.ts";
import type {
  NamedPeer,
  NeighboursCounters,
  NeighboursEffect,
  NeighboursInput,
  PeerVia,
} from "../core/neighbours/neighbours-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { parsePeerAddress } from "./addresses.ts";
import { CoreShell } from "./core-shell.ts";
import type { Engine } from "./engine-types.ts";
import type { FindLink, FindLinks } from "./find-links.ts";
import type { FindService, FoundHolder } from "./find-service.ts";
import { IdleConnections } from "./idle-connections.ts";
import type { PeerStatus } from "./node-types.ts";
import type { PeerBook } from "./peer-book.ts";
import { openRecord } from "./peer-record.ts";

/** What a {@link NeighboursService} works with. */
export interface NeighboursServiceOptions {
  readonly engine: Engine;
  readonly links: FindLinks;
  readonly find: FindService;
  readonly book: PeerBook;
  /** Neighbours at most. */
  readonly maxPeers: number;
  /** Addresses of peers to know from the start, as people write them; links are taken apart by the caller. */
  readonly join: readonly string[];
  /** Counts what was refused, by its cause. */
  readonly count: (cause: string) => void;
}

/**
 * Who this node's neighbours are: performs what a `NeighboursCore` wants with libp2p, and tells it what was heard, from
 * people, from the local network, from other peers, and from the book of the last run.
 */
export class NeighboursService {
  readonly #options: NeighboursServiceOptions;
  readonly #core: NeighboursCore;
  readonly #shell: CoreShell<NeighboursInput, NeighboursEffect>;
  /** By peer, the number of the dial that is opening a find stream to it. */
  readonly #dials = new Map<string, number>();
  /** Neighbours that were asked for peers and have not answered. */
  readonly #asked = new Set<string>();
  /** By peer, the check of the signatures that it sent; there is one at a time, since it was asked once. */
  readonly #checks = new Map<string, Promise<void>>();
  readonly #idle: IdleConnections;
  readonly #stopping = new AbortController();

  /** @throws CardumeError `address-invalid` for a bad `join` address */
  constructor(options: NeighboursServiceOptions) {
    const { engine, links, maxPeers } = options;
    this.#options = { ...options, join: [...options.join] };
    for (const address of options.join) parsePeerAddress(address);
    this.#core = new NeighboursCore({ self: engine.peerId, maxPeers, random }, monotonicMs());
    this.#shell = new CoreShell(this.#core, (effect) => this.#perform(effect));
    this.#idle = new IdleConnections(engine);
    links.listen({
      opened: (link) => this.#opened(link, this.#dials.get(link.peer)),
      message: (peer, message) => {
        if (message.type === "peers") this.#peers(peer, message.records);
      },
      closed: (peer) => this.#closed(peer),
      fault: (peer, what) => this.#fault(peer, what),
    });
  }

  /** Begins: tells the core what is known, and takes what others say. */
  start(): void {
    const { engine, book, join } = this.#options;
    engine.libp2p.addEventListener("self:peer:update", this.#ownAddresses);
    engine.libp2p.addEventListener("peer:identify", this.#identified);
    engine.onLanPeer(({ peer, addresses }) => this.#learned({ peer, addresses }, "lan"));
    this.#ownAddresses();
    // Those that are refused for minutes only are the gater's affair.
    const soonMs = Date.now() + NETWORK.malformedMemoryMs;
    for (const { peer, untilMs } of book.refused()) if (untilMs > soonMs) this.#shell.tell({ type: "lied", peer });
    for (const peer of book.peers()) this.#learned(peer, "memory");
    for (const text of join) {
      const { peer, address } = parsePeerAddress(text);
      this.#learned({ peer, addresses: [address] }, "join");
    }
    this.#idle.start();
  }

  /** Ends; links are ended by whoever made them. */
  stop(): void {
    const { libp2p } = this.#options.engine;
    this.#stopping.abort();
    this.#shell.stop();
    this.#idle.stop();
    libp2p.removeEventListener("self:peer:update", this.#ownAddresses);
    libp2p.removeEventListener("peer:identify", this.#identified);
  }

  /**
   * Connects to a peer that a person named, now.
   * @throws CardumeError `address-invalid`; `peer-unreachable`, `peer-mismatch`, `no-find` (exit code 4)
   */
  async join(text: string): Promise<FindLink> {
    const { engine, links } = this.#options;
    const { peer, address } = parsePeerAddress(text);
    this.#learned({ peer, addresses: [address] }, "join");
    return links.open(await engine.dial({ peer, addresses: [address] }, this.#stopping.signal));
  }

  /** A search found this holder: it may become a neighbour. */
  found({ record, recordBytes, from }: FoundHolder): void {
    const { peer, addresses } = record;
    this.#shell.tell({ type: "learned", peer, addresses, record: recordBytes, via: "found", from });
  }

  /** A peer sent wrong bytes, or lied otherwise: it is refused for a long time, also after a restart. */
  lied(peer: string, reason: string): void {
    const { book, engine, count } = this.#options;
    count(`liar-${reason}`);
    // The core forgets a liar only when the node starts anew; who is refused for minutes is kept out by its connections.
    if (book.lied(peer, reason) > NETWORK.malformedMemoryMs) this.#shell.tell({ type: "lied", peer });
    engine.hangUp(peer);
  }

  /** Every connected peer. */
  peers(): PeerStatus[] {
    const { engine, links } = this.#options;
    const neighbours = new Map(this.#core.neighbours().map((neighbour) => [neighbour.peer, neighbour]));
    const byPeer = new Map(
      engine.libp2p.getConnections().map((connection) => [connection.remotePeer.toString(), connection]),
    );
    return [...byPeer].map(([peer, { remoteAddr, direction, rtt }]) => ({
      peer,
      name: links.link(peer)?.name ?? "",
      address: remoteAddr.toString(),
      isNeighbour: neighbours.has(peer),
      direction,
      via: neighbours.get(peer)?.via ?? (direction === "inbound" ? "inbound" : "found"),
      roundTripMs: rtt,
    }));
  }

  /** How many peers are known. */
  get known(): number {
    return this.#core.known;
  }

  /** What was done and refused so far. */
  get counters(): Readonly<NeighboursCounters> {
    return this.#core.counters;
  }

  readonly #ownAddresses = (): void => {
    this.#shell.tell({ type: "own-addresses", addresses: this.#options.engine.addresses() });
  };

  #learned({ peer, addresses, record }: Omit<NamedPeer, "peer"> & { peer: string | undefined }, via: PeerVia): void {
    this.#shell.tell({ type: "learned", peer, addresses, record, via });
  }

  /** What a connected peer says of itself: its own signed record where it has one. */
  readonly #identified = ({ detail }: CustomEvent<IdentifyResult>): void => {
    void this.#takeIdentity(detail).catch(() => undefined);
  };

  async #takeIdentity({ peerId, listenAddrs }: IdentifyResult): Promise<void> {
    const { libp2p } = this.#options.engine;
    const { peerRecordEnvelope: record } = await libp2p.peerStore.get(peerId);
    const opened = record === undefined ? undefined : await openRecord(record, "person");
    const peer = peerId.toString();
    if (opened?.peer === peer) this.#learned({ peer, addresses: opened.addresses, record }, "inbound");
    else this.#learned({ peer, addresses: listenAddrs.map((address) => address.toString()) }, "inbound");
  }

  #opened({ peer, address, direction }: FindLink, dial: number | undefined): void {
    this.#inTurn(peer, () => this.#shell.tell({ type: "connected", peer, address, direction, dial }));
  }

  #closed(peer: string): void {
    this.#asked.delete(peer);
    this.#inTurn(peer, () => this.#shell.tell({ type: "disconnected", peer }));
  }

  /** Whoever has no room tells of others and goes: what it told is heard before it is gone. */
  #inTurn(peer: string, then: () => void): void {
    const check = this.#checks.get(peer);
    if (check === undefined) then();
    else void check.then(then);
  }

  #fault(peer: string, what: string): void {
    const { book, count } = this.#options;
    count(`find-${what}`);
    book.refuse(peer, what, NETWORK.malformedMemoryMs);
  }

  /** A Peers frame: a question, or an answer, whose signatures are checked only when it was asked for. */
  #peers(from: string, records: readonly Uint8Array[]): void {
    if (records.length === 0) this.#shell.tell({ type: "peers-asked", from });
    else if (this.#asked.delete(from)) {
      const check = this.#told(from, records).finally(() => this.#checks.delete(from));
      this.#checks.set(from, check);
    } else this.#shell.tell({ type: "peers-told", from, peers: [] });
  }

  async #told(from: string, records: readonly Uint8Array[]): Promise<void> {
    const opened = await Promise.all(records.map((record) => this.#named(record)));
    this.#shell.tell({ type: "peers-told", from, peers: opened.flatMap((peer) => peer ?? []) });
  }

  async #named(record: Uint8Array): Promise<NamedPeer | undefined> {
    // Which of the addresses may be dialled is the core's to say: it knows how near the one is that told of them.
    const opened = await openRecord(record, "person");
    return opened === undefined ? undefined : { peer: opened.peer, addresses: opened.addresses, record };
  }

  #perform(effect: NeighboursEffect): void {
    const { links, find, book } = this.#options;
    switch (effect.type) {
      case "dial":
        void this.#dial(effect.dial, effect.peer, effect.addresses);
        return;
      case "accept":
        find.joined(effect.peer);
        return;
      case "disconnect":
        this.#options.count(`neighbour-${effect.reason}`);
        find.left(effect.peer);
        links.close(effect.peer);
        return;
      case "ask-peers":
        this.#asked.add(effect.of);
        links.send(effect.of, { type: "peers", records: [] });
        return;
      case "tell-peers":
        links.send(effect.to, { type: "peers", records: effect.records });
        return;
      case "remember":
        book.remember(effect.peer);
        return;
      case "forget":
        book.forget(effect.peer);
        return;
      case "remember-liar":
        // Whoever found it out has said why, and the book has that.
        if (!book.isRefused(effect.peer)) book.refuse(effect.peer, "lied", NETWORK.liarMemoryMs);
        return;
    }
  }

  /** Answers the core with `connected` or `dial-failed`, always. */
  async #dial(dial: number, peer: string | undefined, addresses: readonly string[]): Promise<void> {
    const { engine, links } = this.#options;
    let reached: string | undefined;
    try {
      const connection = await engine.dial({ peer, addresses }, this.#stopping.signal);
      reached = connection.remotePeer.toString();
      const there = links.link(reached);
      if (there !== undefined) {
        this.#opened(there, dial);
        return;
      }
      this.#dials.set(reached, dial);
      await links.open(connection);
    } catch {
      this.#shell.tell({ type: "dial-failed", dial });
    } finally {
      if (reached !== undefined && this.#dials.get(reached) === dial) this.#dials.delete(reached);
    }
  }
}

const random = (): number => randomInt(2 ** 47) / 2 ** 47;
