import type { Effects } from "../effects.ts";
import { NETWORK } from "../limits.ts";
import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import type { ServeCounters, ServeEffect, ServeInput } from "./serve-types.ts";
import { UploadMeter } from "./upload-meter.ts";

/** A Get that waits. */
interface Waiting extends HeapItem {
  readonly client: Client;
  readonly request: number;
  readonly bytes: number;
  readonly priority: number;
  /** In the order asked. */
  readonly sequence: number;
}

/** One stream. */
interface Client {
  readonly number: number;
  readonly peer: Peer;
  readonly waiting: Map<number, Waiting>;
  /** Ordered, and not left. */
  orderedBytes: number;
  /** When bytes last left, or, if none were ordered, when they were. */
  movedAtMs: number;
  refusals: number;
}

/** One peer, with all its streams: what shares are of. */
interface Peer extends HeapItem {
  readonly key: string;
  readonly waiting: IndexedHeap<Waiting>;
  clients: number;
  orderedBytes: number;
  /** On the scale of {@link ServeCore.#served}: its next Response begins there, or now. */
  turn: number;
  /** Whether it had nothing waiting when its turn came: it goes before others at the same place of the scale. */
  isFresh: boolean;
  /** Of its joining the turns: the order of what is equal otherwise. */
  sequence: number;
}

/**
 * What one holder sends next, as a function of its state, an input and the time. Within a peer the smaller `priority`
 * goes first, then what was asked first. Among peers each byte sent moves the peer's next turn back by one, and the
 * smallest turn is next (start-time fair queueing: deficit round robin whose rounds are one byte long), so that two peers that
 * both ask are never further apart than one Response of each, and who begins to ask waits for one Response at most.
 * Who was idle has saved up nothing. What is ordered and has not left is bounded for a peer and for all.
 */
export class ServeCore {
  readonly counters: ServeCounters = {
    orders: 0,
    orderedBytes: 0,
    cancelled: 0,
    refused: 0,
    flood: 0,
    stuck: 0,
    full: 0,
  };
  readonly #clients = new Map<number, Client>();
  readonly #peers = new Map<string, Peer>();
  /** Peers that have something waiting and room for it, by their turns. */
  readonly #turns = new IndexedHeap<Peer>(isSooner);
  /** Clients for whom something is ordered, by when it last moved: the first moved longest ago. */
  readonly #moving = new Set<Client>();
  #meter: UploadMeter;
  #queued = 0;
  #ordered = 0;
  /** The turn of whoever was served last, in bytes. */
  #served = 0;
  #sequence = 0;
  /** Whether somebody with nothing ordered waits because of the bytes ordered for all. */
  #isFull = false;

