// Runs one command line, and prints its largest RSS in MiB as the last line on standard error.
import { main } from "../../src/cli/main.ts";

process.exitCode = await main(process.argv.slice(2));
process.stderr.write(`${process.resourceUsage().maxRSS / 1024}\n`);
