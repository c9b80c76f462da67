import type { Address } from "../../src/core/wire/address.ts";
import { encodeMessage } from "../../src/core/wire/datagram/encode.ts";
import type { Datagram } from "../datagram.ts";
import type { Actor, Host } from "../host.ts";

/** Says Hello once and counts who answers: the flood by itself, without a client's repeats. */
export class Prober implements Actor {
  /** ChunkInfos by the peer that sent them. */
  readonly answers: Map<Address, number> = new Map();
  readonly #host: Host;
  readonly #contact: Address;
  readonly #ids: readonly number[];

  constructor(host: Host, contact: Address, ids: readonly number[]) {
    this.#host = host;
    this.#contact = contact;
    this.#ids = ids;
  }

  start(): void {
    this.#host.send(this.#contact, encodeMessage({ type: "hello", ids: this.#ids }, "canonical"), undefined);
  }

  receive(datagram: Datagram): void {
    if (datagram.message.type === "chunk-info")
      this.answers.set(datagram.from, (this.answers.get(datagram.from) ?? 0) + 1);
  }

  wake(): void {}
}
