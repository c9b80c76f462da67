// Adds files to a library, one after the other, in a process of its own, and prints what that took: ms a file, the main
// thread's delays, the RSS.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openLibrary } from "../../src/open-library.ts";

const [folder, ...paths] = process.argv.slice(2) as [string, ...string[]];
const library = await openLibrary({ folder });
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const ms: number[] = [];
for (const path of paths) {
  const startedAtMs = performance.now();
  for await (const report of library.add([path])) if (report.outcome !== "added") throw new Error(report.outcome);
  ms.push(performance.now() - startedAtMs);
}
delay.disable();
await library.close();
const maxRssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ms, maxRssMiB, delayP99Ms: delay.percentile(99) / 1e6 })}\n`);
