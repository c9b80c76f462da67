import { type Command, InvalidArgumentError, Option } from "commander";
import type { Settings } from "../config-settings.ts";

/** What flags of a command line say of a node, by the settings' names. */
export type NodeFlags = Readonly<Partial<Record<keyof Settings, unknown>>>;

const FLAG_NAMES: Readonly<Record<string, keyof Settings>> = {
  ...{ name: "name", listen: "listen", join: "join", announce: "announce" },
  ...{ mdns: "mdns", dht: "dht", nat: "nat", direct: "direct" },
  ...{ directPort: "direct_port", directAnnouncePort: "direct_announce_port" },
  ...{ uploadLimit: "upload_limit", maxPeers: "max_peers", http: "http", httpHost: "http_hosts" },
  posters: "posters",
};

/** A flag that may be given several times. */
const collect = (text: string, before: readonly string[] | undefined): string[] => {
  if (text.trim() === "") throw new InvalidArgumentError("It has to say something.");
  return [...(before ?? []), text];
};

/** `--join`, as every command that needs a node has it. */
export const joinOption = (): Option =>
  new Option(
    "--join <addr>",
    "a peer to know from the start: its address, or a link that names some (repeatable)",
  ).argParser(collect);

/** Adds the flags that say how a node runs. What they mean, and their bounds, is the configuration's. */
export const addNodeFlags = (command: Command): Command =>
  command
    .addOption(
      new Option("--listen <addr>", "where to listen: 0.0.0.0:4470, [::]:4470, 127.0.0.1:0 (repeatable)").argParser(
        collect,
      ),
    )
    .addOption(joinOption())
    .option("--name <name>", "its name, told to neighbours")
    .addOption(
      new Option("--announce <addr>", "told to others instead of where it listens (repeatable)").argParser(collect),
    )
    .option("--direct-port <port>", "the direct carrier's port (default: any)")
    .option("--direct-announce-port <port>", "told to others instead of it")
    .option("--no-direct", "no direct carrier: everything over libp2p's own streams")
    .option("--upload-limit <rate>", "bytes a second to all together: 500k, 5M (default: no limit)")
    .option("--max-peers <count>", "connections at most (default: 64)")
    .option("--no-mdns", "do not look for neighbours on the local network, nor be found there")
    .option("--dht", "use the distributed hash table beside the flood")
    .option("--no-nat", "ask no router for a port, and no relay for help")
    .option("--http <addr>", 'where the gateway listens: 127.0.0.1:8420, 8420, 0 (any port), or "off"')
    .addOption(
      new Option("--http-host <name>", "a further name that the gateway may be called by (repeatable)").argParser(
        collect,
      ),
    )
    .option("--no-posters", "make no pictures for the page with ffmpeg, where that is installed");

/** The flags that a person has given: commander fills in others of its own. */
export function givenFlags(command: Command): NodeFlags {
  const given = Object.entries(FLAG_NAMES).filter(([option]) => command.getOptionValueSource(option) === "cli");
  return Object.fromEntries(given.map(([option, key]) => [key, command.getOptionValue(option) as unknown]));
}
