import type { Config } from "./config.ts";
import { readAddress, readHttpPlace } from "./config-addresses.ts";
import type { Settings } from "./config-settings.ts";
import { joinAddresses } from "./config-values.ts";
import { CardumeError } from "./core/errors.ts";
import type { WebPlace } from "./gateway/web-server.ts";
import type { NodeOptions } from "./node/node-types.ts";

/** A node's options from its settings. */
export function nodeOptions(settings: Settings): NodeOptions {
  const { name, mdns, dht, nat, direct, direct_port, direct_announce_port, upload_limit, max_peers } = settings;
  return {
    ...{ name, mdns, dht, nat },
    listen: settings.listen.map(multiaddrOf),
    announce: settings.announce.map(multiaddrOf),
    join: peerAddresses(settings.join),
    directPort: direct ? direct_port : undefined,
    directAnnouncePort: direct ? direct_announce_port : undefined,
    uploadBytesPerSecond: upload_limit,
    maxPeers: max_peers,
  };
}

/**
 * The same for a node that lives no longer than one command: it listens at any free port, since nobody else has to know
 * where, and the ordinary one may be taken.
 */
export const passingNodeOptions = (settings: Settings): NodeOptions => {
  const options = nodeOptions(settings);
  return {
    ...options,
    listen: options.listen.map((address) => address.replace(/\/tcp\/\d+$/, "/tcp/0")),
    // What it would announce is where a lasting node of this folder is reached.
    announce: [],
    directPort: options.directPort === undefined ? undefined : 0,
    directAnnouncePort: undefined,
  };
};

/** Where the gateway of these settings is; `undefined`: there is to be none. A port that nobody chose may be another. */
export function webPlace({ settings, origins }: Config): WebPlace | undefined {
  const read = readHttpPlace(settings.http);
  if ("problem" in read) return undefined;
  const { host, port } = read;
  return { host, port, isPortOptional: origins.http.kind === "built-in", names: settings.http_hosts };
}

/** The multiaddrs of peers that addresses and links name. @throws CardumeError `address-invalid` */
export const peerAddresses = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => {
    const peers = joinAddresses(text);
    if ("problem" in peers) throw new CardumeError("address-invalid", peers.problem);
    return peers.addresses;
  });

function multiaddrOf(text: string): string {
  const read = readAddress(text);
  if ("problem" in read) throw new CardumeError("address-invalid", read.problem);
  return read.address;
}
