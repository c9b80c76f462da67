// Fetches many small videos at one time as a program over the library's interface does, from a node in this process:
// `folder-client.ts FOLDER LIST AT_ONCE HOLDER`, where LIST is a file with an id in base32 and a size a line. Says "ready" when
// it knows the holder, fetches all from it at the next line, prints `done MS` when the last is kept, and ends at one more.
// It knows who holds what, as a torrent's reader does: nothing is searched for before a fetch begins.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { fromBase32 as FromBase32 } from "../../src/core/content/base32.ts";
import type { startNode as StartNode } from "../../src/node/node.ts";
import type { FetchTarget } from "../../src/node/node-types.ts";
import type { openLibrary as OpenLibrary } from "../../src/open-library.ts";
import type { keepYoungGenerationModest as KeepModest } from "../../src/runtime/heap.ts";

// The built package, from the folder that CARDUME_DIST names, as network-client.ts has it.
const built = (path: string): Promise<unknown> => import(new URL(path, process.env["CARDUME_DIST"]).href);
const heap = (await built("runtime/heap.js")) as { keepYoungGenerationModest: typeof KeepModest };
heap.keepYoungGenerationModest();
const { fromBase32 } = (await built("core/content/base32.js")) as { fromBase32: typeof FromBase32 };
const { startNode } = (await built("node/node.js")) as { startNode: typeof StartNode };
const { openLibrary } = (await built("open-library.js")) as { openLibrary: typeof OpenLibrary };

const [folder = "", list = "", atOnce = "1", address = ""] = process.argv.slice(2);
const join = [address];
const targets = readFileSync(list, "utf8")
  .trim()
  .split("\n")
  .map((line): FetchTarget => {
    const [text = "", bytes = "0"] = line.split(" ");
    const id = fromBase32(text) as Uint8Array;
    const found = { id, bytes: Number(bytes), title: "", heldChunks: 1 };
    return { id, holders: [{ ...found, holder: address.split("/p2p/")[1] as string, addresses: [address] }] };
  });
const library = await openLibrary({ folder });
const node = await startNode({
  library,
  options: {
    ...{ name: "client", listen: ["/ip4/127.0.0.1/tcp/0"], announce: [], join, mdns: false, dht: false, nat: false },
    ...{ directPort: 0, directAnnouncePort: undefined, uploadBytesPerSecond: 0, maxPeers: 64 },
  },
});
while (node.status().peers.length < join.length) await new Promise((resolve) => setTimeout(resolve, 50));
process.stdout.write("ready\n");
await once(process.stdin, "data");

const startedAtMs = performance.now();
let next = 0;
const work = async (): Promise<void> => {
  while (next < targets.length) {
    const { outcome } = await node.fetch(targets[next++] as FetchTarget).done;
    if (outcome !== "complete") throw new Error(`a fetch ended ${outcome}`);
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
process.stdout.write(`done ${performance.now() - startedAtMs}\n`);
await once(process.stdin, "data");
await node.close();
await library.close();
process.exit(0);
