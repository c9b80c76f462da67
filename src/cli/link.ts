import type { Command } from "commander";
import { EXIT } from "./exit-code.ts";
import { dataOption, type LibraryFlags, VIDEO_HELP } from "./library-options.ts";
import type { CommandContext } from "./main.ts";

const HELP = `
Examples:
  cardume link "Férias 2019"
  cardume link gqzx4k7a | xclip
${VIDEO_HELP}

--json prints {"link"}.

Exit code: 0 done, 2 it may be any of several, 3 no such video, 5 the machine refused.`;

/** `cardume link`: a video's link. */
export function addLink(program: Command, context: CommandContext): void {
  program
    .command("link")
    .description("print a video's link, to give to others")
    .argument("<video>", "its id, title or link")
    .addOption(dataOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (text: string, flags: LibraryFlags) => {
      const { withLibrary } = await import("./with-library.ts");
      context.exitCode = await withLibrary("link", flags, async ({ library, output }) => {
        const { id } = await library.find(text);
        const link = await library.link(id);
        output.result(link, { link });
        return EXIT.done;
      });
    });
}
