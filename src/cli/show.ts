import type { Command } from "commander";
import { dataOption, type LibraryFlags, PATH_HELP, VIDEO_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

const HELP = `
Examples:
  cardume show "Férias 2019"
  cardume show gqzx4k7a --json
${VIDEO_HELP}

--json prints {"id", "title", "bytes", "heldBytes", "state", "durationMs", "mediaType", "path" (of a file kept in place,
else null), "addedAt", "idBase32", "fileName", "chunks", "heldChunks", "chunkBytes", "verifiedAt" (null: never), "tracks":
[{"kind", "codec", "language", "name", "width", "height"}], "subtitles": [{"id", "bytes", "name", "language"}], "claims":
[{"publisher", "isOwn", "title", "fileName", "madeAt"}], "link"}. ${PATH_HELP}

Exit code: 0 done, 2 it may be any of several, 3 no such video, 5 the machine refused.`;

/** `cardume show`: all that is known of one video. */
export function addShow(program: Command, context: CommandContext): void {
  program
    .command("show")
    .description("show all that is known of a video")
    .argument("<video>", "its id, title or link")
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (video: string, flags: LibraryFlags) => {
      const { showVideo } = await import("./show-video.ts");
      context.exitCode = await showVideo(video, flags);
    });
}
