import type { Address } from "../../src/core/wire/address.ts";
import { PeerActor } from "../actors/peer-actor.ts";

/** Pauses after each Response, as some programs do; what is asked meanwhile waits in line. */
export class SlowPeer extends PeerActor {
  readonly #line: { to: Address; id: number }[] = [];
  #freeAtMs = 0;
  #pauseMs = Number.NaN;

  protected override respond(to: Address, id: number): void {
    this.#line.push({ to, id });
    this.#serve();
  }

  override wake(): void {
    super.wake();
    this.#serve();
  }

  #serve(): void {
    if (Number.isNaN(this.#pauseMs)) this.#pauseMs = this.host.random.pick([10, 10, 25, 60]);
    if (this.host.nowMs >= this.#freeAtMs) {
      const next = this.#line.shift();
      if (next === undefined) return;
      super.respond(next.to, next.id);
      this.#freeAtMs = this.host.nowMs + this.#pauseMs;
    }
    if (this.#line.length > 0) this.host.wakeAt(this.#freeAtMs);
  }
}
