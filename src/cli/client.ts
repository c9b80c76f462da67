import type { Command } from "commander";
import type { Address } from "../core/wire/address.ts";
import type { Dialect } from "../core/wire/datagram/message.ts";
import { addressArgument, allowPublicOption, dialectOption, idsArgument } from "./arguments.ts";
import type { CommandContext } from "./main.ts";

/** The options of `cardume client`. */
export interface ClientFlags {
  readonly out?: string;
  readonly join?: string;
  readonly dialect: Dialect;
  readonly allowPublic?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  cardume client 127.0.0.1:5001 1,3,4,5,9                       chunk_1.m4s … and output-127.0.0.1.log, here
  cardume client 127.0.0.1:5001 1-400 --join film.mp4           one file
  cardume client 127.0.0.1:5001 1-400 --join - | mpv -          straight into a player

Exit code: 0 every chunk came, 1 some did not, 2 wrong use, 5 the machine refused (disk, port), 130 Ctrl-C.`;

/** `cardume client`: fetches chunks from the original network. */
export function addClient(program: Command, context: CommandContext): void {
  program
    .command("client")
    .alias("cliente")
    .description("fetch chunks from the original network")
    .argument("<ip:port>", "the contact peer", addressArgument)
    .argument("<ids>", "the wanted chunks: 1,3,4,5,9 or 1-9", idsArgument)
    .option("--out <dir>", "where chunks and the log are saved (default: here)")
    .option("--join <file>", "write the chunks in the order of the ids to one file, or - for standard output")
    .addOption(dialectOption())
    .addOption(allowPublicOption())
    .option("--json", "print one JSON object per event")
    .addHelpText("after", EXAMPLES)
    .action(async (contact: Address, ids: number[], flags: ClientFlags) => {
      const { fetchChunks } = await import("./fetch-chunks.ts");
      context.exitCode = await fetchChunks(contact, ids, flags);
    });
}
