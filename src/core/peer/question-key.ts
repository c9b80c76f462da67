import { type Address, ipOf, portOf } from "../wire/address.ts";

/**
 * What makes two questions the same: the client's address and port and the exact list of ids. 16-bit numbers are
 * UTF-16 code units here, so the key is as long as the list and compares at the speed of a string.
 */
export const questionKey = (client: Address, ids: readonly number[]): string =>
  String.fromCharCode(Math.floor(ipOf(client) / 65_536), ipOf(client) % 65_536, portOf(client), ...ids);
