import type { Address } from "../wire/address.ts";
import type { ChunkInfo, Dialect, Message, Query } from "../wire/datagram/message.ts";

/** What a peer is told at its start. */
export interface PeerConfig {
  /** Where it listens: never answered, should somebody name it as a client. */
  readonly self: Address;
  readonly neighbours: readonly Address[];
  /** The ids of the chunks that it holds. */
  readonly holdings: Iterable<number>;
  /** The TTL of its own Queries and the limit for those of others, in hops. */
  readonly maxTtlHops: number;
  readonly allowPublic: boolean;
  /** The dialect in which it sends. Both are understood. */
  readonly dialect: Dialect;
}

/** What happens to a peer. */
export type PeerInput =
  | { readonly type: "datagram"; readonly from: Address; readonly message: Message }
  /** Its key-values file was read again. */
  | { readonly type: "holdings"; readonly ids: Iterable<number> }
  /** A chunk turned out to be unreadable: it is not advertised any more. */
  | { readonly type: "chunk-lost"; readonly id: number }
  | { readonly type: "wake" };

/** What a peer wants done. */
export type PeerEffect =
  | { readonly type: "send"; readonly to: Address; readonly message: ChunkInfo | Query }
  /** Send a Response with this chunk, behind those ordered before it for the same client. */
  | { readonly type: "respond"; readonly to: Address; readonly id: number };

/** What has been counted since the start, each by the reason's name. */
export interface PeerCounters {
  hellos: number;
  queries: number;
  gets: number;
  /** ChunkInfos sent. */
  answers: number;
  /** Queries sent. */
  forwards: number;
  /** Responses ordered. */
  responses: number;
  /** Questions heard before, with as many hops left. */
  duplicates: number;
  /** Questions beyond the rate limits. */
  rateLimited: number;
  /** Messages whose client may not be answered: not unicast, port 0, public, or this peer itself. */
  unanswerable: number;
  /** Ids asked for that are not held. */
  notHeld: number;
  /** Ids dropped because too many waited. */
  queueFull: number;
  /** ChunkInfos and Responses: nothing that a peer asked for. */
  unexpected: number;
}
