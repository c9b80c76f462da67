import type { Address } from "../src/core/wire/address.ts";
import type { Datagram } from "./datagram.ts";
import type { DropReason, Observer } from "./observer.ts";
import { mix32 } from "./random.ts";

/** One number for all that happened in a run, in its order: two runs of a seed must agree in it. */
export class TraceHash implements Observer {
  #high = 0x6a09e667;
  #low = 0x3c6ef372;

  /** 16 hexadecimal digits. */
  get value(): string {
    return [this.#high, this.#low].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  sent(datagram: Datagram, nowMs: number): void {
    this.#note(1, nowMs, datagram.number);
    this.#note(datagram.bytes.length, datagram.from, datagram.to);
    for (const byte of datagram.bytes) this.#low = Math.imul(this.#low ^ byte, 0x01000193) >>> 0;
  }

  delivered(datagram: Datagram, nowMs: number): void {
    this.#note(2, nowMs, datagram.number);
  }

  dropped(datagram: Datagram, reason: DropReason, nowMs: number): void {
    this.#note(reason.length, nowMs, datagram.number);
  }

  crashed(address: Address, nowMs: number): void {
    this.#note(3, nowMs, address);
  }

  restarted(address: Address, nowMs: number): void {
    this.#note(4, nowMs, address);
  }

  chunk(_client: Address, from: Address, id: number, _bytes: Uint8Array, nowMs: number): void {
    this.#note(id, nowMs, from);
  }

  done(client: Address, missing: readonly number[], nowMs: number): void {
    this.#note(missing.length, nowMs, client);
  }

  #note(what: number, nowMs: number, who: number): void {
    // Thousandths of a ms: the fraction is part of the trace, too.
    const time = Math.round(nowMs * 1000);
    this.#high = mix32(this.#high ^ what ^ (time % 4_294_967_296));
    this.#low = mix32(this.#low ^ this.#high ^ (who % 4_294_967_296) ^ Math.floor(who / 4_294_967_296));
  }
}
