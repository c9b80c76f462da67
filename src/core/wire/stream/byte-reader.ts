/**
 * Reads a payload's fields in their order. What is not there, or too large, reads as zeros and makes the whole payload
 * bad, which is asked once at the end: no read beyond the payload, and no exception.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #isGood = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether everything read so far was there. */
  get isGood(): boolean {
    return this.#isGood;
  }

  /** Whether everything was read, and was there. */
  get isWhole(): boolean {
    return this.#isGood && this.#at === this.#bytes.length;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  uint8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  uint16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : this.#view.getUint16(at);
  }

  uint32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at);
  }

  /** A whole number in 8 bytes; one above 2^53 − 1 is bad. */
  uint64(): number {
    const at = this.#take(8);
    if (at < 0) return 0;
    const value = this.#view.getBigUint64(at);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    this.#isGood = false;
    return 0;
  }

  /** A copy of the next bytes; more than `most` of them are bad. */
  bytes(count: number, most: number = count): Uint8Array {
    const at = count <= most ? this.#take(count) : this.bad();
    return at < 0 ? new Uint8Array(0) : this.#bytes.slice(at, at + count);
  }

  /** Makes the payload bad. @returns −1 */
  bad(): number {
    this.#isGood = false;
    return -1;
  }

  #take(count: number): number {
    if (!this.#isGood || count > this.left) return this.bad();
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
