import { readAddress, readHttpPlace, readListenAddress } from "./config-addresses.ts";
import { labelOf } from "./core/content/label.ts";
import { isLinkProblem, parseLink } from "./core/content/link.ts";
import { GATEWAY, VIDEO } from "./core/limits.ts";
import { placeOf } from "./gateway/web-hosts.ts";
import { sha256 } from "./runtime/crypto.ts";

/** A setting's value as it is written in a TOML file, an environment variable (a text) or a flag. */
export type Written = unknown;

/** What was read, or what is wrong with it, in words that follow the setting's name. */
export type Read<Value> = { readonly value: Value } | { readonly problem: string };

/** Reads one kind of value. */
export type Reader<Value> = (written: Written) => Read<Value>;

/** A name for people, at most 64 characters; empty for none. */
export const readName: Reader<string> = (written) => {
  if (typeof written !== "string") return { problem: "has to be a text" };
  if (written.length > VIDEO.maxShortLabelChars)
    return { problem: `has to have at most ${VIDEO.maxShortLabelChars} characters` };
  return { value: labelOf(written, VIDEO.maxShortLabelChars) };
};

const WORDS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, "1": true },
  ...{ false: false, no: false, off: false, "0": false },
};

/** Yes or no: a boolean, or one of the usual words for it. */
export const readBoolean: Reader<boolean> = (written) => {
  if (typeof written === "boolean") return { value: written };
  const value = typeof written === "string" ? WORDS[written.trim().toLowerCase()] : undefined;
  return value === undefined ? { problem: "has to be true or false" } : { value };
};

/** A whole number between two bounds, both included. */
export const readWhole =
  (least: number, most: number): Reader<number> =>
  (written) => {
    const value = typeof written === "string" && /^\d{1,15}$/.test(written.trim()) ? Number(written) : written;
    const isGood = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    return isGood ? { value } : { problem: `has to be a whole number from ${least} to ${most}` };
  };

/** The same, or "none", which is `undefined`. */
export const readPortOrNone: Reader<number | undefined> = (written) =>
  written === "none" || written === "" ? { value: undefined } : readWhole(1, 65_535)(written);

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1000, m: 1_000_000, g: 1_000_000_000 };

/** Bytes a second: a number, or a text such as `500k`, `5M` or `1.5M` (powers of 1000). 0: no limit. */
export const readRate: Reader<number> = (written) => {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?([kmg]?)b?(?:\/s)?$/i.exec(String(written).trim());
  const value =
    match === null ? Number.NaN : Math.round(Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1));
  // Less than this would not even carry a hash a second.
  if (Number.isNaN(value) || (value > 0 && value < 1000) || typeof written === "boolean")
    return { problem: "has to be bytes a second, like 500k or 5M (at least 1k; 0 for no limit)" };
  return { value };
};

/** One or more texts: a list, or one text with spaces or commas between them. */
function readTexts(written: Written): Read<string[]> {
  const list = typeof written === "string" ? written.split(/[\s,]+/).filter((text) => text !== "") : written;
  const isGood = Array.isArray(list) && list.length <= 64 && list.every((one) => typeof one === "string");
  return isGood ? { value: list as string[] } : { problem: "has to be a list of at most 64 texts" };
}

const readEach =
  (read: (text: string) => string | undefined): Reader<readonly string[]> =>
  (written) => {
    const texts = readTexts(written);
    if ("problem" in texts) return texts;
    const problem = texts.value.map(read).find((one) => one !== undefined);
    return problem === undefined ? texts : { problem: `has a bad value: ${problem}` };
  };

/** Where to listen, as it is typed. */
export const readListen: Reader<readonly string[]> = readEach((text) => {
  const read = readListenAddress(text);
  return "problem" in read ? read.problem : undefined;
});

/** Addresses of this node for others, as they are typed. */
export const readAnnounce: Reader<readonly string[]> = readEach((text) => {
  const read = readAddress(text);
  return "problem" in read ? read.problem : undefined;
});

/** Addresses of peers, or links that name some, as they are typed. */
export const readJoin: Reader<readonly string[]> = readEach((text) => {
  const peers = joinAddresses(text);
  return "problem" in peers ? peers.problem : undefined;
});

/** Where the gateway listens: `127.0.0.1:8420`, a port alone for this machine's own, or `off`. */
export const readHttp: Reader<string> = (written) => {
  if (written === false || written === "off" || written === "none") return { value: "off" };
  const read = readHttpPlace(String(written).trim());
  return "problem" in read ? read : { value: read.text };
};

/** Further names of the gateway: `casa.example`, or with a port. */
export const readHostNames: Reader<readonly string[]> = (written) => {
  const names = readEach((text) =>
    placeOf(text) === undefined ? `"${text.slice(0, 80)}" is no name of a machine, with or without a port` : undefined,
  )(written);
  const isTooMany = "value" in names && names.value.length > GATEWAY.maxHostNames;
  return isTooMany ? { problem: `has to have at most ${GATEWAY.maxHostNames} names` } : names;
};

/** The multiaddrs that an address or a link names. */
export function joinAddresses(text: string): { readonly addresses: readonly string[] } | { readonly problem: string } {
  if (!/^["'<(]*cardume:/i.test(text)) {
    const read = readAddress(text);
    return "problem" in read ? read : { addresses: [read.address] };
  }
  const link = parseLink(text, sha256);
  if (isLinkProblem(link)) return { problem: `this link cannot be used: ${link.problem}` };
  const addresses = link.peers.flatMap((peer) => {
    const read = readAddress(peer);
    return "problem" in read ? [] : [read.address];
  });
  return addresses.length === 0 ? { problem: "this link names no peer" } : { addresses };
}
