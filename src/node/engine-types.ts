import type { KeyObject } from "node:crypto";
import type { Connection, Ed25519PrivateKey, Libp2p } from "@libp2p/interface";

/** How an engine runs. Addresses as people write them (see `addresses.ts`). */
export interface EngineOptions {
  /** The library's Ed25519 key: this node's identity. */
  readonly key: KeyObject;
  readonly listen: readonly string[];
  /** Told to others instead of the addresses that it listens on; empty: those. */
  readonly announce: readonly string[];
  readonly mdns: boolean;
  /** Join the distributed hash table: as a server, unless others cannot reach this node. */
  readonly dht: boolean;
  readonly nat: boolean;
  /** Connections are at most twice this, for those that fetch and are no neighbours. */
  readonly maxPeers: number;
  /** The program's version, told to others. */
  readonly version: string;
  /** Whether a peer is refused, both ways: it lied, or sent malformed frames. */
  readonly isRefused: (peer: string) => boolean;
  /** Counts what was refused, by its cause. */
  readonly count: (cause: string) => void;
}

/** Where to connect to. */
export interface DialTarget {
  /** Who has to be there, proven; `undefined`: whoever answers. */
  readonly peer: string | undefined;
  /** Tried in this order, all within `NETWORK.dialMs`. They were looked at before, or a person gave them. */
  readonly addresses: readonly string[];
}

/** A peer that told of itself on the local network. Nothing is proven. */
export interface LanPeer {
  readonly peer: string;
  readonly addresses: readonly string[];
}

/** The running libp2p node. */
export interface Engine {
  /** What people compare. */
  readonly peerId: string;
  readonly privateKey: Ed25519PrivateKey;
  readonly libp2p: Libp2p;
  /** Full addresses, `/p2p/<peer id>` included, as others can use them. */
  addresses(): string[];
  /**
   * Connects, or gives the connection that is there. @throws CardumeError `peer-unreachable` (exit code 4),
   * `peer-mismatch` (exit code 4): somebody else answered, and got nothing
   */
  dial(target: DialTarget, signal?: AbortSignal): Promise<Connection>;
  /** Whether strangers' word for an address is enough to dial it from where this node is. */
  readonly mayDial: (address: string) => boolean;
  /** Ends all connections to a peer, at once. */
  hangUp(peer: string): void;
  /** Calls back for every peer that tells of itself on the local network, also again and again. */
  onLanPeer(heard: (peer: LanPeer) => void): void;
  close(): Promise<void>;
}
