import type { Address } from "../src/core/wire/address.ts";
import { Datagram } from "./datagram.ts";
import { EventQueue } from "./event-queue.ts";
import { type Actor, Host, type Surroundings } from "./host.ts";
import { drawDelayMs, type Link, type Links } from "./link.ts";
import type { DropReason, Observer } from "./observer.ts";
import type { Partition } from "./partition.ts";
import type { Random } from "./random.ts";

/** What a {@link World} is made of. */
export interface WorldOptions {
  readonly random: Random;
  readonly links: Links;
  readonly observers?: readonly Observer[];
  /** Timers fire up to this much late, in ms. */
  readonly timerSlackMs?: number;
}

/** A wake of a host, the arrival of a datagram, or anything else that is planned. */
type Event = Host | Datagram | (() => void);

/**
 * Virtual time, virtual hosts and the network between them. One event after the other, so a run depends on nothing
 * but its seed: no clock, no socket, no thread.
 */
export class World implements Surroundings {
  links: Links;
  readonly partitions: Set<Partition> = new Set();
  timerSlackMs: number;
  nowMs = 0;
  /** Datagrams delivered and wakes given so far. */
  events = 0;
  readonly #random: Random;
  readonly #observers: readonly Observer[];
  readonly #hosts = new Map<Address, Host>();
  readonly #queue = new EventQueue<Event>();
  #datagrams = 0;

  constructor(options: WorldOptions) {
    this.#random = options.random;
    this.links = options.links;
    this.#observers = options.observers ?? [];
    this.timerSlackMs = options.timerSlackMs ?? 0;
  }

  /** Adds a machine that runs what `make` makes, and starts it. */
  addHost(address: Address, make: (host: Host) => Actor): Host {
    const host = new Host(address, this, this.#random.fork(`host ${address}`), make);
    this.#hosts.set(address, host);
    host.start();
    return host;
  }

  hostAt(address: Address): Host | undefined {
    return this.#hosts.get(address);
  }

  /** Does something at a time, in ms. */
  at(atMs: number, action: () => void): void {
    this.#queue.push(atMs, action);
  }

  crash(address: Address): void {
    this.#hosts.get(address)?.crash();
    for (const observer of this.#observers) observer.crashed?.(address, this.nowMs);
  }

  /** Starts a crashed host again, with nothing remembered. */
  restart(address: Address): void {
    for (const observer of this.#observers) observer.restarted?.(address, this.nowMs);
    this.#hosts.get(address)?.start();
  }

  /** Runs until nothing is left to happen, or until this time in ms. */
  run(untilMs: number = Infinity): void {
    while (this.#queue.size > 0 && this.#queue.nextMs <= untilMs) {
      this.nowMs = this.#queue.nextMs;
      const event = this.#queue.pop() as Event;
      if (event instanceof Datagram) this.#deliver(event);
      else if (event instanceof Host) this.#wake(event);
      else event();
    }
    if (untilMs !== Infinity) this.nowMs = untilMs;
  }

  orderWake(host: Host, atMs: number): void {
    this.#queue.push(atMs, host);
  }

  /** Puts a datagram on its way, or loses it. */
  transmit(from: Address, to: Address, bytes: Uint8Array, cause: Datagram | undefined): void {
    const datagram = new Datagram(this.#datagrams++, from, to, bytes, this.nowMs, cause);
    for (const observer of this.#observers) observer.sent?.(datagram, this.nowMs);
    const link = this.links.between(from, to);
    if (this.#isCut(from, to)) this.#drop(datagram, "cut");
    else if (this.#random.chance(link.lossShare)) this.#drop(datagram, "lost");
    else this.#putUnderWay(datagram, link);
  }

  #isCut(from: Address, to: Address): boolean {
    for (const partition of this.partitions) if (partition.blocks(from, to)) return true;
    return false;
  }

  #putUnderWay(datagram: Datagram, link: Link): void {
    this.#queue.push(this.nowMs + drawDelayMs(link.delay, this.#random), datagram);
    if (this.#random.chance(link.duplicateShare))
      this.#queue.push(this.nowMs + drawDelayMs(link.delay, this.#random), datagram);
  }

  /** Tells all who look on that a client logged a chunk. */
  tellChunk(client: Address, from: Address, id: number, bytes: Uint8Array): void {
    for (const observer of this.#observers) observer.chunk?.(client, from, id, bytes, this.nowMs);
  }

  /** Tells all who look on that a client has given a chunk up. */
  tellFailed(client: Address, id: number): void {
    for (const observer of this.#observers) observer.failed?.(client, id, this.nowMs);
  }

  /** Tells all who look on that a client has ended. */
  tellDone(client: Address, missing: readonly number[]): void {
    for (const observer of this.#observers) observer.done?.(client, missing, this.nowMs);
  }

  #deliver(datagram: Datagram): void {
    const actor = this.#hosts.get(datagram.to)?.actor;
    if (actor === undefined) {
      this.#drop(datagram, "no-host");
      return;
    }
    this.events++;
    if (datagram.deliveredAtMs === Infinity) datagram.deliveredAtMs = this.nowMs;
    for (const observer of this.#observers) observer.delivered?.(datagram, this.nowMs);
    actor.receive(datagram);
    for (const observer of this.#observers) observer.handled?.(datagram, this.nowMs);
  }

  #wake(host: Host): void {
    // An earlier wake, or a crash, has made this one void.
    if (host.wakeAtMs !== this.nowMs || host.actor === undefined) return;
    this.events++;
    host.wakeAtMs = Infinity;
    host.actor.wake();
  }

  #drop(datagram: Datagram, reason: DropReason): void {
    for (const observer of this.#observers) observer.dropped?.(datagram, reason, this.nowMs);
  }
}
