/**
 * What is to happen, earliest first, and among equals in the order of pushing, so that a run is the same each time.
 * A binary heap over parallel arrays: comparing two entries touches no object.
 */
export class EventQueue<Item> {
  readonly #times: number[] = [];
  readonly #sequences: number[] = [];
  readonly #items: Item[] = [];
  #sequence = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The time of the next entry in ms; Infinity when there is none. */
  get nextMs(): number {
    return this.#times.length === 0 ? Infinity : (this.#times[0] as number);
  }

  push(atMs: number, item: Item): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const items = this.#items;
    const sequence = this.#sequence++;
    let hole = items.length;
    times.push(atMs);
    sequences.push(sequence);
    items.push(item);
    // A new entry has the highest sequence number, so it rises only past later times.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((times[parent] as number) <= atMs) break;
      this.#move(parent, hole);
      hole = parent;
    }
    times[hole] = atMs;
    sequences[hole] = sequence;
    items[hole] = item;
  }

  /** Takes the next entry out; `undefined` when there is none. */
  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const atMs = this.#times.pop();
    const sequence = this.#sequences.pop();
    const last = items.pop();
    if (atMs === undefined || sequence === undefined || items.length === 0) return first;
    const hole = this.#sink(atMs, sequence);
    this.#times[hole] = atMs;
    this.#sequences[hole] = sequence;
    items[hole] = last as Item;
    return first;
  }

  /** Moves earlier entries up from the top until the place is found for one with this time and number. */
  #sink(atMs: number, sequence: number): number {
    const size = this.#items.length;
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && this.#isBefore(child + 1, this.#times[child] as number, this.#sequences[child] as number))
        child++;
      if (!this.#isBefore(child, atMs, sequence)) break;
      this.#move(child, hole);
      hole = child;
    }
    return hole;
  }

  #isBefore(index: number, atMs: number, sequence: number): boolean {
    const time = this.#times[index] as number;
    return time < atMs || (time === atMs && (this.#sequences[index] as number) < sequence);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#sequences[to] = this.#sequences[from] as number;
    this.#items[to] = this.#items[from] as Item;
  }
}
