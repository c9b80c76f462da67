import type { Socket } from "node:net";
import { monotonicMs } from "../../src/runtime/clock.ts";
import { Flow, type FlowBytes, type ShapedNode } from "../shaping/shaper.ts";
import type { ShaperClock } from "./shaper-clock.ts";

/** One direction of a connection: what one socket brings goes to the other when the {@link Flow} says so. */
export class Pipe implements FlowBytes {
  readonly flow: Flow;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #clock: ShaperClock;
  readonly #underWay: Buffer[] = [];

  constructor(source: Socket, sink: Socket, from: ShapedNode, to: ShapedNode, clock: ShaperClock) {
    this.#source = source;
    this.#sink = sink;
    this.#clock = clock;
    this.flow = new Flow(from, to, this);
    source.on("readable", () => clock.run((shaper, nowMs) => shaper.offers(this.flow, nowMs)));
    source.on("end", () => clock.run((shaper, nowMs) => shaper.finish(this.flow, nowMs)));
  }

  take(maxBytes: number): number {
    const count = Math.min(maxBytes, this.#source.readableLength);
    // Asked for nothing, it looks whether there is more, or the end.
    const bytes = this.#source.read(count === 0 ? undefined : count) as Buffer | null;
    if (bytes === null) return 0;
    this.#underWay.push(bytes);
    return bytes.length;
  }

  arrive(count: number): void {
    const bytes = this.#underWay.shift() as Buffer;
    if (this.#sink.destroyed) return;
    this.#sink.write(bytes, () => this.#clock.run((shaper) => shaper.delivered(this.flow, count, monotonicMs())));
  }

  finished(): void {
    this.#sink.end();
  }
}
