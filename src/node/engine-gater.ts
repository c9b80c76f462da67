import type { Connection, ConnectionGater, MultiaddrConnection, PeerId } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { NETWORK } from "../core/limits.ts";
import { hostOf, withoutPeer } from "./addresses.ts";

/** What an {@link EngineGater} asks. */
export interface GaterQuestions {
  /** Whether this peer lied, or is refused for another reason. */
  readonly isRefused: (peer: string) => boolean;
  /** Whether an address that strangers told of may be dialled from where we are. */
  readonly mayDial: (address: string) => boolean;
  readonly connections: () => readonly Pick<Connection, "remoteAddr">[];
  /** Whether others can reach this node from outside, so that it may serve as their relay. */
  readonly isReachable: () => boolean;
  readonly count: (cause: string) => void;
}

/**
 * Who is let in, and what is dialled. libp2p dials on its own too (hash table, hole punching, relays): such addresses
 * come from strangers, and nothing is sent to one that {@link GaterQuestions.mayDial} refuses. What this node's own code
 * has looked at is permitted for the time of its dial.
 */
export class EngineGater {
  readonly #ask: GaterQuestions;
  /** Addresses that are being dialled on purpose, and how often. */
  readonly #permitted = new Map<string, number>();

  constructor(ask: GaterQuestions) {
    this.#ask = ask;
  }

  /** Lets these addresses be dialled until what is returned is called. */
  permit(addresses: readonly string[]): () => void {
    for (const address of addresses) this.#permitted.set(address, (this.#permitted.get(address) ?? 0) + 1);
    return () => {
      for (const address of addresses) {
        const left = (this.#permitted.get(address) ?? 1) - 1;
        if (left === 0) this.#permitted.delete(address);
        else this.#permitted.set(address, left);
      }
    };
  }

  /** What libp2p is given. */
  readonly forLibp2p: ConnectionGater = {
    denyDialPeer: (peer: PeerId) => this.#refuses(peer),
    denyDialMultiaddr: (address: Multiaddr) => this.#refusesAddress(address),
    denyInboundConnection: (connection: MultiaddrConnection) => this.#refusesHost(connection),
    denyInboundEncryptedConnection: (peer: PeerId) => this.#refuses(peer),
    denyOutboundEncryptedConnection: (peer: PeerId) => this.#refuses(peer),
    denyInboundRelayedConnection: (_relay: PeerId, peer: PeerId) => this.#refuses(peer),
    denyInboundRelayReservation: (peer: PeerId) => !this.#ask.isReachable() || this.#refuses(peer),
    filterMultiaddrForPeer: (_peer: PeerId, address: Multiaddr) => address.toString().length <= NETWORK.maxAddressChars,
  };

  #refuses(peer: PeerId): boolean {
    if (!this.#ask.isRefused(peer.toString())) return false;
    this.#ask.count("connection-refused-liar");
    return true;
  }

  #refusesAddress(address: Multiaddr): boolean {
    const text = withoutPeer(address.toString());
    if (this.#permitted.has(text) || this.#ask.mayDial(text)) return false;
    this.#ask.count("dial-refused-address");
    return true;
  }

  #refusesHost({ remoteAddr }: MultiaddrConnection): boolean {
    const host = hostOf(remoteAddr.toString());
    // Nodes of this machine are its owner's.
    if (host === undefined || host.startsWith("127.") || host === "::1") return false;
    const same = this.#ask.connections().filter((other) => hostOf(other.remoteAddr.toString()) === host);
    if (same.length < NETWORK.maxConnectionsPerHost) return false;
    this.#ask.count("connection-refused-host");
    return true;
  }
}
