import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import { isAdmissible, type Nearness, type PeerAddress, parsePeerAddress } from "./address-class.ts";
import type { ConnectedPeer, ConnectedPeers } from "./connected-peers.ts";
import { type KnownPeer, KnownPeers, readAddresses } from "./known-peers.ts";
import type { NamedPeer, NeighboursCounters, NeighboursInput, PeerVia } from "./neighbours-types.ts";

/** Identities of peers that are connected for something else, or will be neighbours in a moment. */
const MAX_PENDING_IDENTITIES = 64;

/** That a peer was named. */
export type Learned = Extract<NeighboursInput, { type: "learned" }>;

/** What is done with what is known for the next start. */
export interface Remembering {
  readonly remember: (known: KnownPeer) => void;
  readonly forget: (known: KnownPeer) => void;
}

/** Which peers are known, by whom, and where; who lied; and where we are ourselves. */
export class Knowledge {
  readonly peers: KnownPeers;
  readonly #self: PeerKey;
  readonly #connected: ConnectedPeers;
  readonly #counters: NeighboursCounters;
  readonly #remembering: Remembering;
  /** The oldest first. */
  readonly #liars = new Set<PeerKey>();
  readonly #identities = new Map<PeerKey, Learned>();
  #own: ReadonlySet<string> = new Set();
  #ownNearness: Nearness = "private";
  #hasLoopback = false;

  constructor(
    self: PeerKey,
    connected: ConnectedPeers,
    isDialled: (peer: PeerKey) => boolean,
    counters: NeighboursCounters,
    remembering: Remembering,
  ) {
    this.#self = self;
    this.#connected = connected;
    this.#counters = counters;
    this.#remembering = remembering;
    this.peers = new KnownPeers(
      (peer) => connected.has(peer) || isDialled(peer),
      (known) => {
        counters.peersForgotten++;
        if (known.isRemembered) remembering.forget(known);
      },
    );
  }

  isLiar(peer: PeerKey): boolean {
    return this.#liars.has(peer);
  }

  isOwn(address: PeerAddress): boolean {
    return this.#own.has(hostAndPort(address));
  }

  setOwn(texts: readonly string[]): void {
    const own = texts.flatMap((text) => parsePeerAddress(text) ?? []);
    this.#own = new Set(own.map(hostAndPort));
    this.#hasLoopback = own.some(({ scope }) => scope === "loopback");
    this.#ownNearness = own.length > 0 && own.every(({ scope }) => scope === "loopback") ? "loopback" : "private";
  }

  /** Adds a liar, and forgets whatever else is known of it. @returns whether anything was */
  addLiar(peer: PeerKey): boolean {
    this.#liars.delete(peer);
    this.#liars.add(peer);
    const oldest = this.#liars.keys().next().value;
    if (this.#liars.size > NETWORK.maxLiarsRemembered && oldest !== undefined) this.#liars.delete(oldest);
    const known = this.peers.get(peer);
    if (known !== undefined) this.peers.forget(known);
    return known !== undefined;
  }

  /** Whether a peer is one that is never wanted: this node itself, or a liar; counted when it is. */
  refuses(peer: PeerKey | undefined): boolean {
    const isRefused = peer === this.#self || (peer !== undefined && this.#liars.has(peer));
    if (isRefused) this.#counters.peersRefused++;
    return isRefused;
  }

  /** A peer was named, by whatever but a person or itself. */
  learned(input: Learned): void {
    const { peer, via, from } = input;
    if (peer === undefined) this.#counters.peersRefused++;
    else this.named({ ...input, peer }, via, from ?? via, this.#nearnessOf(input));
  }

  /** Somebody named a peer. What we know of one first-hand is better. @returns whether it is new */
  named({ peer, addresses: texts, record }: NamedPeer, via: PeerVia, source: string, nearness: Nearness): boolean {
    if (this.refuses(peer)) return false;
    const there = this.peers.get(peer);
    if (there?.isProven === true) return false;
    const addresses = this.read(texts, peer, nearness);
    const known = addresses.length === 0 ? undefined : this.peers.make(peer, via, source);
    if (known === undefined) {
      this.#counters.peersRefused++;
      return false;
    }
    known.addresses = addresses;
    known.record = record ?? known.record;
    if (via === "memory") known.isRemembered = true;
    return there === undefined;
  }

  /** The addresses among these that may be dialled, given how near to us they were named. */
  read(texts: readonly string[], peer: PeerKey | undefined, nearness: Nearness): PeerAddress[] {
    const isGood = (address: PeerAddress): boolean =>
      isAdmissible(address, nearness) && !this.isOwn(address) && address.peer !== this.#self;
    const { addresses, refused } = readAddresses(texts, peer, isGood);
    this.#counters.addressesRefused += refused;
    return addresses;
  }

  /** What a peer says of itself: taken when it is a neighbour, kept a while when it is not one yet. */
  identified(input: Learned): void {
    const { peer } = input;
    if (peer === undefined) return;
    const connected = this.#connected.get(peer);
    if (connected !== undefined) {
      this.#identify(connected, input);
      return;
    }
    this.#identities.delete(peer);
    this.#identities.set(peer, input);
    const oldest = this.#identities.keys().next().value;
    if (this.#identities.size > MAX_PENDING_IDENTITIES && oldest !== undefined) this.#identities.delete(oldest);
  }

  /** A new neighbour: one that we dialled has been reached at its address, and what it said of itself counts now. */
  reached(connected: ConnectedPeer): void {
    const { peer, parsed, direction, via } = connected;
    const identity = this.#identities.get(peer);
    this.#identities.delete(peer);
    if (direction === "outbound" && parsed !== undefined) {
      const made = this.peers.make(peer, via, via);
      made?.worked(parsed);
      if (made !== undefined) made.isProven = true;
    }
    const known = this.peers.get(peer);
    if (identity !== undefined) this.#identify(connected, identity);
    else if (known !== undefined) this.#remember(known);
  }

  /** A neighbour has gone, and with it what it may have said of itself. */
  left(peer: PeerKey): void {
    this.#identities.delete(peer);
  }

  #nearnessOf({ via, from }: Learned): Nearness {
    if (via === "lan") return this.#ownNearness;
    if (via === "memory") return this.#hasLoopback ? "loopback" : "private";
    return (from === undefined ? undefined : this.#connected.get(from)?.nearness) ?? "public";
  }

  #identify(connected: ConnectedPeer, input: Learned): void {
    const addresses = this.read(input.addresses, connected.peer, connected.nearness);
    const known = this.peers.make(connected.peer, connected.via, connected.via);
    if (known === undefined) return;
    const { parsed } = connected;
    known.addresses = addresses;
    if (connected.direction === "outbound" && parsed !== undefined) known.worked(parsed);
    known.record = input.record ?? known.record;
    // Its word for its address counts when it is the host from which it came: nobody is made to dial a third party.
    const host = parsed?.isRelayed === false ? parsed.host : undefined;
    known.isProven ||= addresses.some((address) => address.host === host);
    this.#remember(known);
  }

  #remember(known: KnownPeer): void {
    if (!known.isProven || known.addresses.length === 0) return;
    known.isRemembered = true;
    this.#remembering.remember(known);
  }
}

const hostAndPort = ({ host, port }: PeerAddress): string => `${host} ${port}`;
