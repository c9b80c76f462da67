import type { Effects } from "../effects.ts";
import type { PeerKey } from "../find/find-types.ts";
import { NETWORK } from "../limits.ts";
import { isAdmissible, type Nearness, type PeerAddress, parsePeerAddress } from "./address-class.ts";
import { addressesToDial, type Choice, chooseToDial, chooseToTell, nextToDialMs, pick } from "./choosing.ts";
import { ConnectedPeer, ConnectedPeers } from "./connected-peers.ts";
import { type JoinTarget, JoinTargets } from "./join-targets.ts";
import { type KnownPeer, KnownPeers, readAddresses } from "./known-peers.ts";
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

/** Identities of peers that are connected for something else, or will be neighbours in a moment. */
const MAX_PENDING_IDENTITIES = 64;

type Learned = Extract<NeighboursInput, { type: "learned" }>;
type Connected = Extract<NeighboursInput, { type: "connected" }>;
type Out = Effects<NeighboursEffect>;

interface Dial {
  readonly target: JoinTarget | undefined;
  readonly known: KnownPeer | undefined;
  /** One beyond those aimed at. */
  readonly isGuest: boolean;
  readonly untilMs: number;
}

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
  readonly #known: KnownPeers;
  readonly #targets = new JoinTargets();
  readonly #dials = new Map<number, Dial>();
  /** The oldest first. */
  readonly #liars = new Set<PeerKey>();
  readonly #identities = new Map<PeerKey, Learned>();
  readonly #choice: Choice;
  #own: ReadonlySet<string> = new Set();
  #ownNearness: Nearness = "private";
  #hasLoopback = false;
  #lastDial = 0;
  #exchangeAtMs: number;
  #exploreAtMs: number;
  /** To be told with the next effects. */
  readonly #forgotten: PeerKey[] = [];

  constructor(options: NeighboursOptions, nowMs: number) {
    this.#options = options;
    this.#connected = new ConnectedPeers(options.maxPeers);
    this.#known = new KnownPeers(
      (peer) => this.#connected.has(peer) || this.#isDialled(peer),
      (known) => this.#forgot(known),
    );
    this.#choice = {
      known: this.#known,
      connected: this.#connected,
      isTaken: ({ peer }) => this.#liars.has(peer) || this.#isDialled(peer) || this.#targets.of(peer) !== undefined,
      isOwn: (address) => this.#own.has(hostAndPort(address)),
      random: options.random,
    };
    this.#exchangeAtMs = nowMs;
    this.#exploreAtMs = nowMs + this.#jittered(NETWORK.exploreMs);
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
    return this.#known.size;
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: NeighboursInput, nowMs: number, effects: Out): void {
    switch (input.type) {
      case "own-addresses":
        this.#ownAddresses(input.addresses);
        break;
      case "learned":
        this.#learned(input, effects);
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
        this.#peersTold(input.from, input.peers, effects);
        break;
      case "peers-asked":
        this.#peersAsked(input.from, nowMs, effects);
        break;
      case "lied":
        this.#lied(input.peer, effects);
        break;
      case "wake":
        break;
    }
    this.#maintain(nowMs, effects);
    for (const peer of this.#forgotten.splice(0)) effects.push({ type: "forget", peer });
  }

  #ownAddresses(texts: readonly string[]): void {
    const own = texts.flatMap((text) => parsePeerAddress(text) ?? []);
    this.#own = new Set(own.map(hostAndPort));
    this.#hasLoopback = own.some(({ scope }) => scope === "loopback");
    this.#ownNearness = own.length > 0 && own.every(({ scope }) => scope === "loopback") ? "loopback" : "private";
  }

  #learned(input: Learned, effects: Out): void {
    const { peer, via } = input;
    if (peer === this.#options.self || (peer !== undefined && this.#liars.has(peer))) this.counters.peersRefused++;
    else if (via === "join") this.#join(peer, input.addresses);
    else if (via === "inbound") this.#identified(input, effects);
    else if (peer === undefined) this.counters.peersRefused++;
    else this.#named({ ...input, peer }, via, input.from ?? via, this.#nearnessOf(input));
  }

  #nearnessOf({ via, from }: Learned): Nearness {
    if (via === "lan") return this.#ownNearness;
    if (via === "memory") return this.#hasLoopback ? "loopback" : "private";
    return (from === undefined ? undefined : this.#connected.get(from)?.nearness) ?? "public";
  }

  #join(peer: PeerKey | undefined, texts: readonly string[]): void {
    const addresses = this.#read(texts, peer, "person");
    if (addresses.length === 0) this.counters.peersRefused++;
    else this.#targets.add(peer ?? addresses.find((address) => address.peer !== undefined)?.peer, addresses);
  }

  /** Somebody named a peer. What we know of it first-hand is better than what others say. */
  #named({ peer, addresses: texts, record }: NamedPeer, via: PeerVia, source: string, nearness: Nearness): void {
    if (peer === this.#options.self || this.#liars.has(peer)) {
      this.counters.peersRefused++;
      return;
    }
    if (this.#known.get(peer)?.isProven) return;
    const addresses = this.#read(texts, peer, nearness);
    const known = addresses.length === 0 ? undefined : this.#known.make(peer, via, source);
    if (known === undefined) {
      this.counters.peersRefused++;
      return;
    }
    known.addresses = addresses;
    known.record = record ?? known.record;
    if (via === "memory") known.isRemembered = true;
  }

  #read(texts: readonly string[], peer: PeerKey | undefined, nearness: Nearness): PeerAddress[] {
    const { addresses, refused } = readAddresses(
      texts,
      peer,
      (address) =>
        isAdmissible(address, nearness) && !this.#choice.isOwn(address) && address.peer !== this.#options.self,
    );
    this.counters.addressesRefused += refused;
    return addresses;
  }

  /** What a peer says of itself: taken when it is a neighbour, kept a while when it is not one yet. */
  #identified(input: Learned, effects: Out): void {
    const { peer } = input;
    if (peer === undefined) return;
    const connected = this.#connected.get(peer);
    if (connected !== undefined) {
      this.#identify(connected, input, effects);
      return;
    }
    this.#identities.delete(peer);
    this.#identities.set(peer, input);
    const oldest = this.#identities.keys().next().value;
    if (this.#identities.size > MAX_PENDING_IDENTITIES && oldest !== undefined) this.#identities.delete(oldest);
  }

  #identify(connected: ConnectedPeer, input: Learned, effects: Out): void {
    const addresses = this.#read(input.addresses, connected.peer, connected.nearness);
    const known = this.#known.make(connected.peer, connected.via, connected.via);
    if (known === undefined) return;
    const reached = known.isProven ? known.addresses[0] : undefined;
    known.addresses = addresses;
    if (reached !== undefined && connected.direction === "outbound") known.worked(reached);
    known.record = input.record ?? known.record;
    // Its word for its address counts when it is the host from which it came: nobody is made to dial a third party.
    const host = connected.parsed?.isRelayed === false ? connected.parsed.host : undefined;
    known.isProven ||= addresses.some((address) => address.host === host);
    this.#remember(known, effects);
  }

  #remember(known: KnownPeer, effects: Out): void {
    if (!known.isProven || known.addresses.length === 0) return;
    known.isRemembered = true;
    effects.push({ type: "remember", peer: known.named() });
  }

  #forgot(known: KnownPeer): void {
    this.counters.peersForgotten++;
    if (known.isRemembered) this.#forgotten.push(known.peer);
  }

  #connectedTo(input: Connected, nowMs: number, effects: Out): void {
    const { peer, direction } = input;
    const dial = this.#takeDial(input.dial);
    const target = this.#joined(peer, dial);
    if (this.#connected.has(peer)) return;
    const via = target === undefined ? (this.#known.get(peer)?.via ?? viaOf(direction)) : "join";
    const isGuest = dial?.isGuest === true && this.#connected.size >= this.#connected.aimed;
    const connected = new ConnectedPeer({ ...input, via, sinceMs: nowMs }, isGuest, nowMs);
    if (isGuest) this.#sendOff(this.#connected.guest(), "replaced", nowMs, effects);
    if (target !== undefined && !this.#connected.hasRoom(direction))
      this.#sendOff(this.#connected.latestInbound(), "replaced", nowMs, effects);
    const reason = this.#reasonAgainst(connected);
    if (reason !== undefined) {
      this.#turnAway(connected, reason, nowMs, effects);
      return;
    }
    this.counters.accepted++;
    this.#connected.add(connected);
    effects.push({ type: "accept", peer });
    this.#reached(connected, effects);
    if (direction === "outbound" || this.#connected.size < this.#connected.aimed) this.#ask(connected, nowMs, effects);
  }

  #joined(peer: PeerKey, dial: Dial | undefined): JoinTarget | undefined {
    if (dial?.target !== undefined && !dial.target.isNamed) dial.target.peer = peer;
    return this.#targets.of(peer);
  }

  #reasonAgainst(connected: ConnectedPeer): DisconnectReason | undefined {
    const { peer, direction, via, group } = connected;
    if (this.#liars.has(peer)) return "lied";
    if (peer === this.#options.self) return "replaced";
    if (!this.#connected.hasRoom(direction)) return "full";
    return via === "join" || this.#connected.hasShare(group) ? undefined : "share";
  }

  /** Whoever finds no room here is told of others before it goes. */
  #turnAway(connected: ConnectedPeer, reason: DisconnectReason, nowMs: number, effects: Out): void {
    const { peer } = connected;
    this.counters.refused++;
    if (reason === "full" || reason === "share") this.#tell(connected, effects);
    effects.push({ type: "disconnect", peer, reason });
    this.#failed(this.#known.get(peer), this.#targets.of(peer), nowMs);
  }

  /** A new neighbour that we dialled has been reached at its address; and what it said of itself counts now. */
  #reached(connected: ConnectedPeer, effects: Out): void {
    const { peer, parsed, direction, via } = connected;
    const identity = this.#identities.get(peer);
    this.#identities.delete(peer);
    if (direction === "outbound" && parsed !== undefined) {
      const known = this.#known.make(peer, via, via);
      known?.worked(parsed);
      if (known !== undefined) known.isProven = true;
    }
    if (identity !== undefined) this.#identify(connected, identity, effects);
    else {
      const known = this.#known.get(peer);
      if (known !== undefined) this.#remember(known, effects);
    }
  }

  /** Ends a neighbour's stream. */
  #sendOff(connected: ConnectedPeer | undefined, reason: DisconnectReason, nowMs: number, effects: Out): void {
    if (connected === undefined) return;
    this.counters.refused++;
    this.#connected.delete(connected.peer);
    effects.push({ type: "disconnect", peer: connected.peer, reason });
    this.#failed(this.#known.get(connected.peer), undefined, nowMs);
  }

  #disconnected(peer: PeerKey, nowMs: number): void {
    this.#identities.delete(peer);
    const connected = this.#connected.get(peer);
    if (connected === undefined) return;
    this.#connected.delete(peer);
    const known = this.#known.get(peer);
    const target = this.#targets.of(peer);
    // A short visit is as good as none: it has no room, or something is wrong. After a long one the waits begin anew.
    if (nowMs - connected.sinceMs >= NETWORK.shortVisitMs) {
      known?.backOff.worked();
      target?.backOff.worked();
    }
    this.#failed(known, target, nowMs);
  }

  #dialFailed(number: number, nowMs: number): void {
    const dial = this.#takeDial(number);
    if (dial === undefined) return;
    this.counters.dialsFailed++;
    this.#failed(dial.known, dial.target, nowMs);
    const { known } = dial;
    // Where nobody answers, it is our own network that is down.
    if (known === undefined || known.backOff.failures < NETWORK.maxDialFailures || this.#connected.size === 0) return;
    this.#known.forget(known);
  }

  #failed(known: KnownPeer | undefined, target: JoinTarget | undefined, nowMs: number): void {
    const { random } = this.#options;
    known?.backOff.failed(NETWORK.maxRedialMs, random(), nowMs);
    target?.backOff.failed(NETWORK.maxRejoinMs, random(), nowMs);
  }

  #takeDial(number: number | undefined): Dial | undefined {
    const dial = number === undefined ? undefined : this.#dials.get(number);
    if (number === undefined || dial === undefined) return undefined;
    this.#dials.delete(number);
    if (dial.target !== undefined) dial.target.dial = undefined;
    return dial;
  }

  #isDialled(peer: PeerKey): boolean {
    for (const { known, target } of this.#dials.values())
      if (known?.peer === peer || target?.peer === peer) return true;
    return false;
  }

  #lied(peer: PeerKey, effects: Out): void {
    const known = this.#known.get(peer);
    const isConnected = this.#connected.has(peer);
    this.#liars.delete(peer);
    this.#liars.add(peer);
    const oldest = this.#liars.keys().next().value;
    if (this.#liars.size > NETWORK.maxLiarsRemembered && oldest !== undefined) this.#liars.delete(oldest);
    if (known !== undefined) this.#known.forget(known);
    if (isConnected) {
      this.counters.refused++;
      this.#connected.delete(peer);
      effects.push({ type: "disconnect", peer, reason: "lied" });
    }
    if (known !== undefined || isConnected) effects.push({ type: "remember-liar", peer });
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

  #peersTold(from: PeerKey, peers: readonly NamedPeer[], effects: Out): void {
    const teller = this.#connected.get(from);
    if (teller === undefined) return;
    if (!teller.owesPeers) {
      this.counters.tellsRefused++;
      this.#refuseFrame(teller, teller.sinceMs, effects);
      return;
    }
    teller.owesPeers = false;
    for (const named of peers.slice(0, NETWORK.maxPeersPerFrame)) this.#named(named, "exchange", from, teller.nearness);
  }

  #refuseFrame(connected: ConnectedPeer, nowMs: number, effects: Out): void {
    if (++connected.refused > NETWORK.maxPeersFramesRefused) this.#sendOff(connected, "flood", nowMs, effects);
  }

  /** What time brings: dials to be given up, places to be filled, peers to be asked. */
  #maintain(nowMs: number, effects: Out): void {
    for (const [number, { untilMs }] of this.#dials) if (untilMs <= nowMs) this.#dialFailed(number, nowMs);
    this.#dialTargets(nowMs, effects);
    this.#fill(nowMs, effects);
    this.#explore(nowMs, effects);
    this.#exchange(nowMs, effects);
    this.#orderWake(effects);
  }

  #dialTargets(nowMs: number, effects: Out): void {
    for (const target of this.#targets.values()) {
      if (!this.#isWanted(target) || target.backOff.notBeforeMs > nowMs) continue;
      const peer = target.isNamed ? target.peer : undefined;
      target.dial = this.#dial(peer, target.addresses, { target, known: undefined, isGuest: false }, nowMs, effects);
    }
  }

  #isWanted({ peer, dial }: JoinTarget): boolean {
    if (dial !== undefined) return false;
    return peer === undefined || !(this.#connected.has(peer) || this.#liars.has(peer) || this.#isDialled(peer));
  }

  /** Dials known peers in the place of missing neighbours; more at once when there are very few. */
  #fill(nowMs: number, effects: Out): void {
    while (this.#missing() > 0 && this.#dials.size < this.#maxDials()) {
      const known = chooseToDial(this.#choice, nowMs);
      if (known === undefined) return;
      this.#dialKnown(known, false, nowMs, effects);
    }
  }

  #missing(): number {
    const { size, outbound, aimed, leastOutbound } = this.#connected;
    if (!this.#connected.hasRoom("outbound")) return 0;
    return Math.max(aimed - size, leastOutbound - outbound) - this.#dials.size;
  }

  #maxDials(): number {
    const most = NETWORK.maxNeighbourDials;
    return this.#connected.size < this.#connected.least ? most : most / 2;
  }

  #explore(nowMs: number, effects: Out): void {
    if (nowMs < this.#exploreAtMs) return;
    this.#exploreAtMs = nowMs + this.#jittered(NETWORK.exploreMs);
    const { size, aimed } = this.#connected;
    const hasRoom = this.#connected.hasRoom("outbound") || this.#connected.guest() !== undefined;
    if (size < aimed || !hasRoom || this.#dials.size >= this.#maxDials()) return;
    const known = chooseToDial(this.#choice, nowMs);
    if (known !== undefined) this.#dialKnown(known, true, nowMs, effects);
  }

  #dialKnown(known: KnownPeer, isGuest: boolean, nowMs: number, effects: Out): void {
    const addresses = addressesToDial(known, this.#choice);
    this.#dial(known.peer, addresses, { target: undefined, known, isGuest }, nowMs, effects);
  }

  #dial(
    peer: PeerKey | undefined,
    addresses: readonly PeerAddress[],
    dial: Omit<Dial, "untilMs">,
    nowMs: number,
    effects: Out,
  ): number {
    const number = ++this.#lastDial;
    this.counters.dials++;
    // The shell answers within `dialMs`; should it fail to, the place is not lost.
    this.#dials.set(number, { ...dial, untilMs: nowMs + 3 * NETWORK.dialMs });
    effects.push({ type: "dial", dial: number, peer, addresses: addresses.map(({ text }) => text) });
    return number;
  }

  /** Asks one neighbour by lot for peers, now and then; often while neighbours are missing and nobody is left to dial. */
  #exchange(nowMs: number, effects: Out): void {
    if (nowMs < this.#exchangeAtMs) return;
    const isHurried = this.#missing() > 0;
    this.#exchangeAtMs = nowMs + this.#jittered(isHurried ? NETWORK.hurriedExchangeMs : NETWORK.exchangeMs);
    const free = [...this.#connected.values()].filter(({ askedAtMs }) => askedAtMs + NETWORK.exchangeGapMs <= nowMs);
    const one = pick(free, this.#options.random);
    if (one !== undefined) this.#ask(one, nowMs, effects);
  }

  #orderWake(effects: Out): void {
    for (const { untilMs } of this.#dials.values()) effects.wakeAt(untilMs);
    for (const target of this.#targets.values()) if (this.#isWanted(target)) effects.wakeAt(target.backOff.notBeforeMs);
    if (this.#connected.size > 0) {
      effects.wakeAt(this.#exchangeAtMs);
      effects.wakeAt(this.#exploreAtMs);
    }
    if (this.#missing() > 0 && this.#dials.size < this.#maxDials()) effects.wakeAt(nextToDialMs(this.#choice));
  }

  #jittered(ms: number): number {
    return ms * (0.5 + this.#options.random());
  }
}

const viaOf = (direction: "inbound" | "outbound"): PeerVia => (direction === "inbound" ? "inbound" : "found");
const hostAndPort = ({ host, port }: PeerAddress): string => `${host} ${port}`;
