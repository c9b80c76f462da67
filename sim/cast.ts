import type { ClientConfig } from "../src/core/client/client-types.ts";
import type { PeerConfig } from "../src/core/peer/peer-types.ts";
import type { Address } from "../src/core/wire/address.ts";

/** What a peer is like. `honest` is ours; the others are foreign programs, broken ones or liars. */
export type PeerKind =
  | "honest"
  | "naive"
  | "slow"
  | "stammering"
  | "rubbish"
  | "silent"
  | "boastful"
  | "confused"
  | "absent";

/** A peer as the checkers know it. */
export interface PeerRole {
  readonly kind: PeerKind;
  readonly config: PeerConfig;
  /** What it really sends when asked: for a liar, less than it advertises. */
  readonly held: ReadonlySet<number>;
}

/** A client as the checkers know it. Times in ms. */
export interface ClientRole {
  readonly config: ClientConfig;
  readonly startedAtMs: number;
  /** It must have ended by then. */
  readonly deadlineMs: number;
  /** True when nothing is lost or crashed in its time: then it must get whatever can be had. */
  readonly calm: boolean;
}

/** Who is who in a run: the checkers know it, the actors do not. */
export interface Cast {
  readonly peers: ReadonlyMap<Address, PeerRole>;
  readonly clients: ReadonlyMap<Address, ClientRole>;
}

/** Whether a peer sends each chunk that it advertises, each in its own time. */
export const isGood = (kind: PeerKind): boolean =>
  kind === "honest" || kind === "naive" || kind === "slow" || kind === "stammering" || kind === "rubbish";

/** Whether a peer answers and sends on Queries. */
export const passesOn = (kind: PeerKind): boolean => kind !== "absent";

/** Whether what runs at this address is our own code, which keeps all the rules. */
export const isOurs = (cast: Cast, address: Address): boolean =>
  cast.clients.has(address) || cast.peers.get(address)?.kind === "honest";
