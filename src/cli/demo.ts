import type { Command } from "commander";
import type { CommandContext } from "./main.ts";

/** The options of `cardume demo`. */
export interface DemoFlags {
  readonly video?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `cardume demo`: the original network at work, on this machine. */
export function addDemo(program: Command, context: CommandContext): void {
  program
    .command("demo")
    .description("cut a real video, spread it over five peers on this machine, fetch it from all at once, and check it")
    .option("--video <file>", "another video than the one that comes along")
    .option("--out <dir>", "keep the fetched video and the log there")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  cardume demo --out fetched && mpv fetched/fetched-shoal.mp4")
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import("./run-demo.ts");
      context.exitCode = await runDemo(flags);
    });
}
