/** Mixes a 32-bit number well (the finaliser of MurmurHash3). */
export function mix32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A seeded random source (sfc32). Each use takes a fork of its own, named by a label, so that drawing one number more
 * in one place does not change what happens in all the others.
 */
export class Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#a = mix32(this.#seed);
    this.#b = mix32(this.#a ^ 0x9e3779b9);
    this.#c = mix32(this.#b ^ 0x243f6a88);
    // The state is three words of one seed: the first outputs are still alike.
    for (let round = 0; round < 12; round++) this.next();
  }

  /** A source of its own for what `label` names: the same for the same seed and label, whatever was drawn before. */
  fork(label: string): Random {
    let hash = this.#seed;
    for (let index = 0; index < label.length; index++) hash = mix32(hash ^ label.charCodeAt(index)) + index;
    return new Random(hash);
  }

  /** 32 random bits, unsigned. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** From 0 up to, but not, 1. */
  unit(): number {
    return this.next() / 4_294_967_296;
  }

  /** True in this share of all cases. */
  chance(share: number): boolean {
    return share > 0 && this.unit() < share;
  }

  /** From `min` up to, but not, `max`. */
  between(min: number, max: number): number {
    return min + this.unit() * (max - min);
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1));
  }

  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.unit() * items.length)] as Item;
  }

  /** `count` different ones of a list, in random order; all of them when it is shorter. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const pool = [...items];
    const taken: Item[] = [];
    while (taken.length < count && pool.length > 0)
      taken.push(pool.splice(Math.floor(this.unit() * pool.length), 1)[0] as Item);
    return taken;
  }
}
