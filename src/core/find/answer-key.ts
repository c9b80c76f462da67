import type { FindChunkInfo } from "../wire/stream/find-message.ts";

/** The two largest primes below 2^26: a step is a product below 2^52, which a double holds exactly. */
const PRIMES = [67_108_859, 67_108_837] as const;

/**
 * Tells equal answers from different ones by a number of 52 bits: the whole answer as a polynomial, at two secret points.
 * Nobody who does not know the points can make an answer that is taken for another one (chance for 1 KiB: 2^-32), so
 * that a forged answer cannot make a true one look like a repeat; and an answer costs some µs and eight bytes.
 */
export class AnswerKey {
  readonly #first: number;
  readonly #second: number;

  /** `random` gives numbers from 0 up to, but not, 1. */
  constructor(random: () => number) {
    this.#first = 2 + Math.floor(random() * (PRIMES[0] - 3));
    this.#second = 2 + Math.floor(random() * (PRIMES[1] - 3));
  }

  /** The key of everything in an answer but its query id. */
  of({ record, videos }: Pick<FindChunkInfo, "record" | "videos">): number {
    const sum = new Sum(this.#first, this.#second);
    sum.bytes(record);
    for (const { id, bytes, heldChunks, title } of videos) {
      sum.bytes(id);
      sum.number(bytes % 65_536);
      sum.number(Math.floor(bytes / 65_536) % PRIMES[1]);
      sum.number(heldChunks % PRIMES[1]);
      sum.text(title);
    }
    return sum.value;
  }
}

class Sum {
  readonly #x: number;
  readonly #y: number;
  #a = 1;
  #b = 1;

  constructor(x: number, y: number) {
    this.#x = x;
    this.#y = y;
  }

  get value(): number {
    return this.#a * 67_108_864 + this.#b;
  }

  bytes(bytes: Uint8Array): void {
    this.number(bytes.length);
    for (let index = 0; index < bytes.length; index++) this.number(bytes[index] as number);
  }

  text(text: string): void {
    this.number(text.length);
    for (let index = 0; index < text.length; index++) this.number(text.charCodeAt(index));
  }

  number(value: number): void {
    this.#a = (this.#a * this.#x + value) % PRIMES[0];
    this.#b = (this.#b * this.#y + value) % PRIMES[1];
  }
}
