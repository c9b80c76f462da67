import { Flow, type FlowBytes, type ShapedNode, type Shaper } from "../../../lab/shaping/shaper.ts";

/** A flow whose bytes are counted, with the time at which each piece arrived. */
export class CountedFlow implements FlowBytes {
  readonly flow: Flow;
  readonly arrivals: { readonly atMs: number; readonly bytes: number; readonly number: number }[] = [];
  finishedAtMs: number | undefined;
  /** Taken off the line's hands at once. */
  isRead = true;
  readonly #run: LineRun;
  #waitingBytes = 0;
  #isEnding = false;
  #numbers: number[] = [];
  #taken = 0;

  constructor(run: LineRun, from: ShapedNode, to: ShapedNode) {
    this.#run = run;
    this.flow = new Flow(from, to, this);
  }

  get arrivedBytes(): number {
    return this.arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** There is more to send. */
  send(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#run.shaper.offers(this.flow, this.#run.nowMs);
  }

  /** Nothing more comes after what was said. */
  end(): void {
    this.#isEnding = true;
    this.#run.shaper.offers(this.flow, this.#run.nowMs);
  }

  take(maxBytes: number): number {
    if (this.#waitingBytes === 0 && this.#isEnding) {
      this.#isEnding = false;
      this.#run.shaper.finish(this.flow, this.#run.nowMs);
    }
    const bytes = Math.min(maxBytes, this.#waitingBytes);
    this.#waitingBytes -= bytes;
    if (bytes > 0) this.#numbers.push(this.#taken++);
    return bytes;
  }

  arrive(bytes: number): void {
    this.arrivals.push({ atMs: this.#run.nowMs, bytes, number: this.#numbers.shift() as number });
    if (this.isRead) this.#run.shaper.delivered(this.flow, bytes, this.#run.nowMs);
  }

  finished(): void {
    this.finishedAtMs = this.#run.nowMs;
  }
}

/** A shaper with a time of its own. */
export class LineRun {
  readonly shaper: Shaper;
  nowMs = 0;

  constructor(shaper: Shaper) {
    this.shaper = shaper;
  }

  /** An open connection's one direction. */
  connect(from: ShapedNode, to: ShapedNode): CountedFlow {
    const counted = new CountedFlow(this, from, to);
    this.shaper.open(counted.flow, this.nowMs);
    return counted;
  }

  /** Lets time pass, in the shaper's own steps, or late by up to `lateMs` of each. */
  until(atMs: number, lateMs = 0): void {
    while (this.shaper.nextMs + lateMs <= atMs) {
      this.nowMs = Math.max(this.nowMs, this.shaper.nextMs + lateMs);
      this.shaper.advance(this.nowMs);
    }
    this.nowMs = atMs;
    this.shaper.advance(atMs);
  }
}
