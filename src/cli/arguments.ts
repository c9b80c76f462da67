import { InvalidArgumentError, Option } from "commander";
import { parseChunkIds } from "../core/content/chunk-ids.ts";
import { type Address, addressOf, parseAddress, parseIp } from "../core/wire/address.ts";

/** `ip:port` as a person types it. */
export function addressArgument(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined)
    throw new InvalidArgumentError(`"${text}" is not an address like 127.0.0.1:5001 (names are not looked up).`);
  return address;
}

/** Where to listen: an address whose port may be 0, for a free one. */
export function listenArgument(text: string): Address {
  const free = /^([\d.]+):0$/.exec(text);
  const ip = free === null ? undefined : parseIp(free[1] as string);
  return ip === undefined ? addressArgument(text) : addressOf(ip, 0);
}

/** Any number of addresses, as commander collects them. */
export const addressesArgument = (text: string, before: readonly Address[] | undefined): Address[] => [
  ...(before ?? []),
  addressArgument(text),
];

/** `1,3,4` and `1-9`. */
export function idsArgument(text: string): number[] {
  const parsed = parseChunkIds(text);
  if ("problem" in parsed) throw new InvalidArgumentError(`${parsed.problem}.`);
  return parsed.ids;
}

/** A whole number between two bounds, both included. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It has to be a whole number from ${least} to ${most}.`);
    return value;
  };

/** `--dialect`, as peer and client have it. */
export const dialectOption = (): Option =>
  new Option("--dialect <name>", "how messages are sent: the assignment's way, or that of the report's author")
    .choices(["canonical", "report"])
    .default("canonical");

/** `--allow-public`, as peer and client have it. */
export const allowPublicOption = (): Option =>
  new Option("--allow-public", "also talk to public addresses; by default only to loopback and private ones");
