import type { Address } from "../src/core/wire/address.ts";
import type { Random } from "./random.ts";

/** How long a datagram is under way, in ms. */
export type Delay =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "uniform"; readonly minMs: number; readonly maxMs: number }
  /** Most are fast and a few very late: the tail reorders. */
  | { readonly kind: "exponential"; readonly minMs: number; readonly meanMs: number };

/** What a datagram meets on its way in one direction. Shares are from 0 to 1. */
export interface Link {
  readonly delay: Delay;
  readonly lossShare: number;
  readonly duplicateShare: number;
}

/** The ways between all hosts. */
export interface Links {
  between(from: Address, to: Address): Link;
}

/** One delay out of a distribution. Exponential ones are cut at ten means, so that every run has an end. */
export function drawDelayMs(delay: Delay, random: Random): number {
  switch (delay.kind) {
    case "constant":
      return delay.ms;
    case "uniform":
      return random.between(delay.minMs, delay.maxMs);
    case "exponential":
      return delay.minMs + Math.min(-Math.log(1 - random.unit()), 10) * delay.meanMs;
  }
}

/** The same link everywhere. */
export const sameLinks = (link: Link): Links => ({ between: () => link });

/** A link for each ordered pair of hosts, made when it is first used. */
export function linksByPair(make: (from: Address, to: Address) => Link): Links {
  const made = new Map<Address, Map<Address, Link>>();
  return {
    between(from: Address, to: Address): Link {
      let ways = made.get(from);
      if (ways === undefined) {
        ways = new Map();
        made.set(from, ways);
      }
      let link = ways.get(to);
      if (link === undefined) {
        link = make(from, to);
        ways.set(to, link);
      }
      return link;
    },
  };
}

/** A link on which nothing happens but the time it takes. */
export const cleanLink = (delay: Delay): Link => ({ delay, lossShare: 0, duplicateShare: 0 });
