/** Something that happened. */
export interface JournalEvent {
  /** Rising from 1. */
  readonly number: number;
  readonly type: string;
  /** JSON. */
  readonly data: string;
}

/** What a listener is behind by. `missed`: more than was kept, so that it has to look anew. */
export interface Behind {
  readonly events: readonly JournalEvent[];
  readonly missed: boolean;
}

/**
 * The latest event of each thing that events are about, oldest first: what a listener has not read yet is replaced by
 * what is newer, and nobody has a backlog. Its size is bounded whoever listens.
 */
export class EventJournal {
  readonly #most: number;
  /** By what they are about; a Map keeps the order in which they were put. */
  readonly #latest = new Map<string, JournalEvent>();
  #last = 0;
  /** The highest number that was forgotten to keep the bound. */
  #forgotten = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The number of the last event. */
  get last(): number {
    return this.#last;
  }

  /** Notes what happened to a thing; the same said again is nothing new. @returns whether it was new */
  note(about: string, type: string, value: object): boolean {
    const data = JSON.stringify(value);
    const before = this.#latest.get(about);
    if (before?.type === type && before.data === data) return false;
    this.#latest.delete(about);
    this.#latest.set(about, { number: ++this.#last, type, data });
    if (this.#latest.size > this.#most) this.#forgetOldest();
    return true;
  }

  /** What happened after the event of this number. */
  after(number: number): Behind {
    // A number that was never given is of another process.
    if (number < this.#forgotten || number > this.#last) return { events: [], missed: true };
    return { events: [...this.#latest.values()].filter((one) => one.number > number), missed: false };
  }

  #forgetOldest(): void {
    const [oldest] = this.#latest;
    if (oldest === undefined) return;
    this.#latest.delete(oldest[0]);
    this.#forgotten = oldest[1].number;
  }
}
