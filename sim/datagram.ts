import type { Address } from "../src/core/wire/address.ts";
import { decodeDatagram } from "../src/core/wire/datagram/decode.ts";
import type { DecodeError, Message } from "../src/core/wire/datagram/message.ts";

/** One datagram as it was sent, and what became of it. */
export class Datagram {
  readonly number: number;
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
  readonly sentAtMs: number;
  /** What its sender was told in the moment of sending it; `undefined` when that was a timer. */
  readonly cause: Datagram | undefined;
  /** When its first copy arrived, in ms; Infinity as long as none has. */
  deliveredAtMs: number = Infinity;
  #message: Message | DecodeError | undefined;

  constructor(
    number: number,
    from: Address,
    to: Address,
    bytes: Uint8Array,
    sentAtMs: number,
    cause: Datagram | undefined,
  ) {
    this.number = number;
    this.from = from;
    this.to = to;
    this.bytes = bytes;
    this.sentAtMs = sentAtMs;
    this.cause = cause;
  }

  /** What its bytes say to the real decoder. Decoded once, however many look at it. */
  get message(): Message | DecodeError {
    this.#message ??= decodeDatagram(this.bytes);
    return this.#message;
  }

  /** The datagram at the beginning of the chain of causes: for a Query or a ChunkInfo, the Hello. */
  get root(): Datagram {
    let root: Datagram = this;
    while (root.cause !== undefined) root = root.cause;
    return root;
  }
}
