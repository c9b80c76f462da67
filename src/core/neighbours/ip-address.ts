import { parseIp } from "../wire/address.ts";

/** Where an IP address is: on this machine, on a site, on the internet, or nowhere that anything may be sent to. */
export type IpScope = "loopback" | "private" | "public" | "never";

/** One IP address, whatever its spelling. */
export interface IpAddress {
  readonly scope: IpScope;
  /** Equal for equal addresses. */
  readonly key: string;
  /** The network that one owner is likely to have all of: a /24, in IPv6 a /64. */
  readonly group: string;
}

type Block = readonly [base: string, bits: number, scope: IpScope];

/** The first that fits counts; what fits none is public. */
const V4_BLOCKS: readonly { readonly size: number; readonly block: number; readonly scope: IpScope }[] = (
  [
    ["0.0.0.0", 8, "never"], // this network
    ["127.0.0.0", 8, "loopback"],
    ["10.0.0.0", 8, "private"], // RFC 1918
    ["172.16.0.0", 12, "private"],
    ["192.168.0.0", 16, "private"],
    ["100.64.0.0", 10, "private"], // behind a provider's translation, and overlay networks
    ["169.254.169.254", 32, "never"], // the secrets of machines in clouds
    ["169.254.0.0", 16, "private"], // link-local
    ["198.18.0.0", 15, "private"], // benchmarks
    ["192.0.0.0", 24, "never"], // protocol assignments
    ["192.0.2.0", 24, "never"], // documentation
    ["198.51.100.0", 24, "never"],
    ["203.0.113.0", 24, "never"],
    ["192.88.99.0", 24, "never"], // 6to4 relays
    ["224.0.0.0", 3, "never"], // multicast, reserved, broadcast
  ] satisfies Block[]
).map(([base, bits, scope]) => ({
  size: 2 ** (32 - bits),
  block: Math.floor((parseIp(base) ?? 0) / 2 ** (32 - bits)),
  scope,
}));

/** A dotted IPv4 address; `undefined` for anything else. */
export function parseIp4(text: string): IpAddress | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  const found = V4_BLOCKS.find(({ size, block }) => Math.floor(ip / size) === block);
  return { scope: found?.scope ?? "public", key: text, group: text.slice(0, text.lastIndexOf(".")) };
}

/** An IPv6 address without a zone, in any spelling; `undefined` for anything else. */
export function parseIp6(text: string): IpAddress | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  const hex = words.map((word) => word.toString(16));
  return { scope: scopeOf6(words), key: hex.join(":"), group: hex.slice(0, 4).join(":") };
}

/** What is neither named here nor global unicast (2000::/3) is nowhere: v4-mapped, translated, multicast, discarded. */
function scopeOf6(words: readonly number[]): IpScope {
  const [first = 0, second = 0] = words;
  if (words.every((word, index) => word === (index === 7 ? 1 : 0))) return "loopback";
  if ((first & 0xfe00) === 0xfc00) return "private"; // unique local
  if ((first & 0xff80) === 0xfe80) return "private"; // link-local and site-local
  if ((first & 0xe000) !== 0x2000) return "never";
  // Teredo, documentation, 6to4: they hide an IPv4 address, or nobody.
  const isHiding = first === 0x2002 || (first === 0x2001 && (second === 0 || second === 0xdb8)) || first === 0x3fff;
  return isHiding ? "never" : "public";
}

/** The eight words of an IPv6 address. */
function wordsOf(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => readWords(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** The words between colons; the last may be an IPv4 address. */
function readWords(text: string, mayEndInIp4: boolean): number[] | undefined {
  if (text === "") return [];
  const words: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ip = mayEndInIp4 && index === parts.length - 1 && part.includes(".") ? parseIp(part) : undefined;
    if (ip !== undefined) words.push(Math.floor(ip / 65_536), ip % 65_536);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return words;
}
