import type { Command } from "commander";
import { dataOption, type LibraryFlags, PATH_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

/** The options of `cardume add`. */
export interface AddFlags extends LibraryFlags {
  readonly copy?: boolean;
  readonly title?: string;
}

const HELP = `
Examples:
  cardume add film.mp4                            the file stays where it is, and the library knows it
  cardume add ~/Videos                            all files below a folder, subtitle files with their videos
  cardume add --copy /media/camera/DCIM           takes the bytes into the library: the card can be erased
  cardume add film.mp4 --title "Férias 2019"      another title than the file's name

Any file can be stored. Of a folder, everything is taken but hidden files, links and devices, unfinished downloads
(.part, .crdownload and such) and the folders of libraries. Run it again at any time: files that have not changed are
not read again.

--json prints for each video that is in the library: {"outcome": "added" or "already", "id", "path", "bytes", "title",
"link", "subtitles": [{"id", "bytes", "name", "language"}]}. ${PATH_HELP}

Exit code: 0 all is there, 1 some could not be added, 2 wrong use (nothing that could be added among it), 5 the machine
refused (disk, permission, library in use), 130 Ctrl-C (what was added stays).`;

/** `cardume add`: puts files into the library. */
export function addAdd(program: Command, context: CommandContext): void {
  program
    .command("add")
    .description("add videos to the library, in place or as copies")
    .argument("<paths...>", "files, and folders with all files below them")
    .option("--copy", "take the bytes into the library, instead of keeping the files where they are")
    .option("--title <title>", "for one file: its title (default: the file's name)")
    .addOption(dataOption())
    .option("--json", "print one JSON object per video")
    .addHelpText("after", HELP)
    .action(async (paths: string[], flags: AddFlags) => {
      const { addVideos } = await import("./add-videos.ts");
      context.exitCode = await addVideos(paths, flags);
    });
}
