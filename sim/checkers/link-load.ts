import type { Address } from "../../src/core/wire/address.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";

/** Counts the Queries on each link, both directions together. */
export class LinkLoad implements Observer {
  readonly #byLink = new Map<string, number>();
  queries = 0;

  /** The most that one link has carried. */
  get max(): number {
    return Math.max(0, ...this.#byLink.values());
  }

  sent({ from, to, message }: Datagram): void {
    if (message.type !== "query") return;
    this.queries++;
    const link = linkName(from, to);
    this.#byLink.set(link, (this.#byLink.get(link) ?? 0) + 1);
  }
}

const linkName = (a: Address, b: Address): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
