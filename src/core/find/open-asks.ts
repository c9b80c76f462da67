import type { Neighbour } from "./neighbour.ts";

/**
 * Who owes a Done for what it was asked under one query id: one for each Query, with that Query's TTL. Questions under a
 * forged query id share it, for a Done does not say which of them it answers: each of them then waits for all.
 *
 * Nobody waits in a circle: whoever was asked with T hops waits only for those whom it has asked with T − 1 or fewer, so
 * TTLs fall along each chain of waiting, and one that would send nothing on answers at once.
 */
export class OpenAsks {
  /** The TTLs that each neighbour has not answered. */
  readonly #openOf = new Map<Neighbour, number[]>();
  /** By TTL, how many have not been answered. */
  readonly #openAt: number[] = [];
  /** By TTL, whether somebody who was asked with it may have left out a part of the network. */
  readonly #hasMoreAt: boolean[] = [];

  asked(neighbour: Neighbour, ttlHops: number): void {
    const open = this.#openOf.get(neighbour);
    if (open === undefined) this.#openOf.set(neighbour, [ttlHops]);
    else open.push(ttlHops);
    this.#openAt[ttlHops] = (this.#openAt[ttlHops] ?? 0) + 1;
  }

  /** A neighbour has said Done. @returns whether it was asked with this TTL, and had not said so */
  done(neighbour: Neighbour, ttlHops: number, hasMore: boolean): boolean {
    const open = this.#openOf.get(neighbour);
    const at = open?.indexOf(ttlHops) ?? -1;
    if (open === undefined || at < 0) return false;
    open.splice(at, 1);
    if (open.length === 0) this.#openOf.delete(neighbour);
    this.#close(ttlHops, hasMore);
    return true;
  }

  /** A neighbour has gone, and with it what is behind it. @returns whether it owed anything */
  gone(neighbour: Neighbour): boolean {
    const open = this.#openOf.get(neighbour);
    if (open === undefined) return false;
    this.#openOf.delete(neighbour);
    for (const ttlHops of open) this.#close(ttlHops, true);
    return true;
  }

  /** Whether all who were asked with so many hops or fewer have answered. */
  isCovered(ttlHops: number): boolean {
    for (let hops = 1; hops <= ttlHops; hops++) if ((this.#openAt[hops] ?? 0) > 0) return false;
    return true;
  }

  /** Whether there may be peers beyond those who were asked with so many hops. */
  hasMore(ttlHops: number): boolean {
    return this.#hasMoreAt[ttlHops] === true;
  }

  #close(ttlHops: number, hasMore: boolean): void {
    this.#openAt[ttlHops] = (this.#openAt[ttlHops] ?? 0) - 1;
    if (hasMore) this.#hasMoreAt[ttlHops] = true;
  }
}
