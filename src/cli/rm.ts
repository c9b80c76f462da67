import type { Command } from "commander";
import { dataOption, type LibraryFlags, PATH_HELP, VIDEO_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

/** The options of `cardume rm`. */
export interface RmFlags extends LibraryFlags {
  readonly files?: boolean;
}

const HELP = `
Examples:
  cardume rm gqzx4k7a                 the library forgets it: its own copy is removed, a file kept in place stays
  cardume rm gqzx4k7a --files         and a file kept in place is deleted too, if it is still the one that was added
${VIDEO_HELP}

Subtitle files go with the last video that they belong to.

--json prints {"id", "title", "path" (of a file kept in place, else null), "fileRemoved", "fileStays", "subtitles":
[{"id", "name", "path", "fileRemoved", "fileStays"}]}. ${PATH_HELP}

Exit code: 0 done, 1 removed, but a file has changed since it was added and stays, 2 it may be any of several, 3 no such
video, 5 the machine refused.`;

/** `cardume rm`: takes a video out of the library. */
export function addRm(program: Command, context: CommandContext): void {
  program
    .command("rm")
    .description("remove a video from the library")
    .argument("<video>", "its id, title or link")
    .option("--files", "delete files kept in place too")
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (video: string, flags: RmFlags) => {
      const { removeVideo } = await import("./remove-video.ts");
      context.exitCode = await removeVideo(video, flags);
    });
}
