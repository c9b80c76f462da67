import { isIPv4, isIPv6 } from "node:net";

/** A host and a port as they are compared: lower case, no trailing dot, IPv6 in its one short form, in brackets. */
export interface Place {
  readonly host: string;
  /** `undefined`: none was named. */
  readonly port: number | undefined;
}

const HOST_AND_PORT = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,254})(?::([0-9]{1,5}))?$/i;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const MAX_PORT = 65_535;

/** A Host header, or the same part of an Origin; `undefined` when it is no plain host with or without a port. */
export function placeOf(text: string): Place | undefined {
  const match = HOST_AND_PORT.exec(text);
  if (match === null) return undefined;
  const [, name = "", digits] = match;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port === 0 || port > MAX_PORT || String(port) !== digits)) return undefined;
  const host = name.startsWith("[") ? ipv6Of(name.slice(1, -1)) : nameOf(name.toLowerCase());
  return host === undefined ? undefined : { host, port };
}

/** An IPv6 address in brackets and its one short form; an IPv4 address in it is that. */
function ipv6Of(text: string): string | undefined {
  if (!isIPv6(text)) return undefined;
  const host = new URL(`http://[${text}]/`).hostname;
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [Number.parseInt(mapped[1] as string, 16), Number.parseInt(mapped[2] as string, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** A name without its last dot, or an IPv4 address as it is. Other spellings of numbers are for nobody. */
function nameOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  const labels = name.split(".");
  // What ends in a number is read as an IPv4 address by browsers, and is none here.
  const isNumber = /^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "");
  return name.length <= 253 && !isNumber && labels.every((label) => LABEL.test(label)) ? name : undefined;
}

/** Where a request arrived, and by which names it may ask. */
export interface Called {
  /** The address of this machine at which the connection came in. */
  readonly address: string;
  readonly port: number;
  /** Further names: `name` with any port, `name:port` with this one. */
  readonly names: readonly string[];
}

const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether an address is one that only this machine can use. */
export const isLoopback = (address: string): boolean =>
  /^127\.\d+\.\d+\.\d+$/.test(address) || address === "::1" || /^::ffff:127\./i.test(address);

/**
 * Whether a Host header names this gateway: the very address at which the request came in (a page of a stranger whose
 * name was made to lead here still asks by that name), on this machine also `localhost`; with our port, or without one
 * where ours is 80; or one of the further names.
 */
export function isHostAllowed(header: string | undefined, { address, port, names }: Called): boolean {
  const asked = header === undefined ? undefined : placeOf(header);
  if (asked === undefined) return false;
  const own = placeOf(address.includes(":") ? `[${address.replace(/%.*$/, "")}]` : address)?.host;
  const isOwn = asked.host === own || (isLoopback(address) && LOOPBACK_NAMES.includes(asked.host));
  if (isOwn && (asked.port ?? HTTP_PORT) === port) return true;
  return names.some((name) => {
    const allowed = placeOf(name);
    return allowed?.host === asked.host && (allowed.port === undefined || allowed.port === (asked.port ?? HTTP_PORT));
  });
}

const HTTP_PORT = 80;
