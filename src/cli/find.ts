import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";
import { givenFlags, joinOption } from "./node-flags.ts";

/** The options of `cardume find`. */
export interface FindFlags extends LibraryFlags {
  readonly enough?: number;
}

const HELP = `
Examples:
  cardume find ferias 2019                        by words of the title
  cardume find gqzx4k7a…                          by the whole id (hex or base32)
  cardume find 'cardume:gqzx…'                    by a link; peers that it names are asked, too
  cardume find natal --join 192.168.1.5:4470

Works through the node of this data folder if one runs (cardume up), else starts one for as long as it takes. Titles and
sizes are what holders say.

--json prints for each video: {"id", "idBase32", "title", "bytes", "holders": [{"peer", "heldChunks", "addresses",
"title"}]}.

Exit code: 0 something was found, 2 wrong use, 3 nothing was found, 5 the machine refused, 130 Ctrl-C.`;

/** `cardume find`: who holds what. */
export function addFind(program: Command, context: CommandContext): void {
  const command = program
    .command("find")
    .description("ask the network for videos")
    .argument("<words...>", "words of a title, a whole id, or a link")
    .option("--enough <count>", "stop at so many holders, or videos of a title (default: 4)", wholeNumber(1, 1000))
    .addOption(joinOption())
    .addOption(dataOption())
    .option("--json", "print one JSON object per video")
    .addHelpText("after", HELP)
    .action(async (words: string[], flags: FindFlags) => {
      const { findVideos } = await import("./find-videos.ts");
      context.exitCode = await findVideos(words.join(" "), flags, givenFlags(command));
    });
}
