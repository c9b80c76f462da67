import { isIPv4, isIPv6 } from "node:net";
import { NETWORK } from "./core/limits.ts";

/** A multiaddr in text, or what is wrong with a text that should be one. */
export type ReadAddress = { readonly address: string } | { readonly problem: string };

/** Looks like a multiaddr that this program can use: over TCP, perhaps with a peer's id, perhaps over a relay. */
const MULTIADDR =
  /^\/(ip4|ip6|dns|dns4|dns6)\/([^/\s]+)\/tcp\/(\d{1,5})((?:\/p2p\/[A-Za-z0-9]+)?(?:\/p2p-circuit(?:\/p2p\/[A-Za-z0-9]+)?)?)$/;
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const MAX_PORT = 65_535;

/**
 * An address as a person types it (`192.168.1.5:4470`, `[fe80::1]:4470`, `peer.example:4470`, or a multiaddr such as
 * `/ip4/192.168.1.5/tcp/4470/p2p/12D3…`) as a multiaddr.
 */
export function readAddress(text: string): ReadAddress {
  const read = text.startsWith("/") ? readMultiaddr(text) : readHostAndPort(text);
  return "problem" in read ? { problem: `"${text.slice(0, 80)}" is not an address: ${read.problem}` } : read;
}

function readMultiaddr(text: string): ReadAddress {
  const match = text.length > NETWORK.maxAddressChars ? null : MULTIADDR.exec(text);
  if (match === null) return { problem: "it has to be like /ip4/192.168.1.5/tcp/4470, with or without /p2p/<peer id>" };
  const [, kind = "", host = "", port] = match;
  if (!HOSTS[kind]?.(host)) return { problem: `"${host}" is not what /${kind}/ says` };
  return Number(port) > MAX_PORT ? PORT_PROBLEM : { address: text };
}

function readHostAndPort(text: string): ReadAddress {
  const match = /^(?:\[([^\]]{1,64})\]|([^:[\]]{1,253})):(\d{1,5})$/.exec(text);
  if (match === null) return { problem: "it has to be like 192.168.1.5:4470, [::1]:4470 or /ip4/192.168.1.5/tcp/4470" };
  const [, v6, host = v6 ?? "", port] = match;
  const kind = v6 !== undefined ? "ip6" : /^[\d.]+$/.test(host) ? "ip4" : "dns";
  if (!HOSTS[kind]?.(host)) return { problem: `"${host}" is no ${KINDS[kind]}` };
  return Number(port) > MAX_PORT ? PORT_PROBLEM : { address: `/${kind}/${host}/tcp/${port}` };
}

const PORT_PROBLEM: ReadAddress = { problem: "ports end at 65535" };
const KINDS = { ip4: "IPv4 address", ip6: "IPv6 address", dns: "name of a machine" } as const;

const isHostName = (text: string): boolean => HOST_NAME.test(text);
const HOSTS: Readonly<Record<string, (host: string) => boolean>> = {
  ...{ ip4: isIPv4, ip6: isIPv6 },
  ...{ dns: isHostName, dns4: isHostName, dns6: isHostName },
};

/** A place for a server of HTTP, and how it is written. */
export interface HttpPlace {
  readonly host: string;
  readonly port: number;
  readonly text: string;
}

/** A place as `127.0.0.1:8420` or `[::1]:8420`; a port alone, or `localhost`, is this machine's own. */
export function readHttpPlace(text: string): HttpPlace | { readonly problem: string } {
  const match = /^(?:(?:\[([^\]]{2,45})\]|([\w.]{1,15})):)?(\d{1,5})$/.exec(text);
  const [, v6, v4 = "127.0.0.1", digits] = match ?? [];
  const host = v6 ?? (v4 === "localhost" ? "127.0.0.1" : v4);
  if (match === null || !(v6 === undefined ? isIPv4(host) : isIPv6(host)))
    return { problem: 'has to be like 127.0.0.1:8420, [::1]:8420, 8420 or 0 (any port), or "off"' };
  const port = Number(digits);
  if (port > MAX_PORT) return { problem: `has to have a port up to ${MAX_PORT}` };
  return { host, port, text: `${v6 === undefined ? host : `[${host}]`}:${port}` };
}

/** Where to listen: an address of this machine, whose port may be 0 for any. Names are not looked up. */
export function readListenAddress(text: string): ReadAddress {
  const read = readAddress(text);
  if ("problem" in read || /^\/ip[46]\/[^/]+\/tcp\/\d+$/.test(read.address)) return read;
  return { problem: `"${text.slice(0, 80)}" is no place to listen at: it has to be like 0.0.0.0:4470 or [::]:4470` };
}
