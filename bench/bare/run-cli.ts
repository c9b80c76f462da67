// Runs one command line as the launcher does, and prints its largest RSS in MiB as the last line on standard error.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("../../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
process.stderr.write(`${process.resourceUsage().maxRSS / 1024}\n`);
