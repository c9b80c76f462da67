import type { PeerKey } from "../find/find-types.ts";

/** How a node came to know a peer. */
export type PeerVia = "join" | "lan" | "exchange" | "memory" | "inbound" | "found";

/**
 * A peer as somebody named it. Addresses are multiaddrs in text (`/ip4/…/tcp/…`, `/ip6/…`, `/dns…`, with or without
 * `/p2p/…`); the core passes over those that must not be dialled. The record is the peer's own signed one, opaque here:
 * the shell has checked that this peer signed it. Only peers with a record can be told to others.
 */
export interface NamedPeer {
  readonly peer: PeerKey;
  readonly addresses: readonly string[];
  readonly record?: Uint8Array | undefined;
}

/** What a {@link NeighboursCore} is told. A *neighbour* is a peer with an open find stream. */
export type NeighboursInput =
  /** This node's own addresses, at the start and whenever they change: never dialled, and they say where we are. */
  | { readonly type: "own-addresses"; readonly addresses: readonly string[] }
  /**
   * A peer was named. `peer` is undefined for a `--join` address without `/p2p/…`. `from` is the neighbour that brought it
   * (`found`). Those of `memory` come at the start, the one that was connected last first. `inbound`: what a connected
   * peer says of itself (identify), whichever side dialled.
   */
  | {
      readonly type: "learned";
      readonly peer: PeerKey | undefined;
      readonly addresses: readonly string[];
      readonly record?: Uint8Array | undefined;
      readonly via: PeerVia;
      readonly from?: PeerKey | undefined;
    }
  /**
   * A find stream is open. Told once a peer: while it is connected a second stream of it is the shell's affair. `dial` is
   * the number of the `dial` effect that led to it; `undefined` when the other side dialled, or when something else in this
   * node did (`direction` tells). `address` is the other side's, as the connection has it.
   */
  | {
      readonly type: "connected";
      readonly peer: PeerKey;
      readonly address: string;
      readonly direction: "inbound" | "outbound";
      readonly dial?: number | undefined;
    }
  | { readonly type: "disconnected"; readonly peer: PeerKey }
  /** A `dial` came to nothing: nobody there, not this peer, or it does not speak the find protocol. */
  | { readonly type: "dial-failed"; readonly dial: number }
  /** A Peers frame with records came; those whose signatures were wrong are left out. */
  | { readonly type: "peers-told"; readonly from: PeerKey; readonly peers: readonly NamedPeer[] }
  /** A Peers frame without records came: a question. */
  | { readonly type: "peers-asked"; readonly from: PeerKey }
  /** It sent wrong bytes, here or (told at the start) in an earlier run: it is not dialled and not accepted any more. */
  | { readonly type: "lied"; readonly peer: PeerKey }
  | { readonly type: "wake" };

/** What a {@link NeighboursCore} wants done. */
export type NeighboursEffect =
  /**
   * Connect to the peer at one of these addresses, tried in this order, and open a find stream; `peer` is undefined when
   * whoever answers will do. Answered with `connected` or `dial-failed` of this number, always. A peer that turns out to
   * be connected already is answered with `connected`.
   */
  | {
      readonly type: "dial";
      readonly dial: number;
      readonly peer: PeerKey | undefined;
      readonly addresses: readonly string[];
    }
  /** The peer is a neighbour from now on: `joined` for the `FindCore`. */
  | { readonly type: "accept"; readonly peer: PeerKey }
  /** End its find stream, after what was to be sent. The core counts it as gone: `disconnected` may follow, or not. */
  | { readonly type: "disconnect"; readonly peer: PeerKey; readonly reason: DisconnectReason }
  /** Send a Peers frame without records. */
  | { readonly type: "ask-peers"; readonly of: PeerKey }
  /** Send these records in one Peers frame; there is at least one, and no more than `NETWORK.maxPeersPerFrame`. */
  | { readonly type: "tell-peers"; readonly to: PeerKey; readonly records: readonly Uint8Array[] }
  /** Keep this peer for the next start, in place of what was kept of it. */
  | { readonly type: "remember"; readonly peer: NamedPeer }
  | { readonly type: "forget"; readonly peer: PeerKey }
  /** Keep for the next start that it lied. */
  | { readonly type: "remember-liar"; readonly peer: PeerKey };

/** Why a neighbour is let go: no room, its part of the network has its share, it lied, it asks or tells too much, or another is worth more. */
export type DisconnectReason = "full" | "share" | "lied" | "flood" | "replaced";

/** How a {@link NeighboursCore} runs. */
export interface NeighboursOptions {
  /** This node's peer id. */
  readonly self: PeerKey;
  /** Neighbours at most, both directions. */
  readonly maxPeers: number;
  /** From 0 up to, but not, 1: for jitter, and for whom to ask. */
  readonly random: () => number;
}

/** One neighbour, for a status page. */
export interface Neighbour {
  readonly peer: PeerKey;
  readonly address: string;
  readonly direction: "inbound" | "outbound";
  readonly via: PeerVia;
  readonly sinceMs: number;
}

/** What a {@link NeighboursCore} has done and refused so far. */
export interface NeighboursCounters {
  dials: number;
  dialsFailed: number;
  accepted: number;
  /** Streams that were ended, by any reason of {@link DisconnectReason}. */
  refused: number;
  /** Addresses that must not be dialled. */
  addressesRefused: number;
  /** Peers passed over: liars, ourselves, no address left, too many from one source. */
  peersRefused: number;
  /** Peers forgotten because too many are known. */
  peersForgotten: number;
  /** Peers frames that came unasked, or too often. */
  tellsRefused: number;
  asksRefused: number;
  asked: number;
  told: number;
}
