import type { Command } from "commander";
import type { CommandContext } from "./main.ts";

/** The options of `cardume demo`. */
export interface DemoFlags {
  readonly video?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly original?: boolean;
}

/** `cardume demo`: the Cardume network at work on this machine, or the original one. */
export function addDemo(program: Command, context: CommandContext): void {
  program
    .command("demo")
    .description(
      "five nodes on this machine: a film is added on one, found by title, and fetched while two of them die",
    )
    .option("--video <file>", "another video than the one that comes along")
    .option("--out <dir>", "keep the fetched video there")
    .option("--original", "the original network instead: a video cut into chunks, over five peers")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  cardume demo --out fetched && mpv fetched/fetched-shoal.mp4")
    .action(async (flags: DemoFlags) => {
      if (flags.original === true) {
        const { runDemo } = await import("./run-demo.ts");
        context.exitCode = await runDemo(flags);
      } else {
        const { runShoalDemo } = await import("./run-shoal-demo.ts");
        context.exitCode = await runShoalDemo(flags);
      }
    });
}
