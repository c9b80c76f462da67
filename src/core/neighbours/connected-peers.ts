import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import { TokenBucket } from "../peer/token-bucket.ts";
import { type Nearness, nearnessOf, type PeerAddress, parsePeerAddress } from "./address-class.ts";
import type { Neighbour, PeerVia } from "./neighbours-types.ts";

/** One open find stream. */
export class ConnectedPeer implements Neighbour {
  readonly peer: PeerKey;
  readonly address: string;
  readonly direction: "inbound" | "outbound";
  readonly via: PeerVia;
  readonly sinceMs: number;
  /** A rotating guest beyond the neighbours aimed at. */
  readonly isGuest: boolean;
  readonly nearness: Nearness;
  readonly parsed: PeerAddress | undefined;
  /** It was asked for peers, and has not answered yet. */
  owesPeers: boolean = false;
  askedAtMs: number = -Infinity;
  /** Its Peers frames that were passed over. */
  refused = 0;
  readonly asks: TokenBucket;

  constructor(neighbour: Neighbour, isGuest: boolean, nowMs: number) {
    this.peer = neighbour.peer;
    this.address = neighbour.address;
    this.direction = neighbour.direction;
    this.via = neighbour.via;
    this.sinceMs = neighbour.sinceMs;
    this.isGuest = isGuest;
    this.nearness = nearnessOf(neighbour.address);
    this.parsed = parsePeerAddress(neighbour.address);
    this.asks = new TokenBucket(NETWORK.peersAskedBurst, NETWORK.peersAskedPerSecond, nowMs);
  }

  /** The public network that it is in; `undefined` on this machine, on this site, and behind a relay. */
  get group(): string | undefined {
    return this.parsed === undefined ? undefined : sharedGroup(this.parsed);
  }
}

/**
 * The group of which only a share may be neighbours. Loopback and private addresses have none: where a whole network is
 * on one machine or one site, all are in the same group, and whoever is there could do worse. Nor has a relay's.
 */
export const sharedGroup = (address: PeerAddress): string | undefined =>
  address.scope === "public" && !address.isRelayed ? address.group : undefined;

/** The neighbours, and for whom there is still room. */
export class ConnectedPeers {
  readonly #maxPeers: number;
  readonly #peers = new Map<PeerKey, ConnectedPeer>();

  constructor(maxPeers: number) {
    this.#maxPeers = Math.min(maxPeers, NETWORK.maxNeighbours);
  }

  /** Neighbours that are aimed at. */
  get aimed(): number {
    return Math.min(NETWORK.aimedNeighbours, this.#maxPeers);
  }

  /** Neighbours below which the node hurries. */
  get least(): number {
    return Math.min(NETWORK.minNeighbours, this.#maxPeers);
  }

  /** Neighbours that this node wants to have chosen itself, so that others cannot surround it. */
  get leastOutbound(): number {
    return Math.min(NETWORK.minOutboundNeighbours, Math.ceil(this.#maxPeers / 2));
  }

  get size(): number {
    return this.#peers.size;
  }

  get outbound(): number {
    let count = 0;
    for (const { direction } of this.#peers.values()) if (direction === "outbound") count++;
    return count;
  }

  has(peer: PeerKey): boolean {
    return this.#peers.has(peer);
  }

  get(peer: PeerKey): ConnectedPeer | undefined {
    return this.#peers.get(peer);
  }

  values(): IterableIterator<ConnectedPeer> {
    return this.#peers.values();
  }

  add(peer: ConnectedPeer): void {
    this.#peers.set(peer.peer, peer);
  }

  delete(peer: PeerKey): void {
    this.#peers.delete(peer);
  }

  guest(): ConnectedPeer | undefined {
    for (const peer of this.#peers.values()) if (peer.isGuest) return peer;
    return undefined;
  }

  /** Whether there is room for one more: those who come leave places for those whom we choose. */
  hasRoom(direction: "inbound" | "outbound"): boolean {
    if (this.#peers.size >= this.#maxPeers) return false;
    return direction === "outbound" || this.#peers.size - this.outbound < this.#maxPeers - this.leastOutbound;
  }

  /** Whether one more of this public group would still be within its share. */
  hasShare(group: string | undefined): boolean {
    if (group === undefined) return true;
    const most = Math.max(2, Math.floor((this.#maxPeers * NETWORK.neighboursPerGroupPercent) / 100));
    let count = 0;
    for (const peer of this.#peers.values()) if (peer.group === group) count++;
    return count < most;
  }

  /**
   * The place that changes hands when there is no room: the neighbour that came last, once it has stayed a while. All older
   * ones stay, so whoever presses in displaces nobody but those who pressed in; and a full network does not fall into
   * parts that cannot find together.
   */
  revolving(nowMs: number): ConnectedPeer | undefined {
    let latest: ConnectedPeer | undefined;
    for (const peer of this.#peers.values())
      if (peer.via !== "join" && (latest === undefined || peer.sinceMs >= latest.sinceMs)) latest = peer;
    return latest === undefined || nowMs - latest.sinceMs < NETWORK.shortVisitMs ? undefined : latest;
  }

  /** The one that came last by itself: the first to go when a person wants another. */
  latestInbound(): ConnectedPeer | undefined {
    let latest: ConnectedPeer | undefined;
    for (const peer of this.#peers.values())
      if (peer.direction === "inbound" && (latest === undefined || peer.sinceMs >= latest.sinceMs)) latest = peer;
    return latest;
  }
}
