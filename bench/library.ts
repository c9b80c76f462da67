/**
 * What the library on disk reaches, against what the machine can. `node bench/library.ts [--mib 4096] [--rounds 3]`;
 * needs that many MiB of disk and 1 GiB more, and memory to keep them cached. Exit code 1 when a target is missed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureAdding } from "./support/library-adding.ts";
import { measureListing } from "./support/library-listing.ts";
import { measureMediaFacts } from "./support/library-media.ts";
import { measureReading } from "./support/library-reading.ts";

const { values } = parseArgs({
  options: { mib: { type: "string", default: "4096" }, rounds: { type: "string", default: "3" } },
});
const bytes = Number(values.mib) * 1_048_576;
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "cardume-bench-"));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  const missed = [
    ...(await measureAdding(folder, bytes, rounds, say)),
    ...(await measureReading(folder, Math.min(bytes, 1_073_741_824), rounds, say)),
    ...(await measureMediaFacts(rounds, say)),
    ...(await measureListing(folder, rounds, say)),
  ];
  for (const what of missed) say(`MISSED: ${what}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
