import type { ClientEffect } from "../src/core/client/client-types.ts";
import type { Effects } from "../src/core/effects.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../src/core/peer/peer-types.ts";
import type { Dialect, ListMessage, Query } from "../src/core/wire/datagram/message.ts";

/** What the shell of a peer needs of its core. */
export interface PeerBrain {
  handle(input: PeerInput, nowMs: number, effects: Effects<PeerEffect>): void;
}

/** A bug put in on purpose between the cores and the network, to see whether the checkers notice. */
export interface Plant {
  /** Another brain for a peer. */
  readonly makePeer?: (config: PeerConfig, nowMs: number) => PeerBrain;
  /** What becomes of an effect of a peer, and of what input it came. */
  readonly peerEffect?: (effect: PeerEffect, input: PeerInput) => readonly PeerEffect[];
  readonly clientEffect?: (effect: ClientEffect) => readonly ClientEffect[];
  readonly encode?: (message: ListMessage | Query, dialect: Dialect) => Uint8Array;
}
