import type { CarrierSink } from "./carrier.ts";

/**
 * What a carrier has read and its sink has not taken: what comes before the start, and the little that a system still
 * brings after it was told to stop reading. Keeps the order, and says the end last.
 */
export class CarrierInbox {
  readonly #goOn: () => void;
  #sink: CarrierSink | undefined;
  #isPaused = false;
  #isDeaf = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #end: { readonly reason: string | undefined } | undefined;
  #isOver = false;
  #isOrdered = false;

  /** `goOn` is called when there is room again: the carrier reads on. */
  constructor(goOn: () => void) {
    this.#goOn = goOn;
  }

  /** Whether the carrier should read. */
  get isReading(): boolean {
    return this.#isDeaf || (this.#sink !== undefined && !this.#isPaused && this.#held.length === 0);
  }

  /** Whether the sink has heard of the end. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Bytes copied because nobody took them. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  start(sink: CarrierSink): void {
    this.#sink = sink;
    this.#order();
  }

  /** Passes a view on, or keeps a copy. @returns whether to read on */
  take(view: Uint8Array): boolean {
    if (this.#isDeaf || this.#end !== undefined || view.length === 0) return this.isReading;
    // A Buffer's own `slice` does not copy: a sink would keep what is overwritten.
    const plain = Buffer.isBuffer(view) ? new Uint8Array(view.buffer, view.byteOffset, view.length) : view;
    if (this.isReading) this.#sink?.bytes(plain);
    else {
      this.#held.push(plain.slice());
      this.#heldBytes += plain.length;
    }
    return this.isReading;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#order();
  }

  /** From now on what comes is dropped: this side has closed. */
  deafen(): void {
    this.#isDeaf = true;
    this.#held = [];
    this.#heldBytes = 0;
    this.#order();
  }

  /** Nothing more will come. `reason` is `undefined` for an end in good order. What is held is given before. */
  end(reason: string | undefined): void {
    this.#end ??= { reason };
    this.#order();
  }

  /** Never inside a call of the sink's owner: it does not expect bytes while it says `resume`. */
  #order(): void {
    if (this.#isOrdered) return;
    this.#isOrdered = true;
    queueMicrotask(() => {
      this.#isOrdered = false;
      this.#give();
    });
  }

  #give(): void {
    while (this.#sink !== undefined && !this.#isPaused) {
      const view = this.#held.shift();
      if (view === undefined) break;
      this.#heldBytes -= view.length;
      this.#sink.bytes(view);
    }
    if (this.#sink !== undefined && this.#end !== undefined && this.#held.length === 0 && !this.#isOver) {
      this.#isOver = true;
      this.#sink.ended(this.#end.reason);
    } else if (this.isReading && this.#end === undefined) this.#goOn();
  }
}
