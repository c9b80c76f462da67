import type { Effects } from "../effects.ts";
import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import { type Choice, chooseToTell, pick } from "./choosing.ts";
import { ConnectedPeer, ConnectedPeers } from "./connected-peers.ts";
import { type Dial, Dialler } from "./dialler.ts";
import { ExchangeClock } from "./exchange-clock.ts";
import type { JoinTarget } from "./join-targets.ts";
import { Knowledge, type Learned } from "./knowledge.ts";
import type { KnownPeer } from "./known-peers.ts";
import type {
  DisconnectReason,
  NamedPeer,
  Neighbour,
  NeighboursCounters,
  NeighboursEffect,
  NeighboursInput,
  NeighboursOptions,
  PeerVia,
} from "./neighbours-types.ts";

type Connected = Extract<NeighboursInput, { type: "connected" }>;
type Out = Effects<NeighboursEffect>;

/**
 * Which peers this node exchanges questions with, as a function of its state, an input and the time. It aims at
 * `NETWORK.aimedNeighbours`, some of them its own choice, from several sources and several networks; dials others in the
 * place of the dead, ever more rarely those that do not answer; asks for peers and tells of those that it has reached. One
 * place beyond those is for a guest that changes every minute: so parts of the network that were cut off find back.
 */
export class NeighboursCore {
  readonly counters: NeighboursCounters = {
    dials: 0,
    dialsFailed: 0,
    accepted: 0,
    refused: 0,
    addressesRefused: 0,
    peersRefused: 0,
    peersForgotten: 0,
    tellsRefused: 0,
    asksRefused: 0,
    asked: 0,
    told: 0,
  };
  readonly #options: NeighboursOptions;
  readonly #connected: ConnectedPeers;
  readonly #knowledge: Knowledge;
  readonly #dialler: Dialler;
  readonly #choice: Choice;
  readonly #exchange: ExchangeClock;
  /** What is to be kept or forgotten for the next start, told with the next effects. */
  readonly #kept: NeighboursEffect[] = [];

