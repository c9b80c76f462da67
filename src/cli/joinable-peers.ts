import { readAddress } from "../config-addresses.ts";
import type { Link } from "../core/content/link.ts";

/** The addresses in a link that can be dialled. Others are of a later version, or somebody's joke. */
export const joinablePeers = (link: Link | undefined): string[] =>
  (link?.peers ?? []).flatMap((peer) => {
    const read = readAddress(peer);
    return "problem" in read ? [] : [read.address];
  });
