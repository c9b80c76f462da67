import { connect, type Socket } from "node:net";
import type { Flow, ShapedNode } from "../shaping/shaper.ts";
import { Pipe } from "./pipe.ts";
import type { ShaperClock } from "./shaper-clock.ts";

/** How a connection is made. */
export interface ConnectionParts {
  /** As the node that dials sees it. */
  readonly accepted: Socket;
  readonly dialler: ShapedNode;
  readonly listener: ShapedNode;
  /** Where the node that listens really does, on loopback. */
  readonly port: number;
  readonly clock: ShaperClock;
  readonly ended: (connection: Connection) => void;
}

/** A connection between two nodes through their lines. */
export class Connection {
  readonly dialler: ShapedNode;
  readonly listener: ShapedNode;
  readonly flows: readonly Flow[];
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #clock: ShaperClock;

  constructor({ accepted, dialler, listener, port, clock, ended }: ConnectionParts) {
    this.dialler = dialler;
    this.listener = listener;
    this.#clock = clock;
    this.#near = accepted;
    this.#far = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const there = new Pipe(this.#near, this.#far, dialler, listener, clock);
    const back = new Pipe(this.#far, this.#near, listener, dialler, clock);
    this.flows = [there.flow, back.flow];
    // A reset reaches the other side, whatever was under way; a good end travels in order.
    for (const [socket, other] of [
      [this.#near, this.#far],
      [this.#far, this.#near],
    ] as const)
      socket.on("error", () => other.resetAndDestroy());
    let open = 2;
    const closed = (): void => {
      if (--open > 0) return;
      this.#silence();
      ended(this);
    };
    this.#near.once("close", closed);
    this.#far.once("close", closed);
    clock.run((shaper, nowMs) => {
      for (const flow of this.flows) shaper.open(flow, nowMs);
    });
  }

  /** Ends it for both sides with a reset. */
  cut(): void {
    this.#near.resetAndDestroy();
    this.#far.resetAndDestroy();
    this.#silence();
  }

  /** Ends it for the other side only: this node still believes in it, and nothing comes. */
  halfOpen(believer: ShapedNode): void {
    this.#silence();
    const [other, believed] = believer === this.dialler ? [this.#far, this.#near] : [this.#near, this.#far];
    other.removeAllListeners("error").on("error", () => {});
    believed.removeAllListeners("error").on("error", () => {});
    other.resetAndDestroy();
  }

  #silence(): void {
    this.#clock.run((shaper) => {
      for (const flow of this.flows) shaper.cut(flow);
    });
  }
}
