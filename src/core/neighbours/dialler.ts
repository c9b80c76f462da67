import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import type { PeerAddress } from "./address-class.ts";
import { addressesToDial, type Choice, chooseToDial, nextToDialMs, pick } from "./choosing.ts";
import type { ConnectedPeers } from "./connected-peers.ts";
import { type JoinTarget, JoinTargets } from "./join-targets.ts";
import type { Knowledge } from "./knowledge.ts";
import type { KnownPeer } from "./known-peers.ts";
import type { NeighboursEffect } from "./neighbours-types.ts";

/** A dial under way. */
export interface Dial {
  readonly target: JoinTarget | undefined;
  readonly known: KnownPeer | undefined;
  /** One beyond those aimed at. */
  readonly isGuest: boolean;
  readonly untilMs: number;
}

type DialEffect = Extract<NeighboursEffect, { type: "dial" }>;

/** One look at whom to dial. */
interface Turn {
  readonly choice: Choice;
  readonly isLiar: (peer: PeerKey) => boolean;
  readonly nowMs: number;
  readonly push: (effect: DialEffect) => void;
}

/** Whom to dial, and when: those whom a person asked to join, then whom chance chooses among the known. */
export class Dialler {
  readonly targets: JoinTargets = new JoinTargets();
  readonly #connected: ConnectedPeers;
  readonly #random: () => number;
  readonly #dials = new Map<number, Dial>();
  #last = 0;
  #exploreAtMs: number;
  /** When a node that has no neighbour dials somebody whose wait is not over; Infinity while it has one. */
  #lonelyAtMs = Infinity;

  constructor(connected: ConnectedPeers, random: () => number, nowMs: number) {
    this.#connected = connected;
    this.#random = random;
    this.#exploreAtMs = nowMs + NETWORK.exploreMs * (0.5 + random());
  }

  /** What choosing needs to know. */
  choiceOf(knowledge: Knowledge): Choice {
    return {
      known: knowledge.peers,
      connected: this.#connected,
      isTaken: ({ peer }) => knowledge.isLiar(peer) || this.isDialled(peer) || this.targets.of(peer) !== undefined,
      isOwn: (address) => knowledge.isOwn(address),
      random: this.#random,
    };
  }

