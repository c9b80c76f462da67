import type { Command } from "commander";
import { ORIGINAL } from "../core/limits.ts";
import { wholeNumber } from "./arguments.ts";
import { commandLine } from "./command-line.ts";
import { formatBytes } from "./format.ts";
import type { CommandContext } from "./main.ts";
import { fetchCommand, peerCommands } from "./network-commands.ts";

interface SplitFlags {
  readonly peers: number;
  readonly chunkBytes: number;
  readonly copies: number;
  readonly out?: string;
  readonly inPlace?: boolean;
  readonly json?: boolean;
}

const FIRST_PORT = 5001;

const EXAMPLES = `
Examples:
  cardume split film.mp4 --peers 5                      chunks of 1024 bytes and five key-values files, in film-chunks/
  cardume split film.mp4 --peers 5 --copies 2           every chunk with two peers
  cardume split film.mp4 --peers 4 --in-place           no chunk files: the key-values files name ranges of film.mp4`;

/** `cardume split`: cuts a file into chunks and deals them to peers. */
export function addSplit(program: Command, _context: CommandContext): void {
  program
    .command("split")
    .description("cut a file into chunks and deal them to the key-values files of N peers")
    .argument("<video>", "any file")
    .requiredOption("--peers <n>", "how many peers share it", wholeNumber(1, 10_000))
    .option("--chunk-bytes <n>", "size of a chunk", wholeNumber(1, ORIGINAL.maxChunkBytes), 1024)
    .option("--copies <n>", "holders of each chunk", wholeNumber(1, 10_000), 1)
    .option("--out <dir>", "where the chunks and key-values files go (default: <name>-chunks, here)")
    .option("--in-place", "cut nothing: name byte ranges of the file instead")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (video: string, flags: SplitFlags) => {
      const { splitFile } = await import("../original/split.ts");
      const { peers, chunkBytes, copies, out, inPlace } = flags;
      const result = await splitFile({ video, peers, chunkBytes, copies, folder: out, inPlace: inPlace === true });
      const start = peerCommands(result.keyValuesFiles, FIRST_PORT);
      const fetch = fetchCommand(FIRST_PORT, result.chunks, `fetched-${result.name}`);
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify({ event: "split", ...result, start, fetch })}\n`);
        return;
      }
      const lines = [
        `${result.name}: ${formatBytes(result.bytes)} in ${result.chunks} chunks of up to ${chunkBytes} bytes, ids 1-${result.chunks}`,
        `dealt to ${peers} key-values files in ${result.folder}, every chunk with ${copies} of them`,
        "",
        "start the peers from this folder (paths are relative to it), each in a terminal of its own:",
        ...start.map((args) => `  ${commandLine(args)}`),
        "",
        "and fetch it back:",
        `  ${commandLine(fetch)}`,
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}
