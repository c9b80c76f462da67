import { ORIGINAL } from "../limits.ts";
import { type Flight, InFlight } from "../transfer/in-flight.ts";
import { RoundTrip } from "../transfer/rtt.ts";
import { Window } from "../transfer/window.ts";
import type { Address } from "../wire/address.ts";
import type { HolderReport } from "./client-types.ts";

/** A request is overtaken only when it is older than this share of the smoothed round trip (RFC 9002: 9/8). */
const OVERTAKEN_AGE = 1.125;

/**
 * One holder as its client sees it: what is in flight there, how fast it answers, and whether it has fallen silent.
 */
export class Holder {
  readonly address: Address;
  /** Its number in the scheduler. */
  readonly index: number;
  readonly flights: InFlight = new InFlight();
  readonly #rtt = new RoundTrip(ORIGINAL);
  readonly #window = new Window({ first: ORIGINAL.firstWindow, max: ORIGINAL.maxWindow });
  #oneAtATime: boolean;
  #heardAtMs = -Infinity;
  /** Time-outs in a row without any Response. */
  #silentTimeouts = 0;
  givenUp = false;
  namesAreIds = false;
  #chunks = 0;
  #bytes = 0;
  #losses = 0;
  #firstSentAtMs = Number.NaN;
  #lastChunkAtMs = Number.NaN;

  constructor(address: Address, index: number, oneAtATime: boolean) {
    this.address = address;
    this.index = index;
    this.#oneAtATime = oneAtATime;
  }

  /** Requests that may be in flight. */
  get window(): number {
    return this.#oneAtATime ? 1 : this.#window.size;
  }

  /** Requests that may be added now. */
  get room(): number {
    return Math.max(0, this.window - this.flights.size);
  }

  /** Whether so much room is there that a Get is worth its datagram: a quarter of the window, or a full Get. */
  get isWorthAsking(): boolean {
    return this.room >= Math.min(Math.ceil(this.window / 4), ORIGINAL.idsPerGet);
  }

  /** Silent for so many time-outs that another holder is to be asked, if there is one. */
  get isSilent(): boolean {
    return this.#silentTimeouts >= ORIGINAL.silentTimeoutsToGiveUp;
  }

  /** Silent for as many time-outs as a chunk has requests: nothing more is expected of it. */
  get isDead(): boolean {
    return this.#silentTimeouts >= ORIGINAL.maxRequestsPerChunk;
  }

  /** The report's dialect was heard from it: its Responses can be told apart only one at a time. */
  takeOneAtATime(): void {
    this.#oneAtATime = true;
  }

  sent(item: number, nowMs: number): void {
    if (Number.isNaN(this.#firstSentAtMs)) this.#firstSentAtMs = nowMs;
    this.flights.sent(item, nowMs);
  }

  /** A Response came for an item that this holder was asked for; `isNew`: nobody else was faster. */
  answered(flight: Flight, sizeBytes: number, isNew: boolean, nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#lastChunkAtMs = nowMs;
    this.#silentTimeouts = 0;
    if (isNew) {
      this.#chunks++;
      this.#bytes += sizeBytes;
    }
    if (!flight.repeat) {
      this.#rtt.sample(nowMs - flight.sentAtMs);
      if (flight.expired) this.#window.wasLate();
    }
    if (this.#rtt.measured) this.#window.answered(this.#rtt.smoothedMs, this.#rtt.minMs);
  }

  /** The oldest request that later answers show to be lost, taken as over; `undefined` when there is none. */
  takeOvertaken(nowMs: number): Flight | undefined {
    const flight = this.flights.overtaken(ORIGINAL.overtakenBy, OVERTAKEN_AGE * this.#rtt.smoothedMs, nowMs);
    if (flight === undefined) return undefined;
    this.flights.expire(flight);
    this.#window.lost(flight.sequence, this.flights.nextSequence);
    this.#losses++;
    return flight;
  }

  /** When the holder's silence becomes a time-out: counted from its last Response or its oldest request. */
  timeoutAtMs(): number {
    const oldest = this.flights.oldest();
    if (oldest === undefined) return Infinity;
    return Math.max(this.#heardAtMs, oldest.sentAtMs) + this.#rtt.timeoutMs();
  }

  /** How long its answers are waited for, in ms. */
  timeoutMs(): number {
    return this.#rtt.timeoutMs();
  }

  /** Its smoothed round trip in ms; NaN when unknown. */
  get rttMs(): number {
    return this.#rtt.smoothedMs;
  }

  /** A time-out: every request old enough is over. */
  takeTimedOut(nowMs: number): Flight[] {
    const waitedMs = this.#rtt.timeoutMs();
    const over = [...this.flights.items()].filter((flight) => flight.sentAtMs + waitedMs <= nowMs);
    for (const flight of over) this.flights.expire(flight);
    this.#losses += over.length;
    this.#silentTimeouts++;
    this.#rtt.timedOut();
    this.#window.silent();
    return over;
  }

  report(): HolderReport {
    const elapsedMs = this.#lastChunkAtMs - this.#firstSentAtMs;
    return {
      holder: this.address,
      chunks: this.#chunks,
      bytes: this.#bytes,
      requests: this.flights.nextSequence,
      losses: this.#losses,
      rttMs: this.#rtt.measured ? this.#rtt.smoothedMs : undefined,
      bytesPerSecond: elapsedMs > 0 ? (this.#bytes / elapsedMs) * 1000 : 0,
      window: this.window,
      givenUp: this.givenUp,
    };
  }
}
