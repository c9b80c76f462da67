import { type Address, parseAddress } from "../../../src/core/wire/address.ts";

/** An address that a test writes as text. @throws Error when it is none */
export function at(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address`);
  return address;
}

/** A port on loopback. */
export const local = (port: number): Address => at(`127.0.0.1:${port}`);
