import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import type { PeerAddress } from "./address-class.ts";
import { BackOff } from "./back-off.ts";

/** Somebody whom a person asked to join. */
export interface JoinTarget {
  /** Known from the start, or who answered last. */
  peer: PeerKey | undefined;
  /** The person named the peer: nobody else will do. */
  readonly isNamed: boolean;
  readonly addresses: readonly PeerAddress[];
  readonly backOff: BackOff;
  /** The dial under way. */
  dial: number | undefined;
}

/** Whom a person asked to join: tried again for ever while they are not connected. The oldest goes when there are too many. */
export class JoinTargets {
  readonly #targets = new Map<string, JoinTarget>();

  /** Adds one; one that is there already is tried again at once. */
  add(peer: PeerKey | undefined, addresses: readonly PeerAddress[]): void {
    const key = [peer ?? "", ...addresses.map(({ text }) => text)].join(" ");
    const there = this.#targets.get(key);
    if (there !== undefined) {
      there.backOff.reset();
      return;
    }
    if (this.#targets.size >= NETWORK.maxJoinTargets) {
      const oldest = this.#targets.keys().next().value;
      if (oldest !== undefined) this.#targets.delete(oldest);
    }
    const backOff = new BackOff();
    this.#targets.set(key, { peer, isNamed: peer !== undefined, addresses, backOff, dial: undefined });
  }

  values(): IterableIterator<JoinTarget> {
    return this.#targets.values();
  }

  of(peer: PeerKey): JoinTarget | undefined {
    for (const target of this.#targets.values()) if (target.peer === peer) return target;
    return undefined;
  }
}
