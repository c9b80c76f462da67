/** What is held of a video: chunk `n` at bit `n % 8`, lowest first, of byte `n / 8`. */
export class Bitmap {
  readonly bytes: Uint8Array;
  #count = 0;

  /** A bitmap of so many chunks, all missing, or as given; bits behind the last chunk are taken away. */
  constructor(chunks: number, bytes?: Uint8Array) {
    this.bytes = new Uint8Array(Math.ceil(chunks / 8));
    if (bytes !== undefined) this.bytes.set(bytes.subarray(0, this.bytes.length));
    for (let chunk = chunks; chunk < this.bytes.length * 8; chunk++) this.delete(chunk);
    this.#count = 0;
    for (const byte of this.bytes) this.#count += bitsIn(byte);
  }

  /** Chunks held. */
  get count(): number {
    return this.#count;
  }

  has(chunk: number): boolean {
    return (((this.bytes[chunk >> 3] ?? 0) >> (chunk & 7)) & 1) === 1;
  }

  add(chunk: number): void {
    if (this.has(chunk)) return;
    this.bytes[chunk >> 3] = (this.bytes[chunk >> 3] as number) | (1 << (chunk & 7));
    this.#count++;
  }

  delete(chunk: number): void {
    if (!this.has(chunk)) return;
    this.bytes[chunk >> 3] = (this.bytes[chunk >> 3] as number) & ~(1 << (chunk & 7));
    this.#count--;
  }

  /** A bitmap of so many chunks with every one held. */
  static full(chunks: number): Bitmap {
    return new Bitmap(chunks, new Uint8Array(Math.ceil(chunks / 8)).fill(255));
  }
}

function bitsIn(byte: number): number {
  let bits = 0;
  for (let left = byte; left !== 0; left &= left - 1) bits++;
  return bits;
}
