import type { NamedPeer } from "../../src/core/neighbours/neighbours-types.ts";
import type { FindChunkInfo, FindDone, FindQuery } from "../../src/core/wire/stream/find-message.ts";
import { EventQueue } from "../event-queue.ts";
import type { Random } from "../random.ts";

/** What goes over a find stream; a list of peers without any is a question. */
export type StreamMessage =
  | FindQuery
  | FindChunkInfo
  | FindDone
  | { readonly type: "peers"; readonly peers: readonly NamedPeer[] };

/** What runs on a host. Hosts have numbers. */
export interface StreamActor {
  start(): void;
  /** `dial`: the number that it gave to {@link StreamWorld.dial}; also told when the stream was there already. */
  opened(peer: number, direction: "inbound" | "outbound", dial: number | undefined): void;
  dialFailed(dial: number): void;
  closed(peer: number): void;
  received(from: number, message: StreamMessage): void;
  wake(): void;
}

/** Looks on. `lived`: how many hops a Query has come since it was first sent, this one included. */
export interface StreamObserver {
  sent(from: number, to: number, message: StreamMessage, lived: number, nowMs: number): void;
}

/** One stream between two hosts: ordered and reliable in each direction, until it ends. */
class Stream {
  readonly ends: readonly [number, number];
  /** Which of its ends know that it is over. */
  readonly gone: [boolean, boolean] = [false, false];
  /** When the last message to each end arrives. */
  readonly lastAtMs: [number, number] = [0, 0];
  /** What waits for a cut to be healed, to each end. */
  readonly held: [Delivery[], Delivery[]] = [[], []];

  constructor(a: number, b: number) {
    this.ends = [a, b];
  }
}

class Delivery {
  readonly stream: Stream;
  readonly to: 0 | 1;
  /** `undefined`: the stream is over. */
  readonly message: StreamMessage | undefined;
  readonly lived: number;

  constructor(stream: Stream, to: 0 | 1, message: StreamMessage | undefined, lived: number) {
    this.stream = stream;
    this.to = to;
    this.message = message;
    this.lived = lived;
  }
}

interface StreamHost {
  readonly number: number;
  readonly make: () => StreamActor;
  actor: StreamActor | undefined;
  wakeAtMs: number;
  readonly streams: Map<number, Stream>;
}

/** A cut: what its inside sends does not come through, nor, unless it is one-way, what is sent to the inside. */
export interface Cut {
  readonly inside: ReadonlySet<number>;
  readonly oneWay: boolean;
}

/** What a {@link StreamWorld} is made of. */
export interface StreamWorldOptions {
  readonly random: Random;
  /** Mean of the exponential delay of each message, in ms. */
  readonly meanDelayMs: number;
  readonly observer?: StreamObserver;
}

/** Virtual time, hosts, and the streams between them: one event after the other, nothing but its seed. */
export class StreamWorld {
  nowMs = 0;
  events = 0;
  readonly #random: Random;
  readonly #meanDelayMs: number;
  readonly #observer: StreamObserver | undefined;
  readonly #hosts: StreamHost[] = [];
  readonly #queue = new EventQueue<Delivery | StreamHost | (() => void)>();
  readonly #cuts = new Set<Cut>();
  /** Hops that the message being handled has come. */
  #lived = 0;

  constructor({ random, meanDelayMs, observer }: StreamWorldOptions) {
    this.#random = random;
    this.#meanDelayMs = meanDelayMs;
    this.#observer = observer;
  }

  /** Adds the host of the next number, and starts it. */
  add(make: (number: number) => StreamActor): void {
    const number = this.#hosts.length;
    const host: StreamHost = {
      number,
      make: () => make(number),
      actor: undefined,
      wakeAtMs: Infinity,
      streams: new Map(),
    };
    this.#hosts.push(host);
    this.restart(number);
  }

  isUp(number: number): boolean {
    return this.#hosts[number]?.actor !== undefined;
  }

  /** Those to whom a host has a stream that is open at both ends. */
  neighboursOf(number: number): number[] {
    const { streams } = this.#host(number);
    return [...streams].filter(([, { gone }]) => !gone[0] && !gone[1]).map(([peer]) => peer);
  }

  restart(number: number): void {
    const host = this.#host(number);
    if (host.actor !== undefined) return;
    host.actor = host.make();
    host.actor.start();
  }

  /** Ends what runs on a host; its streams end, which the others notice a moment later. */
  crash(number: number): void {
    const host = this.#host(number);
    host.actor = undefined;
    host.wakeAtMs = Infinity;
    for (const peer of [...host.streams.keys()]) this.close(number, peer);
  }

