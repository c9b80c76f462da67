import type { Address } from "../src/core/wire/address.ts";
import type { Datagram } from "./datagram.ts";

/** Why a datagram, or a copy of one, did not arrive: by chance, at a partition, or because nobody was there. */
export type DropReason = "lost" | "cut" | "no-host";

/** Something that looks on and changes nothing: a checker, a trace, a count. */
export interface Observer {
  sent?(datagram: Datagram, nowMs: number): void;
  /** A copy arrives; its receiver has not seen it yet. */
  delivered?(datagram: Datagram, nowMs: number): void;
  /** Its receiver has seen it and done what follows. */
  handled?(datagram: Datagram, nowMs: number): void;
  dropped?(datagram: Datagram, reason: DropReason, nowMs: number): void;
  crashed?(address: Address, nowMs: number): void;
  restarted?(address: Address, nowMs: number): void;
  /** A client logs a chunk that came, with its bytes. */
  chunk?(client: Address, from: Address, id: number, bytes: Uint8Array, nowMs: number): void;
  /** A client gives a chunk up for good. */
  failed?(client: Address, id: number, nowMs: number): void;
  /** A client ends. */
  done?(client: Address, missing: readonly number[], nowMs: number): void;
}
