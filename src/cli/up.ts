import { type Command, Option } from "commander";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";
import { addNodeFlags, givenFlags } from "./node-flags.ts";

/** The options of `cardume up` that are not a node's. */
export interface UpFlags extends LibraryFlags {
  readonly logLevel: string;
  /** Open the page in the desktop's browser. */
  readonly open?: boolean;
}

const LEVELS = ["debug", "info", "warn", "error", "silent"];

const HELP = `
Examples:
  cardume up                                      shares the library with the local network, and finds neighbours there
  cardume up --join 192.168.1.5:4470              knows a peer from the start, and through it all others
  cardume up --listen 127.0.0.1:0 --no-mdns --no-nat     for this machine alone, at any free port
  cardume up --upload-limit 5M                    gives at most 5 MB/s away
  cardume up --open                               shows its page in the browser
  cardume up --http 9000                          its gateway for browsers and players on another port of this machine
  cardume up --http 0.0.0.0:8420                  and for other machines, which then need the token; --http off: none

Runs until Ctrl-C or SIGTERM. Meanwhile the other commands (add, ls, get, …) with the same data folder work through it.
Flags go over environment variables (CARDUME_LISTEN, CARDUME_UPLOAD_LIMIT, …), those over the file config.toml in the data
folder (listen = ["0.0.0.0:4470"], upload_limit = "5M", …): cardume config show prints what is in force, and why.

The gateway (http://127.0.0.1:8420/) takes requests of this machine alone unless told otherwise, and changes only with
the token that is in the file token of the data folder. When port 8420 is taken, and nobody chose it, it takes another.

It prints where the gateway is, and a line when it is ready, then a line when a neighbour comes or goes, and when a fetch
ends. --json prints {"event": "ready", "peerId", "addresses", "control" (the socket for commands), "pid", "gateway" (its
address; null: none)}, {"event": "neighbour", "change": "came" or "went", "peer", "name", "address"} and {"event":
"fetch-ended", "outcome", "id", "title", "bytes", "receivedBytes"}. The log goes to standard error, one JSON object a line.

Exit code: 0 stopped, also by Ctrl-C, 2 wrong use (a bad configuration among it), 5 the machine refused (library in use,
port in use, disk).`;

/** `cardume up`: runs a node until it is stopped. */
export function addUp(program: Command, context: CommandContext): void {
  const command = program.command("up").description("run a node: share the library, and be found");
  addNodeFlags(command)
    .addOption(dataOption())
    .addOption(new Option("--log-level <level>", "what is logged, to standard error").choices(LEVELS).default("warn"))
    .option("--open", "open the page in the browser")
    .option("--json", "print one JSON object per event")
    .addHelpText("after", HELP)
    .action(async (flags: UpFlags) => {
      const { runNode } = await import("./run-node.ts");
      context.exitCode = await runNode(flags, givenFlags(command));
    });
}
