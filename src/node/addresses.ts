import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { CardumeError } from "../core/errors.ts";

/** A peer's address as a person gave it. */
export interface PeerAddress {
  /** A multiaddr in text, `/p2p/…` left out. */
  readonly address: string;
  /** The peer id that has to be there, in text; `undefined`: whoever answers. */
  readonly peer: string | undefined;
}

/** What people may write, for messages. */
const FORMS = "write it as 192.168.1.5:4001, [fe80::1]:4001, some.host:4001 or /ip4/192.168.1.5/tcp/4001";
const MAX_ADDRESS_CHARS = 512;

/**
 * The address of a peer: a multiaddr over TCP (also through a relay: `…/p2p-circuit/p2p/…`), `ip:port`, `[v6]:port`,
 * `host:port`, or `:port` for this machine. @throws CardumeError `address-invalid` (exit code 2)
 */
export function parsePeerAddress(text: string): PeerAddress {
  const whole = text.trim();
  if (!whole.startsWith("/")) {
    const { host, port } = hostAndPort(whole);
    if (port === 0) throw invalid(text, "port 0 is nobody's");
    return { address: `${hostPart(host === "" ? "127.0.0.1" : host, text)}/tcp/${port}`, peer: undefined };
  }
  const parts = partsOf(whole);
  const last = parts.at(-1);
  const hasPeer = last?.name === "p2p";
  const before = hasPeer ? parts.slice(0, -1) : parts;
  const isRelayed = before.at(-1)?.name === "p2p-circuit";
  if (!isRelayed && !isPlainTcp(before)) throw invalid(text, "it has to be /ip4, /ip6 or /dns with /tcp");
  if (isRelayed && !hasPeer) throw invalid(text, "a relay has to be told which peer: …/p2p-circuit/p2p/…");
  if (before.some(({ name, value }) => name === "tcp" && Number(value) === 0))
    throw invalid(text, "port 0 is nobody's");
  if (hasPeer && !isPeerId(last.value)) throw invalid(text, `${last.value} is no peer id`);
  return { address: textOf(before), peer: hasPeer ? last.value : undefined };
}

/**
 * Where to listen: a multiaddr `/ip4/…/tcp/…` or `/ip6/…/tcp/…`, `ip:port`, `[v6]:port`, or `:port` for all addresses of
 * this machine (then two come back). Port 0 takes a free one. @throws CardumeError `address-invalid` (exit code 2)
 */
export function parseListenAddress(text: string): string[] {
  const whole = text.trim();
  if (!whole.startsWith("/")) {
    const { host, port } = hostAndPort(whole);
    if (host === "") return [`/ip4/0.0.0.0/tcp/${port}`, `/ip6/::/tcp/${port}`];
    const part = hostPart(host === "localhost" ? "127.0.0.1" : host, text);
    if (part.startsWith("/dns")) throw invalid(text, "a node listens on an address of its machine, not on a name");
    return [`${part}/tcp/${port}`];
  }
  const parts = partsOf(whole);
  if (!isPlainTcp(parts) || parts[0]?.name.startsWith("dns") === true)
    throw invalid(text, "a node listens on /ip4/…/tcp/… or /ip6/…/tcp/…");
  return [textOf(parts)];
}

/** What is told to others: one address that they can use. @throws CardumeError `address-invalid` (exit code 2) */
export const parseAnnounceAddress = (text: string): string => {
  const { address, peer } = parsePeerAddress(text);
  return peer !== undefined && address.endsWith("/p2p-circuit") ? `${address}/p2p/${peer}` : address;
};

/** An address without the `/p2p/…` at its end. */
export const withoutPeer = (address: string): string => address.replace(/\/p2p\/[^/]+\/?$/, "");

/** An address with `/p2p/<peer>` at its end. */
export const withPeer = (address: string, peer: string): string => `${withoutPeer(address)}/p2p/${peer}`;

/** The IP address that a connection's address names, without a zone; `undefined` for a relayed one or a name. */
export const hostOf = (address: string): string | undefined =>
  address.includes("/p2p-circuit") ? undefined : /^(?:\/ip6zone\/[^/]+)?\/ip[46]\/([^/]+)/.exec(address)?.[1];

interface Part {
  readonly name: string;
  readonly value?: string | undefined;
}

function partsOf(text: string): Part[] {
  if (text.length > MAX_ADDRESS_CHARS) throw invalid(`${text.slice(0, 40)}…`, "it is too long");
  try {
    return multiaddr(text)
      .getComponents()
      .map(({ name, value }) => ({ name, value }));
  } catch (cause) {
    throw invalid(text, (cause as Error).message, cause);
  }
}

function isPeerId(text: string | undefined): boolean {
  try {
    return peerIdFromString(text ?? "").type === "Ed25519";
  } catch {
    return false;
  }
}

const textOf = (parts: readonly Part[]): string =>
  parts.map(({ name, value }) => (value === undefined ? `/${name}` : `/${name}/${value}`)).join("");

function isPlainTcp(parts: readonly Part[]): boolean {
  const [zoneOrHost, ...rest] = parts.map(({ name }) => name);
  const [host, ...more] = zoneOrHost === "ip6zone" ? rest : [zoneOrHost, ...rest];
  return /^(ip4|ip6|dns|dns4|dns6)$/.test(host ?? "") && more.join() === "tcp";
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text) ?? [];
  if (digits === undefined || (bracketed !== undefined && !bracketed.includes(":")))
    throw invalid(text, /^[^:]+$/.test(text) ? "the port is missing" : FORMS);
  const port = Number(digits);
  if (port > 65_535) throw invalid(text, "ports end at 65535");
  return { host: bracketed ?? plain ?? "", port };
}

function hostPart(host: string, text: string): string {
  if (host.includes(":")) return textOf(partsOfHost(host, text));
  if (/^[\d.]+$/.test(host)) return textOf(partsOf(`/ip4/${host}`));
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host)) throw invalid(text, FORMS);
  return `/dns/${host.toLowerCase()}`;
}

/** An IPv6 address, perhaps with a zone: `fe80::1%eth0`. */
function partsOfHost(host: string, text: string): Part[] {
  const [ip = "", zone] = host.split("%");
  if (zone !== undefined && !/^[\w.-]+$/.test(zone)) throw invalid(text, FORMS);
  return partsOf(zone === undefined ? `/ip6/${ip}` : `/ip6zone/${zone}/ip6/${ip}`);
}

const invalid = (text: string, why: string, cause?: unknown): CardumeError =>
  new CardumeError("address-invalid", `${text} is no address: ${why}`, { cause });
