import { NETWORK } from "../limits.ts";
import { type IpScope, parseIp4, parseIp6 } from "./ip-address.ts";

/** Where an address leads. `name`: to wherever somebody's name server says. */
export type AddressScope = Exclude<IpScope, "never"> | "name";

/** An address that can be dialled, as far as its text tells. */
export interface PeerAddress {
  /** The multiaddr, without the `/p2p/…` of the peer itself. */
  readonly text: string;
  /** The peer's id, when the address says it. */
  readonly peer: string | undefined;
  readonly scope: AddressScope;
  /** The host: equal for equal ones, however they are spelt. */
  readonly host: string;
  readonly port: number;
  /** Its network: a /24, a /64, or the name. */
  readonly group: string;
  /** The host is a relay's. */
  readonly isRelayed: boolean;
}

const FORM =
  /^(?:\/ip6zone\/[\w.-]{1,32})?\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/([1-9]\d{0,4})((?:\/p2p\/[A-Za-z0-9]+)?\/p2p-circuit)?(?:\/p2p\/([A-Za-z0-9]+))?\/?$/;

/**
 * A peer's address from its text: `/ip4/…/tcp/…`, `/ip6/…/tcp/…` (with `/ip6zone/…` before it or not), `/dns…/tcp/…`,
 * through a relay or not, with or without `/p2p/…` at its end. `undefined` for everything else, and for what is nowhere:
 * port 0, 0.0.0.0, multicast, broadcast, reserved and documentation ranges, IPv4 addresses dressed as IPv6.
 */
export function parsePeerAddress(text: string): PeerAddress | undefined {
  const match = text.length > NETWORK.maxAddressChars ? null : FORM.exec(text);
  if (match === null) return undefined;
  const [, kind = "", hostText = "", portText = "", circuit, peer] = match;
  const port = Number(portText);
  const host = hostOf(kind, hostText);
  if (host === undefined || port > 65_535) return undefined;
  const bare = peer === undefined ? text.replace(/\/$/, "") : text.slice(0, text.lastIndexOf("/p2p/"));
  return { ...host, text: bare, peer, port, isRelayed: circuit !== undefined };
}

function hostOf(kind: string, text: string): Pick<PeerAddress, "scope" | "host" | "group"> | undefined {
  if (kind.startsWith("dns")) {
    const name = text.toLowerCase();
    // A name that is an IP address would go round the checks on those.
    const isName = /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.?$/.test(name) && !/^[\d.]+$/.test(name);
    return isName && name.length <= 253 ? { scope: "name", host: name, group: name } : undefined;
  }
  const ip = kind === "ip4" ? parseIp4(text) : parseIp6(text);
  if (ip === undefined || ip.scope === "never") return undefined;
  return { scope: ip.scope, host: ip.key, group: ip.group };
}

/** How near to us whoever named an address is: on this machine, on our site, or anywhere. A person may name anything. */
export type Nearness = "person" | "loopback" | "private" | "public";

/**
 * Whether an address may be dialled, kept and told, given who named it: private ones only from whoever is on our site or
 * machine, loopback ones only from our own machine, and names only from a person, since they may lead anywhere.
 */
export function isAdmissible(address: PeerAddress, namedBy: Nearness): boolean {
  switch (address.scope) {
    case "public":
      return true;
    case "private":
      return namedBy !== "public";
    case "loopback":
      return namedBy === "loopback" || namedBy === "person";
    case "name":
      return namedBy === "person";
  }
}

/** How near the other side of a connection is, from its address; a relay's other side may be anywhere. */
export function nearnessOf(connectedAddress: string): Nearness {
  const address = parsePeerAddress(connectedAddress);
  if (address === undefined || address.isRelayed || address.scope === "name") return "public";
  return address.scope;
}