  constructor(options: NeighboursOptions, nowMs: number) {
    const { self, maxPeers, random } = options;
    this.#options = options;
    this.#connected = new ConnectedPeers(maxPeers);
    this.#dialler = new Dialler(this.#connected, random, nowMs);
    this.#knowledge = new Knowledge(self, this.#connected, (peer) => this.#dialler.isDialled(peer), this.counters, {
      remember: (known) => this.#kept.push({ type: "remember", peer: known.named() }),
      forget: ({ peer }) => this.#kept.push({ type: "forget", peer }),
    });
    this.#choice = this.#dialler.choiceOf(this.#knowledge);
    this.#exchange = new ExchangeClock(random, nowMs);
  }

  /** The neighbours, the oldest first. */
  neighbours(): Neighbour[] {
    return [...this.#connected.values()].map(({ peer, address, direction, via, sinceMs }) => ({
      peer,
      address,
      direction,
      via,
      sinceMs,
    }));
  }

  /** How many peers are known, neighbours among them. */
  get known(): number {
    return this.#knowledge.peers.size;
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: NeighboursInput, nowMs: number, effects: Out): void {
    switch (input.type) {
      case "own-addresses":
        this.#knowledge.setOwn(input.addresses);
        break;
      case "learned":
        this.#learned(input);
        break;
      case "connected":
        this.#connectedTo(input, nowMs, effects);
        break;
      case "disconnected":
        this.#disconnected(input.peer, nowMs);
        break;
      case "dial-failed":
        this.#dialFailed(input.dial, nowMs);
        break;
      case "peers-told":
        this.#peersTold(input.from, input.peers, nowMs, effects);
        break;
      case "peers-asked":
        this.#peersAsked(input.from, nowMs, effects);
        break;
      case "lied":
        this.#lied(input.peer, nowMs, effects);
        break;
      case "wake":
        break;
    }
    this.#maintain(nowMs, effects);
  }

  #learned(input: Learned): void {
    const { peer, via, addresses } = input;
    if (this.#knowledge.refuses(peer)) return;
    if (via === "join") this.#join(peer, addresses);
    else if (via === "inbound") this.#knowledge.identified(input);
    else this.#knowledge.learned(input);
  }

  #join(peer: PeerKey | undefined, texts: readonly string[]): void {
    const addresses = this.#knowledge.read(texts, peer, "person");
    const named = peer ?? addresses.find((address) => address.peer !== undefined)?.peer;
    if (addresses.length === 0) this.counters.peersRefused++;
    else this.#dialler.targets.add(named, addresses);
  }

  #connectedTo(input: Connected, nowMs: number, effects: Out): void {
    const { peer, direction } = input;
    const dial = this.#dialler.take(input.dial);
    const target = this.#targetOf(peer, dial);
    if (this.#connected.has(peer)) return;
    const via = target === undefined ? (this.#knowledge.peers.get(peer)?.via ?? viaOf(direction)) : "join";
    const isGuest = dial?.isGuest === true && this.#connected.size >= this.#connected.aimed;
    const connected = new ConnectedPeer({ ...input, via, sinceMs: nowMs }, isGuest, nowMs);
    this.#makeRoom(connected, nowMs, effects);
    const reason = this.#reasonAgainst(connected);
    if (reason === undefined) this.#accept(connected, nowMs, effects);
    else this.#turnAway(connected, reason, nowMs, effects);
  }

  /** Sends somebody off for a newcomer: the guest before, or, where all is full, whoever came last. */
  #makeRoom({ peer, isGuest, direction, via }: ConnectedPeer, nowMs: number, effects: Out): void {
    if (this.#knowledge.isLiar(peer)) return;
    if (isGuest) this.#sendOff(this.#connected.guest(), "replaced", nowMs, effects);
    if (this.#connected.hasRoom(direction)) return;
    const last = via === "join" ? this.#connected.latestInbound() : this.#connected.revolving(nowMs);
    this.#sendOff(last, "replaced", nowMs, effects);
  }

  /** Whom a person asked to join, if it is this peer, or if whoever answered there was welcome. */
  #targetOf(peer: PeerKey, dial: Dial | undefined): JoinTarget | undefined {
    if (dial?.target !== undefined && !dial.target.isNamed) dial.target.peer = peer;
    return this.#dialler.targets.of(peer);
  }

  #reasonAgainst({ peer, direction, via, group }: ConnectedPeer): DisconnectReason | undefined {
    if (this.#knowledge.isLiar(peer)) return "lied";
    if (peer === this.#options.self) return "replaced";
    if (!this.#connected.hasRoom(direction)) return "full";
    return via === "join" || this.#connected.hasShare(group) ? undefined : "share";
  }

  #accept(connected: ConnectedPeer, nowMs: number, effects: Out): void {
    const { peer, direction } = connected;
    this.counters.accepted++;
    this.#connected.add(connected);
    effects.push({ type: "accept", peer });
    this.#knowledge.reached(connected);
    if (direction === "outbound" || this.#connected.size < this.#connected.aimed) this.#ask(connected, nowMs, effects);
  }

  /** Whoever finds no room here is told of others before it goes. */
  #turnAway(connected: ConnectedPeer, reason: DisconnectReason, nowMs: number, effects: Out): void {
    const { peer } = connected;
    this.counters.refused++;
    if (reason === "full" || reason === "share") this.#tell(connected, effects);
    effects.push({ type: "disconnect", peer, reason });
    this.#failed(this.#knowledge.peers.get(peer), this.#dialler.targets.of(peer), nowMs);
  }

  /** Ends a neighbour's stream. */
  #sendOff(connected: ConnectedPeer | undefined, reason: DisconnectReason, nowMs: number, effects: Out): void {
    if (connected === undefined) return;
    this.counters.refused++;
    this.#connected.delete(connected.peer);
    effects.push({ type: "disconnect", peer: connected.peer, reason });
    this.#failed(this.#knowledge.peers.get(connected.peer), undefined, nowMs);
  }

  #disconnected(peer: PeerKey, nowMs: number): void {
    this.#knowledge.left(peer);
    const connected = this.#connected.get(peer);
    if (connected === undefined) return;
    this.#connected.delete(peer);
    this.#exchange.hurry(nowMs);
    const known = this.#knowledge.peers.get(peer);
    const target = this.#dialler.targets.of(peer);
    // A short visit is as good as none: it has no room, or something is wrong.
    if (nowMs - connected.sinceMs < NETWORK.shortVisitMs) this.#failed(known, target, nowMs);
    else for (const one of [known, target]) one?.backOff.ended(this.#options.random(), nowMs);
  }

  #dialFailed(number: number, nowMs: number): void {
    const dial = this.#dialler.take(number);
    if (dial === undefined) return;
    this.counters.dialsFailed++;
    this.#failed(dial.known, dial.target, nowMs);
    const { known } = dial;
    // Where nobody answers, it is our own network that is down.
    if (known === undefined || known.backOff.failures < NETWORK.maxDialFailures || this.#connected.size === 0) return;
    this.#knowledge.peers.forget(known);
  }

  #failed(known: KnownPeer | undefined, target: JoinTarget | undefined, nowMs: number): void {
    const { random } = this.#options;
    known?.backOff.failed(NETWORK.maxRedialMs, random(), nowMs);
    // With neighbours enough there is no need to press somebody who may have no room.
    const isAtEase = this.#connected.size >= this.#connected.aimed;
    target?.backOff.failed(isAtEase ? NETWORK.maxRedialMs : NETWORK.maxRejoinMs, random(), nowMs);
  }

  #lied(peer: PeerKey, nowMs: number, effects: Out): void {
    const connected = this.#connected.get(peer);
    const wasKnown = this.#knowledge.addLiar(peer);
    this.#sendOff(connected, "lied", nowMs, effects);
    if (wasKnown || connected !== undefined) effects.push({ type: "remember-liar", peer });
  }

  #ask(of: ConnectedPeer, nowMs: number, effects: Out): void {
    of.owesPeers = true;
    of.askedAtMs = nowMs;
    this.counters.asked++;
    effects.push({ type: "ask-peers", of: of.peer });
  }

  #tell(to: ConnectedPeer, effects: Out): void {
    const records = chooseToTell(to, this.#choice);
    if (records.length === 0) return;
    this.counters.told++;
    effects.push({ type: "tell-peers", to: to.peer, records });
  }

  #peersAsked(from: PeerKey, nowMs: number, effects: Out): void {
    const asker = this.#connected.get(from);
    if (asker === undefined) return;
    if (asker.asks.take(nowMs)) this.#tell(asker, effects);
    else {
      this.counters.asksRefused++;
      this.#refuseFrame(asker, nowMs, effects);
    }
  }

  #peersTold(from: PeerKey, peers: readonly NamedPeer[], nowMs: number, effects: Out): void {
    const teller = this.#connected.get(from);
    if (teller === undefined) return;
    if (!teller.owesPeers) {
      this.counters.tellsRefused++;
      this.#refuseFrame(teller, nowMs, effects);
      return;
    }
    teller.owesPeers = false;
    let isNews = false;
    for (const named of peers.slice(0, NETWORK.maxPeersPerFrame))
      if (this.#knowledge.named(named, "exchange", from, teller.nearness)) isNews = true;
    if (isNews) this.#exchange.hurry(nowMs);
  }

  #refuseFrame(connected: ConnectedPeer, nowMs: number, effects: Out): void {
    if (++connected.refused > NETWORK.maxPeersFramesRefused) this.#sendOff(connected, "flood", nowMs, effects);
  }

  /** What time brings: dials that were never answered, places to be filled, peers to be asked. */
  #maintain(nowMs: number, effects: Out): void {
    for (let dial = this.#dialler.overdue(nowMs); dial !== undefined; dial = this.#dialler.overdue(nowMs))
      this.#dialFailed(dial, nowMs);
    const isLiar = (peer: PeerKey): boolean => this.#knowledge.isLiar(peer);
    this.#dialler.dial(this.#choice, isLiar, nowMs, (effect) => {
      this.counters.dials++;
      effects.push(effect);
    });
    this.#askSomebody(nowMs, effects);
    effects.wakeAt(this.#dialler.wakeAtMs(this.#choice, isLiar));
    if (this.#connected.size > 0) effects.wakeAt(this.#exchange.atMs);
    for (const kept of this.#kept.splice(0)) effects.push(kept);
  }

  #askSomebody(nowMs: number, effects: Out): void {
    const { size, least } = this.#connected;
    if (size === 0 || !this.#exchange.isDue(this.#dialler.missing() > 0, size < least, nowMs)) return;
    const free = [...this.#connected.values()].filter(({ askedAtMs }) => askedAtMs + NETWORK.exchangeGapMs <= nowMs);
    const one = pick(free, this.#options.random);
    if (one !== undefined) this.#ask(one, nowMs, effects);
  }
}

const viaOf = (direction: "inbound" | "outbound"): PeerVia => (direction === "inbound" ? "inbound" : "found");
