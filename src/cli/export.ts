import type { Command } from "commander";
import { dataOption, type LibraryFlags, VIDEO_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

/** The options of `cardume export`. */
export interface ExportFlags extends LibraryFlags {
  readonly force?: boolean;
}

const HELP = `
Examples:
  cardume export "Férias 2019" ferias.mp4
  cardume export gqzx4k7a ~/Desktop               into a folder, under its own name
  cardume export gqzx4k7a - | mpv -               to standard output
${VIDEO_HELP}

Every byte is compared with its hash. A file that is there is not replaced without --force.

--json prints {"id", "title", "bytes", "path"}; to standard error, with the path null, when the video goes to standard
output.

Exit code: 0 done, 1 some of the video is not held or damaged (no file is left), 2 wrong use, 3 no such video, 5 the
machine refused, 130 Ctrl-C.`;

/** `cardume export`: a video as a file. */
export function addExport(program: Command, context: CommandContext): void {
  program
    .command("export")
    .description("write a video to a file, or to standard output")
    .argument("<video>", "its id, title or link")
    .argument("<file>", "where to: a file, a folder, or - for standard output")
    .option("--force", "replace a file that is there")
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (video: string, file: string, flags: ExportFlags) => {
      const { exportVideo } = await import("./export-video.ts");
      context.exitCode = await exportVideo(video, file, flags);
    });
}
