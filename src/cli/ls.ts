import type { Command } from "commander";
import { dataOption, type LibraryFlags, PATH_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

const HELP = `
Examples:
  cardume ls                      all videos: id, title, size, length, and what is to know of them
  cardume ls ferias 2019          those with these words in their title or file name, as "Férias de 2019"
  cardume ls | cut -f 2           elsewhere than on a terminal, columns are separated by tabs, and titles are whole
  cardume ls --json | jq .title

A file kept in place that is not there is "missing", one that is not as it was when it was added is "changed", and one
of which verify has found parts damaged is "damaged".

--json prints for each video: {"id", "title", "bytes", "heldBytes", "state": "complete", "partial", "damaged",
"changed" or "missing", "durationMs" (0: unknown), "mediaType" ("": unknown), "path" (of a file kept in place, else null),
"addedAt"}. ${PATH_HELP}

Exit code: 0 done, 3 no video has these words, 5 the machine refused (disk, permission, library in use).`;

/** `cardume ls`: what is in the library. */
export function addLs(program: Command, context: CommandContext): void {
  program
    .command("ls")
    .description("list the videos of the library")
    .argument("[words...]", "beginnings of words, without regard to case and accents")
    .addOption(dataOption())
    .option("--json", "print one JSON object per video")
    .addHelpText("after", HELP)
    .action(async (words: string[], flags: LibraryFlags) => {
      const { listVideos } = await import("./list-videos.ts");
      context.exitCode = await listVideos(words, flags);
    });
}
