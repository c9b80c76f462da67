import { type Command, Option } from "commander";
import { dataOption, type LibraryFlags } from "./library-options.ts";
import type { CommandContext } from "./main.ts";
import { givenFlags, joinOption } from "./node-flags.ts";

/** The players that `cardume watch` starts. */
export const PLAYERS = ["mpv", "vlc"] as const;

/** The options of `cardume watch`. */
export interface WatchFlags extends LibraryFlags {
  readonly open?: boolean;
  readonly player?: (typeof PLAYERS)[number];
  readonly hls?: boolean;
}

const HELP = `
Examples:
  cardume watch 'cardume:gqzx…'                   prints an address that every player and browser plays, at once
  cardume watch "Férias 2019" --player mpv        plays it; the command ends with the player
  cardume watch gqzx4k7a… --open                  opens it in the browser
  cardume watch natal --hls                       the address of its HLS playlist, for players on phones and televisions

VIDEO is a link, a whole id (hex or base32), or a title: of the library, else words that the network is asked for. What is
not here is fetched while it plays, and kept. Works through the gateway of the node of this data folder if one runs
(cardume up), else starts one for as long as it takes: until Ctrl-C, or until the player ends.

--json prints {"id", "idBase32", "title", "bytes", "address", "playlist"}.

Exit code: 0 done, 1 some of it is missing, or the player failed, 2 wrong use (several videos have these words), 3 not
found, 4 found, but no holder can be reached, 5 the machine refused (no such player), 130 Ctrl-C before it could be
watched.`;

/** `cardume watch`: any video, from any peer, at once, in any player. */
export function addWatch(program: Command, context: CommandContext): void {
  const command = program
    .command("watch")
    .description("play a video, whether it is here or not")
    .argument("<video>", "its link, its whole id, or its title")
    .addOption(new Option("--open", "open it in the browser").conflicts("player"))
    .addOption(new Option("--player <player>", "play it in this player, and end with it").choices(PLAYERS))
    .option("--hls", "its HLS playlist instead of its bytes")
    .addOption(joinOption())
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (video: string, flags: WatchFlags) => {
      const { watchVideo } = await import("./watch-video.ts");
      context.exitCode = await watchVideo(video, flags, givenFlags(command));
    });
}
