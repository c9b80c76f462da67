import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CardumeError } from "../core/errors.ts";
import { addAdd } from "./add.ts";
import { addClient } from "./client.ts";
import { addConfig } from "./config-command.ts";
import { addDemo } from "./demo.ts";
import { EXIT } from "./exit-code.ts";
import { addExport } from "./export.ts";
import { addFind } from "./find.ts";
import { addGet } from "./get.ts";
import { addLink } from "./link.ts";
import { addLs } from "./ls.ts";
import { addAnnounce, addJoin, addPeers, addStatus } from "./node-commands.ts";
import { addPeer } from "./peer.ts";
import { addRm } from "./rm.ts";
import { addShow } from "./show.ts";
import { addSplit } from "./split.ts";
import { addUp } from "./up.ts";
import { addVerify } from "./verify.ts";
import { addWatch } from "./watch.ts";

/** What commands share: where their exit code goes. */
export interface CommandContext {
  exitCode: number;
}

/** In the order of the help: the library, the network, then the original network. */
const COMMANDS = [
  ...[addAdd, addLs, addShow, addLink, addVerify, addExport, addRm],
  ...[addUp, addFind, addGet, addWatch, addStatus, addPeers, addJoin, addAnnounce, addConfig],
  ...[addPeer, addClient, addSplit, addDemo],
];

const packageJson = new URL("../../package.json", import.meta.url);

const versionOf = (): string => (JSON.parse(readFileSync(packageJson, "utf8")) as { version: string }).version;

/**
 * Runs one command line (without `node` and the program's name) and returns its exit code. What a person did wrong is
 * one line on standard error; a stack trace is shown with `--debug` only.
 */
export async function main(args: readonly string[]): Promise<number> {
  const context: CommandContext = { exitCode: EXIT.done };
  const program = new Command("cardume")
    .description("A peer-to-peer video store: found from any peer, fetched from many at once.")
    .version(versionOf())
    .option("--debug", "show a stack trace with an error")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(inOurWords(text)),
    });
  for (const add of COMMANDS) add(program, context);
  for (const command of program.commands) command.option("--debug", "show a stack trace with an error");
  watchOutput();
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.wrongUse;
    }
    await program.parseAsync(args, { from: "user" });
    return context.exitCode;
  } catch (error) {
    return report(error, args.includes("--debug"));
  }
}

/** Commander's error as one line: without its preamble where an argument's own words follow, suggestion included. */
const inOurWords = (text: string): string =>
  text
    .replace(/^error: (command-argument value '.*?' is invalid for argument '.*?'\. )?/s, "cardume: ")
    .replace(/\n(?=\(Did you)/, " ");

/**
 * Output that cannot be written ends no fetch: a reader that has gone is no fault, anything else (a full disk) is said
 * by the exit code of a command that went well otherwise. What writes data there has its own ear for errors.
 */
function watchOutput(): void {
  const failed = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE") return;
    process.once("exit", () => {
      if (process.exitCode === EXIT.done) process.exitCode = EXIT.refused;
    });
  };
  process.stdout.on("error", failed);
  process.stderr.on("error", failed);
}

function report(error: unknown, debug: boolean): number {
  // Commander has written its own line already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  const known = error instanceof CardumeError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`cardume: ${text}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return known ? error.exitCode : systemExitCode(error);
}

/** A file or socket error that no command has put into words of its own is the machine's refusal. */
const systemExitCode = (error: unknown): number =>
  typeof (error as NodeJS.ErrnoException).syscall === "string" ? EXIT.refused : EXIT.incomplete;
