/** One request under way. Times in ms. */
export interface Flight {
  readonly item: number;
  /** In the order of sending at this holder, from 0. */
  readonly sequence: number;
  readonly sentAtMs: number;
  /** The item had been asked of this holder before, so the answer's round trip is ambiguous. */
  readonly repeat: boolean;
  /** Over without an answer, for the window's purposes; an answer is still welcome. */
  expired: boolean;
}

/** Flights that are over are taken out of the order so many at a time. */
const TRIM = 1024;

/**
 * The requests in flight at one holder, in the order of sending. Datagrams do not say that they were lost: that is
 * seen from the Responses to later requests (overtaking) or from silence, by {@link overtaken} and {@link oldest}.
 */
export class InFlight {
  readonly #byItem = new Map<number, Flight>();
  /** In the order of sending; flights that are over are skipped at the head. */
  readonly #order: Flight[] = [];
  #head = 0;
  #sequence = 0;
  #answeredSequence = -1;
  #size = 0;

  /** Requests in flight, without expired ones. */
  get size(): number {
    return this.#size;
  }

  /** The sequence number of the next request. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** Whether this holder has been asked for an item and has not answered, however long ago. */
  has(item: number): boolean {
    return this.#byItem.has(item);
  }

  /** Items in flight, expired ones left out, oldest first. */
  *items(): Generator<Flight> {
    for (let at = this.#head; at < this.#order.length; at++) {
      const flight = this.#order[at] as Flight;
      if (this.#isLive(flight)) yield flight;
    }
  }

  sent(item: number, nowMs: number): void {
    const repeat = this.#byItem.has(item);
    const flight: Flight = { item, sequence: this.#sequence++, sentAtMs: nowMs, repeat, expired: false };
    this.#byItem.set(item, flight);
    this.#order.push(flight);
    this.#size++;
  }

  /** The answer to an item came: its flight, taken out, or `undefined` when the item was not asked for. */
  answered(item: number): Flight | undefined {
    const flight = this.#byItem.get(item);
    if (flight === undefined) return undefined;
    this.#byItem.delete(item);
    if (!flight.expired) this.#size--;
    if (flight.sequence > this.#answeredSequence) this.#answeredSequence = flight.sequence;
    return flight;
  }

  /** The oldest flight that is not over. */
  oldest(): Flight | undefined {
    while (this.#head < this.#order.length) {
      const flight = this.#order[this.#head] as Flight;
      if (this.#isLive(flight)) break;
      this.#head++;
    }
    if (this.#head === this.#order.length || this.#head >= TRIM) {
      this.#order.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#order[this.#head];
  }

  /** The oldest flight if answers to requests sent `by` or more later have come, and it is older than `minAgeMs`. */
  overtaken(by: number, minAgeMs: number, nowMs: number): Flight | undefined {
    const flight = this.oldest();
    if (flight === undefined || flight.sequence + by > this.#answeredSequence) return undefined;
    return nowMs - flight.sentAtMs >= minAgeMs ? flight : undefined;
  }

  /** Counts a flight as over. Its answer, should it come, is still known by {@link has}. */
  expire(flight: Flight): void {
    if (flight.expired) return;
    flight.expired = true;
    this.#size--;
  }

  #isLive(flight: Flight): boolean {
    return !flight.expired && this.#byItem.get(flight.item) === flight;
  }
}
