import { NETWORK } from "../limits.ts";
import { isAdmissible, type PeerAddress } from "./address-class.ts";
import { type ConnectedPeer, type ConnectedPeers, sharedGroup } from "./connected-peers.ts";
import type { KnownPeer, KnownPeers } from "./known-peers.ts";

/** What choosing a peer to dial needs to know. */
export interface Choice {
  readonly known: KnownPeers;
  readonly connected: ConnectedPeers;
  /** Being dialled, or somebody whom a person asked to join: dialled anyhow. */
  readonly isTaken: (known: KnownPeer) => boolean;
  readonly isOwn: (address: PeerAddress) => boolean;
  readonly random: () => number;
}

/**
 * A peer to dial now: first by lot a source of knowledge, then by lot one of its peers that failed least, so that whoever
 * names most peers is not chosen most. `undefined` when there is none.
 */
export function chooseToDial(choice: Choice, nowMs: number): KnownPeer | undefined {
  const bySource = new Map<string, KnownPeer[]>();
  for (const known of choice.known.values()) {
    if (known.backOff.notBeforeMs > nowMs || !isDialable(known, choice)) continue;
    const others = bySource.get(known.source) ?? [];
    const least = others[0]?.backOff.failures ?? Infinity;
    if (known.backOff.failures < least) bySource.set(known.source, [known]);
    else if (known.backOff.failures === least) others.push(known);
  }
  const ofOne = pick([...bySource.values()], choice.random);
  return ofOne === undefined ? undefined : pick(ofOne, choice.random);
}

/** When {@link chooseToDial} may find one that it does not find now, in ms; Infinity for not by waiting. */
export function nextToDialMs(choice: Choice): number {
  let nextMs = Infinity;
  for (const known of choice.known.values())
    if (known.backOff.notBeforeMs < nextMs && isDialable(known, choice)) nextMs = known.backOff.notBeforeMs;
  return nextMs;
}

/** The addresses at which a peer may be dialled now. */
export const addressesToDial = ({ addresses }: KnownPeer, { connected, isOwn }: Choice): PeerAddress[] =>
  addresses.filter((address) => !isOwn(address) && connected.hasShare(sharedGroup(address)));

function isDialable(known: KnownPeer, choice: Choice): boolean {
  return !choice.connected.has(known.peer) && !choice.isTaken(known) && addressesToDial(known, choice).length > 0;
}

/**
 * Whom to tell a neighbour of: peers that were reached and have a record, our neighbours first, each group by lot; and only
 * those with an address that the neighbour could use: nobody outside our site learns of addresses inside.
 */
export function chooseToTell(to: ConnectedPeer, choice: Choice): Uint8Array[] {
  const near: Uint8Array[] = [];
  const far: Uint8Array[] = [];
  for (const { peer, isProven, record, addresses, backOff } of choice.known.values()) {
    if (peer === to.peer || !isProven || record === undefined) continue;
    if (!addresses.some((address) => isAdmissible(address, to.nearness))) continue;
    if (choice.connected.has(peer)) near.push(record);
    else if (backOff.failures === 0) far.push(record);
  }
  return [...shuffled(near, choice.random), ...shuffled(far, choice.random)].slice(0, NETWORK.maxPeersPerFrame);
}

/** One of them by lot; `undefined` of none. */
export const pick = <Item>(items: readonly Item[], random: () => number): Item | undefined =>
  items[Math.floor(random() * items.length)];

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const item = items[last] as Item;
    items[last] = items[other] as Item;
    items[other] = item;
  }
  return items;
}
