import type { Command } from "commander";
import { dataOption, type LibraryFlags, VIDEO_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

const HELP = `
Examples:
  cardume verify                        reads all videos and subtitle files, and compares every byte with its hash
  cardume verify "Férias 2019"
${VIDEO_HELP}

A damaged chunk is no longer counted as held. Adding a good copy of the file mends it.

--json prints for each video: {"id", "title", "chunks", "good", "recovered" (good ones that had been given up), "lost":
[the damaged chunks, from 0], "absent" (not held before either), "state"}.

Exit code: 0 all that is held is good, 1 something is damaged, changed or missing, 2 it may be any of several, 3 no such
video, 5 the machine refused, 130 Ctrl-C.`;

/** `cardume verify`: reads videos, and finds what is damaged. */
export function addVerify(program: Command, context: CommandContext): void {
  program
    .command("verify")
    .description("read all videos, or one, and find what is damaged")
    .argument("[video]", "its id, title or link")
    .addOption(dataOption())
    .option("--json", "print one JSON object per video")
    .addHelpText("after", HELP)
    .action(async (video: string | undefined, flags: LibraryFlags) => {
      const { verifyVideos } = await import("./verify-videos.ts");
      context.exitCode = await verifyVideos(video, flags);
    });
}
