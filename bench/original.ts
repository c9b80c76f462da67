// `npm run bench:original`: the original network against a bare UDP loop and against the assignment's own way of
// working, all on loopback in one run.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { measureBulk } from "./support/bulk.ts";
import { measureExample } from "./support/example-network.ts";

const folder = mkdtempSync(join(tmpdir(), "cardume-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const load = loadavg()[0] as number;
const busy = load > 0.5 ? " (busy: take the figures for less, and the ratios with care)" : "";
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, load ${load.toFixed(1)}${busy}`);
const rounds = Number(process.argv[2] ?? 5);
const failures = [...(await measureExample(folder, rounds, say)), ...(await measureBulk(folder, rounds, say))];
say("");
if (failures.length === 0) say("all targets met");
for (const failure of failures) say(`TARGET MISSED: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
