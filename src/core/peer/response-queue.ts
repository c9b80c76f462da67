import { ORIGINAL } from "../limits.ts";
import type { Address } from "../wire/address.ts";

interface Waiting {
  readonly ids: number[];
  /** Index in `ids` of the next to be answered. */
  next: number;
  /** Responses that may leave without waiting. */
  credit: number;
}

/**
 * The Responses that a peer owes, in the order asked, one queue a client, clients in turn. The first of each Get
 * leave at once, the rest of a large one at a steady pace, so that a default receive buffer is not overrun.
 */
export class ResponseQueue {
  /** Clients in the order of their turns. */
  readonly #clients = new Map<Address, Waiting>();
  #queued = 0;
  #pacedAtMs = 0;

  /** Ids that wait to be answered. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * Takes a Get. Returns how many of its ids were dropped because the client, or all together, have too much
   * waiting: they will be asked for again.
   */
  add(client: Address, ids: readonly number[], nowMs: number): number {
    let waiting = this.#clients.get(client);
    if (waiting === undefined) {
      if (this.#clients.size >= ORIGINAL.maxClientsServed) return ids.length;
      if (this.#clients.size === 0) this.#pacedAtMs = nowMs;
      waiting = { ids: [], next: 0, credit: 0 };
      this.#clients.set(client, waiting);
    }
    const room = Math.min(
      ORIGINAL.maxQueuedPerClient - (waiting.ids.length - waiting.next),
      ORIGINAL.maxQueuedInAll - this.#queued,
    );
    const taken = Math.min(ids.length, room);
    for (let index = 0; index < taken; index++) waiting.ids.push(ids[index] as number);
    this.#queued += taken;
    waiting.credit = Math.min(ORIGINAL.maxResponseCredit, waiting.credit + Math.min(taken, ORIGINAL.responseBurst));
    return ids.length - taken;
  }

  /** Calls `send` for every Response that may leave now. */
  drain(nowMs: number, send: (client: Address, id: number) => void): void {
    const steps = Math.floor((nowMs - this.#pacedAtMs) / ORIGINAL.responsePaceMs);
    if (steps > 0) this.#pacedAtMs += steps * ORIGINAL.responsePaceMs;
    const earned = Math.min(steps, 1000) * ORIGINAL.responsesPerMs * ORIGINAL.responsePaceMs;
    for (const [client, waiting] of this.#clients) {
      if (earned > 0) waiting.credit = Math.min(ORIGINAL.maxResponseCredit, waiting.credit + earned);
      this.#drainOne(client, waiting, send);
    }
  }

  /** When {@link drain} has something to send next; Infinity when nothing waits. */
  nextMs(): number {
    return this.#queued === 0 ? Infinity : this.#pacedAtMs + ORIGINAL.responsePaceMs;
  }

  #drainOne(client: Address, waiting: Waiting, send: (client: Address, id: number) => void): void {
    const count = Math.min(waiting.credit, waiting.ids.length - waiting.next);
    for (let index = 0; index < count; index++) send(client, waiting.ids[waiting.next++] as number);
    waiting.credit -= count;
    this.#queued -= count;
    if (waiting.next === waiting.ids.length) this.#clients.delete(client);
    else if (waiting.next >= 1024) {
      waiting.ids.splice(0, waiting.next);
      waiting.next = 0;
    }
  }
}
