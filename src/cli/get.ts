import type { Command } from "commander";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";
import { givenFlags, joinOption } from "./node-flags.ts";

/** The options of `cardume get`. */
export interface GetFlags extends LibraryFlags {
  /** Where the video goes; `-`: to standard output. */
  readonly output?: string;
  readonly force?: boolean;
  /** `false` with --no-keep. */
  readonly keep: boolean;
}

const HELP = `
Examples:
  cardume get 'cardume:gqzx…'                     into the library: cardume ls shows it
  cardume get "Férias 2019" -o ferias.mp4         and into a file (or a folder)
  cardume get gqzx4k7a… -o - | mpv -              and to standard output; everything else goes to standard error
  cardume get natal -o natal.mp4 --no-keep --join 192.168.1.5:4470

VIDEO is a link, a whole id (hex or base32), or a title: of the library, else words that the network is asked for. What is
in the library already needs no network. Works through the node of this data folder if one runs (cardume up), else
starts one for as long as it takes. Every byte is compared with its hash. Ctrl-C keeps what came: the same command goes on
from there.

--json prints {"outcome": "complete", "missing", "not-found", "unreachable" or "stopped", "id", "title", "bytes", "path"
(of the file, null for standard output), "isKept", "receivedBytes", "wastedBytes", "missing": [chunks, from 0], "ms",
"holders": [{"peer", "name", "carrier", "state", "reason", "receivedBytes"}]}; to standard error with -o -.

Exit code: 0 done, 1 some chunks are missing (it says which), 2 wrong use (several videos have these words), 3 not found,
4 found, but no holder can be reached, 5 the machine refused, 130 Ctrl-C.`;

/** `cardume get`: a video from the network. */
export function addGet(program: Command, context: CommandContext): void {
  const command = program
    .command("get")
    .description("fetch a video from all who hold it")
    .argument("<video>", "its link, its whole id, or its title")
    .option("-o, --output <file>", "write it to a file or folder, too; - is standard output")
    .option("--force", "replace a file that is there")
    .option("--no-keep", "do not keep it in the library (needs -o)")
    .addOption(joinOption())
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (video: string, flags: GetFlags) => {
      const { getVideo } = await import("./get-video.ts");
      context.exitCode = await getVideo(video, flags, givenFlags(command));
    });
}
