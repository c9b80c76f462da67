import type { Command } from "commander";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";
import { addNodeFlags, givenFlags } from "./node-flags.ts";

const HELP = `
Examples:
  cardume config show
  CARDUME_UPLOAD_LIMIT=5M cardume config show --json

Built-in values, over them the file config.toml of the data folder (else cardume/config.toml in $XDG_CONFIG_HOME or
~/.config), over it the environment (CARDUME_ and the setting in capitals), over it the flags of cardume up. A file:

  name = "sala"
  listen = ["0.0.0.0:4470", "[::]:4470"]
  join = ["192.168.1.5:4470"]        # or links
  announce = []                      # told to others instead of listen
  mdns = true                        # neighbours on the local network
  nat = true                         # ask the router for a port, a relay for help
  dht = false
  direct = true                      # the direct carrier, and its port
  direct_port = 0                    # 0: any
  direct_announce_port = "none"
  upload_limit = "5M"                # bytes a second: 500k, 5M, 1.5G (powers of 1000); 0: no limit
  max_peers = 64
  http = "127.0.0.1:8420"            # the gateway for browsers and players, or "off"; other machines need its token
  http_hosts = []                    # further names that it may be called by: "casa.example"
  posters = true                     # pictures for the page, by ffmpeg where it is installed

Lists in the environment have spaces or commas between their parts.

--json prints for each setting: {"setting", "value", "origin": "built-in", "file", "environment" or "flag", "from"}.

Exit code: 0 done, 2 the configuration is wrong (it says where).`;

/** `cardume config`: what is in force, and why. */
export function addConfig(program: Command, context: CommandContext): void {
  const config = program.command("config").description("show the configuration");
  const show = config.command("show").description("print every setting, and where its value comes from");
  addNodeFlags(show)
    .addOption(dataOption())
    .option("--json", "print one JSON object per setting")
    .option("--debug", "show a stack trace with an error")
    .addHelpText("after", HELP)
    .action(async (flags: LibraryFlags) => {
      const { showConfig } = await import("./show-config.ts");
      context.exitCode = await showConfig(flags, givenFlags(show));
    });
}
