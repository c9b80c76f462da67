import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import { type PeerAddress, parsePeerAddress } from "./address-class.ts";
import { BackOff } from "./back-off.ts";
import type { NamedPeer, PeerVia } from "./neighbours-types.ts";

/** One peer that could be dialled, or was. */
export class KnownPeer {
  readonly peer: PeerKey;
  readonly via: PeerVia;
  /** The source of the knowledge: a neighbour's id, or how it came. */
  readonly source: string;
  readonly backOff: BackOff = new BackOff();
  addresses: readonly PeerAddress[] = [];
  record: Uint8Array | undefined;
  /** We reached it at one of its addresses, or it came from the host that one of them names. */
  isProven = false;
  /** It is kept for the next start. */
  isRemembered = false;

  constructor(peer: PeerKey, via: PeerVia, source: string) {
    this.peer = peer;
    this.via = via;
    this.source = source;
  }

  /** What is kept of it, and told. */
  named(): NamedPeer {
    return { peer: this.peer, addresses: this.addresses.map(({ text }) => text), record: this.record };
  }

  /** Puts the address that worked before the others. */
  worked(address: PeerAddress): void {
    const others = this.addresses.filter(({ text }) => text !== address.text);
    this.addresses = [address, ...others].slice(0, NETWORK.maxAddressesPerPeer);
  }
}

/**
 * The peers that are known, a bounded number: when there are too many, those go first that failed most often, then those
 * that were never reached, the latest first: whoever floods with names displaces its own. One neighbour's word fills
 * a small part only. Peers that were reached stay.
 */
export class KnownPeers {
  readonly #peers = new Map<PeerKey, KnownPeer>();
  readonly #isInUse: (peer: PeerKey) => boolean;
  readonly #onForgotten: (known: KnownPeer) => void;

  /** `isInUse`: connected or being dialled, never forgotten for others. `onForgotten` is told of each that goes. */
  constructor(isInUse: (peer: PeerKey) => boolean, onForgotten: (known: KnownPeer) => void) {
    this.#isInUse = isInUse;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#peers.size;
  }

  get(peer: PeerKey): KnownPeer | undefined {
    return this.#peers.get(peer);
  }

  values(): IterableIterator<KnownPeer> {
    return this.#peers.values();
  }

  /** The peer, made known when it is not; `undefined` when there is no room for it. */
  make(peer: PeerKey, via: PeerVia, source: string): KnownPeer | undefined {
    const there = this.#peers.get(peer);
    if (there !== undefined) return there;
    if (this.#unprovenOf(source) >= NETWORK.maxPeersPerTeller && (via === "exchange" || via === "found"))
      return undefined;
    if (this.#peers.size >= NETWORK.maxPeersKnown && !this.#makeRoom(via)) return undefined;
    const known = new KnownPeer(peer, via, source);
    this.#peers.set(peer, known);
    return known;
  }

  forget(known: KnownPeer): void {
    if (this.#peers.delete(known.peer)) this.#onForgotten(known);
  }

  #unprovenOf(source: string): number {
    let count = 0;
    for (const known of this.#peers.values()) if (known.source === source && !known.isProven) count++;
    return count;
  }

  /** Forgets the one that is worth least, if it is worth less than a new one. */
  #makeRoom(via: PeerVia): boolean {
    let worst: KnownPeer | undefined;
    let worstBadness = isFirstHand(via) ? 0 : 1;
    for (const known of this.#peers.values()) {
      const badness = this.#badness(known);
      if (badness < worstBadness) continue;
      worst = known;
      worstBadness = badness;
    }
    if (worst === undefined || worstBadness === 0) return false;
    this.forget(worst);
    return true;
  }

  /** 0 for those that stay whoever comes. */
  #badness({ peer, via, isProven, backOff }: KnownPeer): number {
    if (via === "join" || this.#isInUse(peer)) return 0;
    if (backOff.failures > 0) return 1 + backOff.failures;
    return isProven || isFirstHand(via) ? 0 : 1;
  }
}

const isFirstHand = (via: PeerVia): boolean => via !== "exchange" && via !== "found" && via !== "inbound";

/**
 * The addresses of a peer that may be used, each once, no more than fit; `refused` counts the others. An address that
 * names another peer is not this one's.
 */
export function readAddresses(
  texts: readonly string[],
  peer: PeerKey | undefined,
  isGood: (address: PeerAddress) => boolean,
): { readonly addresses: PeerAddress[]; readonly refused: number } {
  const byText = new Map<string, PeerAddress>();
  let refused = 0;
  for (const text of texts.slice(0, NETWORK.maxAddressesPerPeer)) {
    const address = parsePeerAddress(text);
    const isAnothers = address?.peer !== undefined && peer !== undefined && address.peer !== peer;
    if (address === undefined || isAnothers || !isGood(address)) refused++;
    else byText.set(address.text, address);
  }
  return { addresses: [...byText.values()], refused };
}
