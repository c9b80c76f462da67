import type { Address } from "../src/core/wire/address.ts";
import type { Datagram } from "./datagram.ts";
import type { Random } from "./random.ts";

/** What runs on a host: a peer, a client, or something that misbehaves. */
export interface Actor {
  /** Called once, when it starts. */
  start(): void;
  receive(datagram: Datagram): void;
  wake(): void;
}

/** What a host needs of the world around it. */
export interface Surroundings {
  readonly nowMs: number;
  /** Timers fire up to this much late, in ms. */
  readonly timerSlackMs: number;
  transmit(from: Address, to: Address, bytes: Uint8Array, cause: Datagram | undefined): void;
  orderWake(host: Host, atMs: number): void;
}

/** One machine with one address: it sends, it has one timer, and it can crash. */
export class Host {
  readonly address: Address;
  readonly random: Random;
  readonly #surroundings: Surroundings;
  readonly #make: (host: Host) => Actor;
  /** What runs here; `undefined` when it has crashed. */
  actor: Actor | undefined;
  /** When the timer is to fire, in ms; Infinity for not at all. */
  wakeAtMs: number = Infinity;

  constructor(address: Address, surroundings: Surroundings, random: Random, make: (host: Host) => Actor) {
    this.address = address;
    this.#surroundings = surroundings;
    this.random = random;
    this.#make = make;
  }

  get nowMs(): number {
    return this.#surroundings.nowMs;
  }

  /** Starts what runs here afresh: nothing is remembered. */
  start(): void {
    this.actor = this.#make(this);
    this.actor.start();
  }

  /** Ends what runs here, with its timer and its memory. */
  crash(): void {
    this.actor = undefined;
    this.wakeAtMs = Infinity;
  }

  send(to: Address, bytes: Uint8Array, cause: Datagram | undefined): void {
    this.#surroundings.transmit(this.address, to, bytes, cause);
  }

  /** Asks for a wake at this time, unless an earlier one is asked for: as the real shells' timer does. */
  wakeAt(atMs: number): void {
    if (atMs === Infinity) return;
    const { nowMs, timerSlackMs } = this.#surroundings;
    const late = timerSlackMs > 0 && atMs > nowMs ? this.random.between(0, timerSlackMs) : 0;
    const fireAtMs = Math.max(atMs, nowMs) + late;
    if (fireAtMs >= this.wakeAtMs) return;
    this.wakeAtMs = fireAtMs;
    this.#surroundings.orderWake(this, fireAtMs);
  }
}
