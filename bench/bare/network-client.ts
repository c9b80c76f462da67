// The client of the network benchmark: a whole node as `cardume up` runs it, in this process, so that its progress can be
// looked at every few ms at no cost: `network-client.ts FOLDER DIRECT(0|1) ID JOIN…`. Says "ready" when it knows its
// peers, fetches at the next line, prints what it measured as JSON, and ends at one more.
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { fromBase32 as FromBase32 } from "../../src/core/content/base32.ts";
import type { serveControl as ServeControl } from "../../src/gateway/control-server.ts";
import type { startNode as StartNode } from "../../src/node/node.ts";
import type { FetchProgress } from "../../src/node/node-types.ts";
import type { openLibrary as OpenLibrary } from "../../src/open-library.ts";
import type { keepYoungGenerationModest as KeepModest } from "../../src/runtime/heap.ts";

// The built package, from the folder that CARDUME_DIST names: what is read and compiled of the sources would count as its memory.
const built = (path: string): Promise<unknown> => import(new URL(path, process.env["CARDUME_DIST"]).href);
// As `cardume up` does: before the network's part is loaded.
const heap = (await built("runtime/heap.js")) as { keepYoungGenerationModest: typeof KeepModest };
heap.keepYoungGenerationModest();
const { fromBase32 } = (await built("core/content/base32.js")) as { fromBase32: typeof FromBase32 };
const { serveControl } = (await built("gateway/control-server.js")) as { serveControl: typeof ServeControl };
const { startNode } = (await built("node/node.js")) as { startNode: typeof StartNode };
const { openLibrary } = (await built("open-library.js")) as { openLibrary: typeof OpenLibrary };

const LOOK_MS = 4;
const LOOP_RESOLUTION_MS = 5;

const [folder = "", direct = "1", id = "", ...join] = process.argv.slice(2);
const library = await openLibrary({ folder });
const node = await startNode({
  library,
  options: {
    ...{ name: "client", listen: ["/ip4/127.0.0.1/tcp/0"], announce: [], join, mdns: false, dht: false, nat: false },
    ...{ directPort: direct === "1" ? 0 : undefined, directAnnouncePort: undefined },
    ...{ uploadBytesPerSecond: 0, maxPeers: 64 },
  },
});
const control = await serveControl(node, { shutdown: () => {}, onBug: () => {} });
while (node.status().peers.length < join.length) await new Promise((resolve) => setTimeout(resolve, 50));
process.stdout.write("ready\n");
await once(process.stdin, "data");

const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
const before = process.resourceUsage();
const startedAtMs = performance.now();
delay.enable();
const fetch = node.fetch({ id: fromBase32(id) as Uint8Array });
let firstMs = 0;
let lastMs = 0;
/** Newer nodes say what is verified and in the file; else the last body's arrival stands for it. */
const written = (progress: FetchProgress & { readonly writtenBytes?: number }): number =>
  progress.writtenBytes ?? progress.receivedBytes - progress.wastedBytes;
const look = (): void => {
  const progress = fetch.progress();
  const nowMs = performance.now() - startedAtMs;
  if (firstMs === 0 && progress.receivedBytes > 0) firstMs = nowMs;
  if (lastMs === 0 && progress.bytes > 0 && written(progress) >= progress.bytes) lastMs = nowMs;
};
const looking = setInterval(look, LOOK_MS);
const result = await fetch.done;
const keptMs = performance.now() - startedAtMs;
clearInterval(looking);
delay.disable();
const after = process.resourceUsage();
const used = (name: "userCPUTime" | "systemCPUTime"): number => (after[name] - before[name]) / 1e6;
process.stdout.write(
  `${JSON.stringify({
    outcome: result.outcome,
    carriers: result.progress.holders.map(({ carrier }) => carrier),
    firstMs,
    ms: lastMs === 0 ? keptMs : lastMs,
    keptMs,
    cpuS: used("userCPUTime") + used("systemCPUTime"),
    maxRssMiB: after.maxRSS / 1024,
    delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS),
    receivedBytes: result.progress.receivedBytes,
  })}\n`,
);
// Whoever measures looks at its threads first.
await once(process.stdin, "data");
await control.close();
await node.close();
await library.close();
process.exit(0);
