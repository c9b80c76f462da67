import { ORIGINAL } from "../../src/core/limits.ts";
import type { Address } from "../../src/core/wire/address.ts";
import { type Cast, passesOn } from "../cast.ts";
import type { Datagram } from "../datagram.ts";
import type { Ledger } from "./ledger.ts";

/**
 * The peers that must have heard a Hello's question by now: those that lie within the hop limit along links on which
 * none of its Queries was lost. Whatever the delays, the flood reaches them.
 */
export function mustHaveHeard(hello: Datagram, cast: Cast, ledger: Ledger, nowMs: number): Set<Address> {
  const badLinks = new Set<string>();
  for (const query of ledger.queriesOf(hello))
    if (query.deliveredAtMs > nowMs) badLinks.add(`${query.from} ${query.to}`);
  const isDeaf = (peer: Address): boolean => {
    const role = cast.peers.get(peer);
    return role === undefined || !passesOn(role.kind) || isTakenForOld(peer, hello, ledger);
  };
  const heard = new Set<Address>();
  if (hello.deliveredAtMs <= nowMs && !isDeaf(hello.to)) heard.add(hello.to);
  const limitHops = cast.peers.get(hello.to)?.config.maxTtlHops ?? 0;
  let edge = [...heard];
  for (let hops = 0; hops < limitHops; hops++) {
    edge = edge.flatMap((peer) =>
      neighboursOf(peer, cast).filter((next) => {
        if (heard.has(next) || badLinks.has(`${peer} ${next}`) || isDeaf(next)) return false;
        heard.add(next);
        return true;
      }),
    );
  }
  return heard;
}

const neighboursOf = (peer: Address, cast: Cast): readonly Address[] => cast.peers.get(peer)?.config.neighbours ?? [];

/**
 * Whether a peer may have taken this Hello's question for another's of the same client and list: the contract says
 * that it is forgotten only 700 ms after it was first seen.
 */
function isTakenForOld(peer: Address, hello: Datagram, ledger: Ledger): boolean {
  const arrivals = ledger.arrivalsAt(peer);
  const own = arrivals.filter((arrival) => arrival.hello === hello);
  return arrivals.some(
    (other) =>
      other.hello !== hello &&
      other.hello.from === hello.from &&
      own.some(({ atMs }) => Math.abs(other.atMs - atMs) < ORIGINAL.questionMemoryMs) &&
      hasSameBytes(other.hello, hello),
  );
}

const hasSameBytes = (a: Datagram, b: Datagram): boolean =>
  a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at]);
