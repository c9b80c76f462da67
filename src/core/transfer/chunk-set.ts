/**
 * A set of small integers with "the smallest member" in O(log32 size): a bit for each, and above every 32 words a
 * word that says which of them are not empty.
 */
export class ChunkSet {
  /** `#levels[0]` has a bit for each member; each further level a bit for each word of the one below. */
  readonly #levels: Int32Array[] = [];

  /** A set of integers from 0 to `capacity` − 1. */
  constructor(capacity: number) {
    let words = Math.max(1, capacity);
    do {
      words = Math.ceil(words / 32);
      this.#levels.push(new Int32Array(words));
    } while (words > 1);
  }

  has(member: number): boolean {
    return ((((this.#levels[0] as Int32Array)[member >>> 5] as number) >>> (member & 31)) & 1) === 1;
  }

  add(member: number): void {
    let index = member;
    for (const level of this.#levels) {
      const word = level[index >>> 5] as number;
      level[index >>> 5] = word | (1 << (index & 31));
      if (word !== 0) return;
      index >>>= 5;
    }
  }

  delete(member: number): void {
    let index = member;
    for (const level of this.#levels) {
      const word = (level[index >>> 5] as number) & ~(1 << (index & 31));
      level[index >>> 5] = word;
      if (word !== 0) return;
      index >>>= 5;
    }
  }

  /** The smallest member, or −1 when there is none. */
  min(): number {
    let index = 0;
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const word = (this.#levels[level] as Int32Array)[index] as number;
      if (word === 0) return -1;
      index = index * 32 + (31 - Math.clz32(word & -word));
    }
    return index;
  }

  /** Empties the set. */
  clear(): void {
    for (const level of this.#levels) level.fill(0);
  }
}
