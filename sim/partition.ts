import type { Address } from "../src/core/wire/address.ts";

/** A cut through the network: nothing passes from one side to the other, or, if one-way, from the inside out only. */
export class Partition {
  readonly #inside: ReadonlySet<Address>;
  readonly #oneWay: boolean;

  constructor(inside: Iterable<Address>, oneWay: boolean) {
    this.#inside = new Set(inside);
    this.#oneWay = oneWay;
  }

  blocks(from: Address, to: Address): boolean {
    const fromInside = this.#inside.has(from);
    if (fromInside === this.#inside.has(to)) return false;
    return !this.#oneWay || fromInside;
  }
}