  /** Opens a stream at once, as if it had been there for ever. */
  link(a: number, b: number): void {
    if (!this.isUp(a) || !this.isUp(b) || this.#host(a).streams.get(b)?.gone.includes(true) === false) return;
    this.#open(a, b, undefined);
  }

  /** Tries to open a stream; the actor is told a moment later what came of it. */
  dial(from: number, to: number, dial: number): void {
    const caller = this.#host(from).actor;
    this.at(this.nowMs + this.#delayMs() + this.#delayMs(), () => {
      if (caller === undefined || this.#host(from).actor !== caller) return;
      const there = this.#hosts[to]?.streams.get(from);
      if (there?.gone.includes(true) === false) caller.opened(to, "outbound", dial);
      else if (from === to || this.#hosts[to]?.actor === undefined || this.#isCut(from, to) || this.#isCut(to, from))
        caller.dialFailed(dial);
      else this.#open(from, to, dial);
    });
  }

  /** Ends a stream, after what was sent on it. */
  close(from: number, to: number): void {
    const stream = this.#host(from).streams.get(to);
    if (stream === undefined) return;
    const end = stream.ends[0] === from ? 0 : 1;
    stream.gone[end] = true;
    this.#host(from).streams.delete(to);
    if (!stream.gone[1 - end]) this.#transmit(stream, end === 0 ? 1 : 0, undefined, 0);
  }

  send(from: number, to: number, message: StreamMessage): void {
    const stream = this.#host(from).streams.get(to);
    if (stream === undefined) return;
    this.#observer?.sent(from, to, message, this.#lived + 1, this.nowMs);
    this.#transmit(stream, stream.ends[0] === from ? 1 : 0, message, this.#lived + 1);
  }

  /** Asks for a wake, unless an earlier one is asked for. */
  wakeAt(number: number, atMs: number): void {
    const host = this.#host(number);
    const fireAtMs = Math.max(atMs, this.nowMs);
    if (fireAtMs >= host.wakeAtMs) return;
    host.wakeAtMs = fireAtMs;
    this.#queue.push(fireAtMs, host);
  }

  at(atMs: number, action: () => void): void {
    this.#queue.push(atMs, action);
  }

  /** Cuts the network. Messages wait for the end of the cut; streams across it break when it lasts longer than this. */
  cut(cut: Cut, breakMs: number): void {
    this.#cuts.add(cut);
    this.at(this.nowMs + breakMs, () => {
      for (const host of this.#hosts)
        for (const peer of [...host.streams.keys()])
          if (this.#isCut(host.number, peer) || this.#isCut(peer, host.number)) this.#break(host.number, peer);
    });
  }

  heal(cut: Cut): void {
    if (!this.#cuts.delete(cut)) return;
    for (const { number, streams } of this.#hosts)
      for (const [peer, stream] of streams) {
        const to = stream.ends[0] === number ? 1 : 0;
        if (this.#isCut(number, peer)) continue;
        for (const delivery of stream.held[to].splice(0)) this.#putUnderWay(delivery);
      }
  }

  /** Runs until nothing is left to happen, or until this time in ms. */
  run(untilMs: number = Infinity): void {
    while (this.#queue.size > 0 && this.#queue.nextMs <= untilMs) {
      this.nowMs = this.#queue.nextMs;
      const event = this.#queue.pop();
      this.events++;
      if (event instanceof Delivery) this.#deliver(event);
      else if (typeof event === "function") event();
      else if (event !== undefined) this.#wake(event);
    }
    if (untilMs !== Infinity) this.nowMs = untilMs;
  }

  #host(number: number): StreamHost {
    return this.#hosts[number] as StreamHost;
  }

  #open(from: number, to: number, dial: number | undefined): void {
    this.#break(from, to);
    const stream = new Stream(from, to);
    this.#host(from).streams.set(to, stream);
    this.#host(to).streams.set(from, stream);
    this.#host(to).actor?.opened(from, "inbound", undefined);
    this.#host(from).actor?.opened(to, "outbound", dial);
  }

  /** Ends whatever is left of a stream, and both ends know. */
  #break(a: number, b: number): void {
    for (const [self, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const stream = this.#host(self).streams.get(other);
      if (stream === undefined) continue;
      stream.gone[stream.ends[0] === self ? 0 : 1] = true;
      this.#host(self).streams.delete(other);
      this.#host(self).actor?.closed(other);
    }
  }

  #transmit(stream: Stream, to: 0 | 1, message: StreamMessage | undefined, lived: number): void {
    const delivery = new Delivery(stream, to, message, lived);
    if (this.#isCut(stream.ends[1 - to] as number, stream.ends[to])) stream.held[to].push(delivery);
    else this.#putUnderWay(delivery);
  }

  #putUnderWay(delivery: Delivery): void {
    const { stream, to } = delivery;
    const atMs = Math.max(stream.lastAtMs[to], this.nowMs + this.#delayMs());
    stream.lastAtMs[to] = atMs;
    this.#queue.push(atMs, delivery);
  }

  #deliver({ stream, to, message, lived }: Delivery): void {
    if (stream.gone[to]) return;
    const self = this.#host(stream.ends[to]);
    const from = stream.ends[1 - to] as number;
    if (message === undefined) {
      stream.gone[to] = true;
      self.streams.delete(from);
      self.actor?.closed(from);
      return;
    }
    // Only what is sent on because of a Query has come further: a Done may begin the next ring, which is a new one.
    this.#lived = message.type === "query" ? lived : 0;
    self.actor?.received(from, message);
    this.#lived = 0;
  }

  #wake(host: StreamHost): void {
    if (host.wakeAtMs !== this.nowMs || host.actor === undefined) return;
    host.wakeAtMs = Infinity;
    host.actor.wake();
  }

  #isCut(from: number, to: number): boolean {
    for (const { inside, oneWay } of this.#cuts) {
      const isFromInside = inside.has(from);
      if (isFromInside !== inside.has(to) && (!oneWay || isFromInside)) return true;
    }
    return false;
  }

  #delayMs(): number {
    return -Math.log(1 - this.#random.unit()) * this.#meanDelayMs;
  }
}
