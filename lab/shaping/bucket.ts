/**
 * A line's rate: says when the last byte of a piece has left, from when it was there and what went before. Time is an
 * argument, and a caller that comes late loses nothing: the line was busy meanwhile.
 */
export class Bucket {
  #bytesPerMs: number;
  #freeAtMs = -Infinity;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** When the line has nothing more to do, in ms; −Infinity before its first piece. */
  get freeAtMs(): number {
    return this.#freeAtMs;
  }

  /** From now on; what has been taken leaves as it was said. */
  set bytesPerMs(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** Takes a piece that is there at `atMs`. @returns when its last byte has left, in ms */
  take(bytes: number, atMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, atMs) + bytes / this.#bytesPerMs;
    return this.#freeAtMs;
  }
}
