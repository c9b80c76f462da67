import { assert } from "../../errors.ts";

/** Bytes of a frame before its payload: the payload's length and the type. */
export const FRAME_HEAD_BYTES = 5;

/** Writes one frame: `0:4 length n · 4:1 type · 5:n payload`, integers in network byte order. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = FRAME_HEAD_BYTES;

  /** @param payloadBytes room to begin with; more is made when needed */
  constructor(type: number, payloadBytes: number) {
    this.#bytes = new Uint8Array(FRAME_HEAD_BYTES + payloadBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes[4] = type;
  }

  uint8(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  uint16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value);
    return this;
  }

  uint32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
    return this;
  }

  /** A whole number up to 2^53 − 1, in 8 bytes. */
  uint64(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, "a size is a whole number");
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value));
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** The frame. @param moreBytes of payload that follow it, sent by the caller */
  frame(moreBytes: number = 0): Uint8Array {
    this.#view.setUint32(0, this.#at - FRAME_HEAD_BYTES + moreBytes);
    return this.#bytes.subarray(0, this.#at);
  }

  /** Where the next bytes go. It may make larger arrays, so they are named after it, never before. */
  #room(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