  isDialled(peer: PeerKey): boolean {
    for (const { known, target } of this.#dials.values())
      if (known?.peer === peer || target?.peer === peer) return true;
    return false;
  }

  /** A dial is over. @returns what it was; `undefined` when it was given up before */
  take(number: number | undefined): Dial | undefined {
    const dial = number === undefined ? undefined : this.#dials.get(number);
    if (number === undefined || dial === undefined) return undefined;
    this.#dials.delete(number);
    if (dial.target !== undefined) dial.target.dial = undefined;
    return dial;
  }

  /** The number of a dial that was never answered, if there is one. */
  overdue(nowMs: number): number | undefined {
    for (const [number, { untilMs }] of this.#dials) if (untilMs <= nowMs) return number;
    return undefined;
  }

  /** Neighbours that are missing, dials under way counted as such. */
  missing(): number {
    const { size, outbound, aimed, leastOutbound } = this.#connected;
    if (!this.#connected.hasRoom("outbound")) return 0;
    return Math.max(aimed - size, leastOutbound - outbound) - this.#dials.size;
  }

  /** Dials whoever is due. */
  dial(choice: Choice, isLiar: (peer: PeerKey) => boolean, nowMs: number, push: (effect: DialEffect) => void): void {
    const turn = { choice, isLiar, nowMs, push };
    for (const target of this.#wanted(isLiar))
      if (target.backOff.notBeforeMs <= nowMs) target.dial = this.#dialTarget(target, turn);
    while (this.missing() > 0 && this.#hasFreeDial()) {
      const known = chooseToDial(choice, nowMs);
      if (known === undefined) break;
      this.#dialKnown(known, false, turn);
    }
    this.#explore(turn);
    this.#dialLonely(turn);
  }

  /** When {@link dial} has something to do next, in ms. */
  wakeAtMs(choice: Choice, isLiar: (peer: PeerKey) => boolean): number {
    let atMs = this.#connected.size > 0 ? this.#exploreAtMs : Infinity;
    for (const { untilMs } of this.#dials.values()) atMs = Math.min(atMs, untilMs);
    for (const target of this.#wanted(isLiar)) atMs = Math.min(atMs, target.backOff.notBeforeMs);
    // Whom it could dial then: one who was wanted made the time finite.
    const hasSomebody = atMs < Infinity || nextToDialMs(choice) < Infinity;
    if (this.#isLonely && hasSomebody) atMs = Math.min(atMs, this.#lonelyAtMs);
    return this.missing() > 0 && this.#hasFreeDial() ? Math.min(atMs, nextToDialMs(choice)) : atMs;
  }

  #hasFreeDial(): boolean {
    const most = NETWORK.maxNeighbourDials;
    return this.#dials.size < (this.#connected.size < this.#connected.least ? most : most / 2);
  }

  /** Those whom a person asked to join, and who are neither connected nor being dialled. */
  *#wanted(isLiar: (peer: PeerKey) => boolean): Generator<JoinTarget> {
    for (const target of this.targets.values()) {
      const { peer, dial } = target;
      const isTaken = peer !== undefined && (this.#connected.has(peer) || isLiar(peer) || this.isDialled(peer));
      if (dial === undefined && !isTaken) yield target;
    }
  }

  /** Now and then one more, who takes the place of the guest before; or, while neighbours are missing, one who waits. */
  #explore(turn: Turn): void {
    const { choice, nowMs } = turn;
    const { size, aimed } = this.#connected;
    if (size === 0 || nowMs < this.#exploreAtMs) return;
    this.#exploreAtMs = nowMs + NETWORK.exploreMs * (0.5 + this.#random());
    const hasRoom =
      this.#connected.hasRoom("outbound") ||
      (this.#connected.guest() ?? this.#connected.revolving(nowMs)) !== undefined;
    if (!hasRoom || !this.#hasFreeDial()) return;
    const guest = size < aimed ? undefined : chooseToDial(choice, nowMs);
    if (size < aimed) this.#dialWaiting(turn);
    else if (guest !== undefined) this.#dialKnown(guest, true, turn);
  }

  /** Nobody is connected, and nobody about to be. */
  get #isLonely(): boolean {
    return this.#connected.size === 0 && this.#dials.size === 0;
  }

  /** Where nobody answered for long, it may have been our own network: somebody is tried soon, however often it failed. */
  #dialLonely(turn: Turn): void {
    const { nowMs } = turn;
    if (this.#connected.size > 0) this.#lonelyAtMs = Infinity;
    else if (this.#lonelyAtMs === Infinity) this.#lonelyAtMs = nowMs + NETWORK.lonelyDialMs;
    if (!this.#isLonely || nowMs < this.#lonelyAtMs) return;
    this.#lonelyAtMs = nowMs + NETWORK.lonelyDialMs * (0.5 + this.#random());
    this.#dialWaiting(turn);
  }

  /** One of those that are known or wanted, whether its wait is over or not. */
  #dialWaiting(turn: Turn): void {
    const known = chooseToDial(turn.choice, Infinity);
    const target =
      known === undefined || this.#random() < 0.5 ? pick([...this.#wanted(turn.isLiar)], this.#random) : undefined;
    if (target !== undefined) target.dial = this.#dialTarget(target, turn);
    else if (known !== undefined) this.#dialKnown(known, false, turn);
  }

  #dialTarget(target: JoinTarget, turn: Turn): number {
    const peer = target.isNamed ? target.peer : undefined;
    return this.#start({ target, known: undefined, isGuest: false }, peer, target.addresses, turn);
  }

  #dialKnown(known: KnownPeer, isGuest: boolean, turn: Turn): void {
    this.#start({ target: undefined, known, isGuest }, known.peer, addressesToDial(known, turn.choice), turn);
  }

  #start(
    dial: Omit<Dial, "untilMs">,
    peer: PeerKey | undefined,
    addresses: readonly PeerAddress[],
    { nowMs, push }: Turn,
  ): number {
    const number = ++this.#last;
    // The shell answers within `dialMs`; should it fail to, the place is not lost.
    this.#dials.set(number, { ...dial, untilMs: nowMs + 3 * NETWORK.dialMs });
    push({ type: "dial", dial: number, peer, addresses: addresses.map(({ text }) => text) });
    return number;
  }
}
