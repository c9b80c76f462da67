declare const brand: unique symbol;

/**
 * A UDP address over IPv4 in one number, `ip * 65536 + port` (48 bits, exact in a double), so that it is a cheap
 * key and two equal addresses are `===`.
 */
export type Address = number & { readonly [brand]: true };

/** An address from its 32-bit IPv4 address and 16-bit port. */
export const addressOf = (ip: number, port: number): Address => (ip * 65_536 + port) as Address;

/** The IPv4 address as an unsigned 32-bit number. */
export const ipOf = (address: Address): number => Math.floor(address / 65_536);

/** The port, 0 to 65,535. */
export const portOf = (address: Address): number => address % 65_536;

/** An IPv4 address in dotted form as an unsigned 32-bit number; `undefined` for anything else, leading zeros included. */
export function parseIp(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let ip = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    ip = ip * 256 + Number(part);
  }
  return ip;
}

/** `127.0.0.1:5001` as an address; `undefined` for anything else, port 0 included. */
export function parseAddress(text: string): Address | undefined {
  const match = /^([\d.]+):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const ip = parseIp(match[1] as string);
  const port = Number(match[2]);
  if (ip === undefined || port === 0 || port > 65_535) return undefined;
  return addressOf(ip, port);
}

/** The dotted form of a 32-bit IPv4 address. */
export const formatIp = (ip: number): string =>
  `${Math.floor(ip / 16_777_216)}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;

/** `ip:port`, as logs and command lines write it. */
export const formatAddress = (address: Address): string => `${formatIp(ipOf(address))}:${portOf(address)}`;

/** Blocks of addresses that never leave a site: the size of each, and the number of the block of that size that it is. */
const PRIVATE: readonly { readonly size: number; readonly block: number }[] = (
  [
    ["127.0.0.0", 8], // loopback
    ["10.0.0.0", 8], // RFC 1918
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["169.254.0.0", 16], // link-local, RFC 3927
  ] as const
).map(([base, bits]) => ({ size: 2 ** (32 - bits), block: (parseIp(base) as number) / 2 ** (32 - bits) }));

/** True for addresses that never leave a site: loopback, RFC 1918 and link-local. */
export const isPrivate = (address: Address): boolean =>
  PRIVATE.some(({ size, block }) => Math.floor(ipOf(address) / size) === block);

/** True for an address of one host with a real port: not 0.0.0.0/8, not multicast, reserved or broadcast. */
export function isUnicast(address: Address): boolean {
  const first = Math.floor(ipOf(address) / 16_777_216);
  return portOf(address) !== 0 && first !== 0 && first < 224;
}

/**
 * Whether anything may be sent to an address that somebody else named. The original network's Query names the
 * address that everyone will answer to, so it is confined to private addresses unless told otherwise.
 */
export const isAnswerable = (address: Address, allowPublic: boolean): boolean =>
  isUnicast(address) && (allowPublic || isPrivate(address));