  /** `bytesPerSecond` is the upload limit; 0 for none. */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#meter = new UploadMeter(bytesPerSecond, nowMs);
  }

  /** Gets that wait. */
  get queued(): number {
    return this.#queued;
  }

  /** Bytes ordered that have not left. */
  get orderedBytes(): number {
    return this.#ordered;
  }

  /** Takes one input and appends what is to be done to `effects`. What names a client that is gone is passed over. */
  handle(input: ServeInput, nowMs: number, effects: Effects<ServeEffect>): void {
    switch (input.type) {
      case "client":
        this.#enter(input.client, input.key, nowMs, effects);
        break;
      case "get":
        this.#get(input, effects);
        break;
      case "cancel":
        this.#cancel(input.client, input.request);
        break;
      case "left":
        this.#left(input.client, input.bytes, nowMs);
        break;
      case "gone":
        this.#leave(this.#clients.get(input.client));
        break;
      case "upload-limit":
        this.#meter = new UploadMeter(input.bytesPerSecond, nowMs);
        break;
      case "wake":
        break;
    }
    this.#order(nowMs, effects);
    this.#dropStuck(nowMs, effects);
  }

  #enter(number: number, key: string, nowMs: number, effects: Effects<ServeEffect>): void {
    if (this.#clients.has(number)) return;
    if (this.#clients.size >= NETWORK.maxServedClients) {
      this.counters.full++;
      effects.push({ type: "drop", client: number, reason: "full" });
      return;
    }
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      const waiting = new IndexedHeap<Waiting>(isMoreUrgent);
      peer = { key, waiting, clients: 0, orderedBytes: 0, turn: 0, isFresh: true, sequence: 0, heapIndex: -1 };
      this.#peers.set(key, peer);
    }
    peer.clients++;
    const waiting = new Map<number, Waiting>();
    this.#clients.set(number, { number, peer, waiting, orderedBytes: 0, movedAtMs: nowMs, refusals: 0 });
  }

  #get(get: Extract<ServeInput, { type: "get" }>, effects: Effects<ServeEffect>): void {
    const client = this.#clients.get(get.client);
    if (client === undefined) return;
    const isCrowded = this.#queued >= NETWORK.maxQueuedGets && client.waiting.size > 0;
    const isTooMuch = client.waiting.size >= NETWORK.maxQueuedGetsPerClient;
    // A request's number that is under way already would be answered twice, and cancelled once.
    if (isCrowded || isTooMuch || client.waiting.has(get.request)) this.#refuse(client, get.request, effects);
    else {
      const { request, bytes, priority } = get;
      const waiting = { client, request, bytes, priority, sequence: this.#sequence++, heapIndex: -1 };
      client.waiting.set(request, waiting);
      client.peer.waiting.add(waiting);
      this.#queued++;
      this.#line(client.peer);
    }
  }

  #refuse(client: Client, request: number, effects: Effects<ServeEffect>): void {
    client.refusals++;
    if (client.refusals > NETWORK.maxRefusalsInARow) this.#drop(client, "flood", effects);
    else {
      this.counters.refused++;
      effects.push({ type: "refuse", client: client.number, request });
    }
  }

  #cancel(number: number, request: number): void {
    const waiting = this.#clients.get(number)?.waiting.get(request);
    if (waiting === undefined) return;
    this.counters.cancelled++;
    this.#takeOut(waiting);
    if (waiting.client.peer.waiting.size === 0) this.#turns.remove(waiting.client.peer);
  }

  #left(number: number, bytes: number, nowMs: number): void {
    const client = this.#clients.get(number);
    if (client === undefined) return;
    this.#moved(client, -Math.min(bytes, client.orderedBytes), nowMs);
    this.#line(client.peer);
  }

  /** Bytes are ordered (more than 0) or have left. */
  #moved(client: Client, bytes: number, nowMs: number): void {
    if (bytes < 0 || client.orderedBytes === 0) {
      client.movedAtMs = nowMs;
      this.#moving.delete(client);
    }
    client.orderedBytes += bytes;
    client.peer.orderedBytes += bytes;
    this.#ordered += bytes;
    if (client.orderedBytes > 0) this.#moving.add(client);
  }

  #leave(client: Client | undefined): void {
    if (client === undefined) return;
    const { peer } = client;
    for (const waiting of client.waiting.values()) this.#takeOut(waiting);
    this.#moved(client, -client.orderedBytes, client.movedAtMs);
    this.#clients.delete(client.number);
    peer.clients--;
    if (peer.waiting.size === 0) this.#turns.remove(peer);
    else this.#line(peer);
    // Its turn is kept for as long as it is ahead of the others: to leave and come back gains nothing.
    if (peer.clients === 0) this.#forgetIdle();
  }

  /** Peers without streams whose turn is past. */
  #forgetIdle(): void {
    for (const [key, peer] of this.#peers)
      if (peer.clients === 0 && (peer.turn <= this.#served || this.#peers.size > NETWORK.maxServedClients))
        this.#peers.delete(key);
  }

  #drop(client: Client, reason: "flood" | "stuck", effects: Effects<ServeEffect>): void {
    this.counters[reason]++;
    effects.push({ type: "drop", client: client.number, reason });
    this.#leave(client);
  }

  #takeOut(waiting: Waiting): void {
    waiting.client.waiting.delete(waiting.request);
    waiting.client.peer.waiting.remove(waiting);
    this.#queued--;
  }

  /** Gives a peer its place among the turns, if something of it waits. */
  #line(peer: Peer): void {
    if (peer.heapIndex >= 0 || peer.waiting.size === 0) return;
    peer.isFresh = peer.turn < this.#served;
    peer.turn = Math.max(peer.turn, this.#served);
    peer.sequence = this.#sequence++;
    this.#turns.add(peer);
  }

  /** Orders what may leave now. */
  #order(nowMs: number, effects: Effects<ServeEffect>): void {
    this.#isFull = false;
    for (let peer = this.#turns.first; peer !== undefined; peer = this.#turns.first) {
      const next = peer.waiting.first as Waiting;
      if (!this.#hasRoom(peer, next.bytes)) {
        // With something ordered it comes back when that has left. With nothing ordered it waits for others, in its place.
        if (peer.orderedBytes === 0) {
          this.#isFull = true;
          return;
        }
        this.#turns.remove(peer);
        continue;
      }
      const fromMs = this.#meter.take(next.bytes, nowMs);
      if (fromMs > nowMs) {
        effects.wakeAt(fromMs);
        return;
      }
      this.#respond(peer, next, nowMs, effects);
    }
  }

  #hasRoom(peer: Peer, bytes: number): boolean {
    if (this.#ordered === 0) return true;
    if (peer.orderedBytes === 0) return this.#ordered + bytes <= NETWORK.maxOrderedBytes;
    return (
      peer.orderedBytes + bytes <= NETWORK.maxOrderedBytesPerPeer &&
      this.#ordered + bytes <= NETWORK.maxOrderedBytes - NETWORK.reservedOrderedBytes
    );
  }

  #respond(peer: Peer, next: Waiting, nowMs: number, effects: Effects<ServeEffect>): void {
    this.#turns.remove(peer);
    this.#takeOut(next);
    this.#served = peer.turn;
    peer.turn += next.bytes;
    this.#line(peer);
    next.client.refusals = 0;
    this.#moved(next.client, next.bytes, nowMs);
    this.counters.orders++;
    this.counters.orderedBytes += next.bytes;
    effects.push({ type: "respond", client: next.client.number, request: next.request });
  }

  #dropStuck(nowMs: number, effects: Effects<ServeEffect>): void {
    for (const client of this.#moving) {
      const patienceMs = this.#isFull ? NETWORK.stuckClientWhenFullMs : NETWORK.stuckClientMs;
      if (nowMs < client.movedAtMs + patienceMs) {
        effects.wakeAt(client.movedAtMs + patienceMs);
        return;
      }
      this.#drop(client, "stuck", effects);
      this.#order(nowMs, effects);
    }
  }
}

function isSooner(one: Peer, other: Peer): boolean {
  if (one.turn !== other.turn) return one.turn < other.turn;
  return one.isFresh === other.isFresh ? one.sequence < other.sequence : one.isFresh;
}

const isMoreUrgent = (one: Waiting, other: Waiting): boolean =>
  one.priority === other.priority ? one.sequence < other.sequence : one.priority < other.priority;
