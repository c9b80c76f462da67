import { type AddressScope, parsePeerAddress } from "../core/neighbours/address-class.ts";

/** Where a node is, by its own addresses: as far out as others can reach it. */
function whereIs(own: readonly string[]): AddressScope {
  const scopes = new Set(own.filter((address) => !address.includes("/p2p-circuit")).map(scopeOf));
  if (scopes.has("public")) return "public";
  return scopes.has("private") || scopes.size === 0 ? "private" : "loopback";
}

const scopeOf = (address: string): string | undefined => parsePeerAddress(address)?.scope;

/** Whether it is a public address of the node itself, not of a relay. */
export const isPublic = (address: string): boolean =>
  scopeOf(address) === "public" && parsePeerAddress(address)?.isRelayed === false;

/**
 * Whether a stranger's word is enough to dial an address from where this node is, when it is not known who the stranger
 * was: a public one always, a private one or this machine only if that is where this node is; never its own, never a name.
 */
export function mayDialFrom(address: string, own: readonly string[]): boolean {
  const parsed = parsePeerAddress(address);
  if (parsed === undefined || own.some((mine) => mine.startsWith(`${parsed.text}/p2p/`))) return false;
  return parsed.scope === "public" || parsed.scope === whereIs(own);
}
