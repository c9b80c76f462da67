import type { Random } from "../random.ts";
import type { HolderPlan } from "./fetch-scenario.ts";

/** A Get as it reaches a holder. */
export interface SimGet {
  readonly request: number;
  readonly chunk: number;
  readonly bytes: number;
  readonly priority: number;
}

/** What a holder's stream brings to its client. */
export type SimAnswer =
  | { readonly type: "begins" | "arrived"; readonly request: number; readonly good: boolean }
  | { readonly type: "comes"; readonly request: number; readonly bytes: number }
  | { readonly type: "refused"; readonly request: number; readonly status: "not-held" | "refused" };

/** Time, as a holder needs it. */
export interface SimClock {
  readonly nowMs: number;
  at(atMs: number, act: () => void): void;
}

/** How often a client is told of a body that goes on, in ms. */
const COMES_MS = 50;

/**
 * A holder and the stream from it: one body after the other at the rate of its link, the most urgent first; one that has
 * begun is not stopped. Everything takes the delay of the way and keeps its order.
 */
export class SimHolder {
  readonly #clock: SimClock;
  readonly #plan: HolderPlan;
  readonly #random: Random;
  readonly #held: (chunk: number) => boolean;
  readonly #deliver: (answer: SimAnswer) => void;
  readonly #queue: SimGet[] = [];
  #busy = false;
  #isOver = false;
  #bodies = 0;
  #lastUpMs = 0;
  #lastDownMs = 0;
  sentBytes = 0;

  constructor(
    clock: SimClock,
    plan: HolderPlan,
    random: Random,
    held: (chunk: number) => boolean,
    deliver: (answer: SimAnswer) => void,
  ) {
    this.#clock = clock;
    this.#plan = plan;
    this.#random = random;
    this.#held = held;
    this.#deliver = deliver;
  }

  /** Nothing comes from it any more. */
  end(): void {
    this.#isOver = true;
  }

  /** The client asks: it takes the way there. */
  get(get: SimGet): void {
    this.#lastUpMs = Math.max(this.#lastUpMs, this.#through(this.#clock.nowMs));
    this.#clock.at(this.#lastUpMs, () => this.#take(get));
  }

  cancel(request: number): void {
    this.#lastUpMs = Math.max(this.#lastUpMs, this.#through(this.#clock.nowMs));
    this.#clock.at(this.#lastUpMs, () => {
      const at = this.#queue.findIndex((get) => get.request === request);
      if (at >= 0) this.#queue.splice(at, 1);
    });
  }

  #take(get: SimGet): void {
    const { vice } = this.#plan;
    if (this.#isOver || vice === "mute") return;
    if (vice === "refuses") this.#send({ type: "refused", request: get.request, status: "refused" });
    else if (vice === "denies" || !this.#held(get.chunk) || (vice === "boasts" && get.chunk % 2 === 1))
      this.#send({ type: "refused", request: get.request, status: "not-held" });
    else {
      this.#queue.push(get);
      if (!this.#busy) this.#next();
    }
  }

  #next(): void {
    let first: SimGet | undefined;
    for (const get of this.#queue) if (first === undefined || get.priority < first.priority) first = get;
    this.#busy = first !== undefined;
    if (first === undefined || this.#isOver) return;
    this.#queue.splice(this.#queue.indexOf(first), 1);
    this.#bodies++;
    this.#send({ type: "begins", request: first.request, good: true });
    this.#body(first, 0);
  }

  /** The next piece of a body. */
  #body(get: SimGet, sentBytes: number): void {
    if (this.#isOver) return;
    const { vice } = this.#plan;
    if (vice === "stalls" && this.#bodies === 3 && sentBytes >= get.bytes / 2) return;
    const rate = vice === "drips" ? 0.001 : this.#plan.bytesPerMs;
    const half = vice === "stalls" && this.#bodies === 3 ? Math.ceil(get.bytes / 2) : get.bytes;
    const bytes = Math.min(Math.max(1, Math.ceil(rate * COMES_MS)), get.bytes - sentBytes, half);
    const nowMs = this.#clock.nowMs;
    // A cut holds everything up, as a stream does.
    const { cutFromMs, cutUntilMs } = this.#plan;
    const startMs = nowMs >= cutFromMs && nowMs < cutUntilMs ? cutUntilMs : nowMs;
    this.#clock.at(startMs + bytes / rate, () => {
      if (this.#isOver) return;
      this.sentBytes += bytes;
      const soFar = sentBytes + bytes;
      if (soFar < get.bytes) {
        this.#send({ type: "comes", request: get.request, bytes: soFar });
        this.#body(get, soFar);
        return;
      }
      this.#send({ type: "arrived", request: get.request, good: vice !== "wrong" });
      this.#next();
    });
  }

  #send(answer: SimAnswer): void {
    this.#lastDownMs = Math.max(this.#lastDownMs, this.#through(this.#clock.nowMs));
    this.#clock.at(this.#lastDownMs, () => {
      if (!this.#isOver) this.#deliver(answer);
    });
  }

  /** When something that leaves now is on the other side. */
  #through(nowMs: number): number {
    const { delayMs, jitterMs, cutFromMs, cutUntilMs } = this.#plan;
    const atMs = nowMs + delayMs + this.#random.unit() * jitterMs;
    return atMs >= cutFromMs && nowMs < cutUntilMs ? Math.max(atMs, cutUntilMs) : atMs;
  }
}
