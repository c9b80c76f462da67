// One fetch as `cardume client … --join FILE` does it, with loss injected at the socket when asked for; prints JSON.
import module from "node:module";

module.enableCompileCache(); // as the launcher does: stripping the types anew would cost 30 MiB
const { parseAddress } = await import("../src/core/wire/address.ts");
const { FileTarget } = await import("../src/original/byte-targets.ts");
const { ChunkLog } = await import("../src/original/chunk-log.ts");
const { clientIp, runClient } = await import("../src/original/client-process.ts");
const { InOrder } = await import("../src/original/in-order.ts");
const { keepYoungGenerationSmall } = await import("../src/runtime/heap.ts");

keepYoungGenerationSmall();

const [contactText, chunksText, folder, lossText, seedText] = process.argv.slice(2) as string[];
const contact = parseAddress(contactText as string);
if (contact === undefined) throw new Error("usage: original-client <ip:port> <chunks> <folder> <loss> <seed>");
const loss = Number(lossText);
let seed = Number(seedText) >>> 0;

/** mulberry32: the losses are the same for the same seed, as far as the order of arrival is. */
function drop(): boolean {
  seed = (seed + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < loss;
}

const localIp = await clientIp(contact);
const chunks = Number(chunksText);
const result = await runClient({
  contact,
  ids: Array.from({ length: chunks }, (_, index) => index + 1),
  order: "rarest",
  dialect: "canonical",
  allowPublic: false,
  sinks: [new InOrder(new FileTarget(`${folder}/joined`))],
  log: await ChunkLog.create(folder as string, localIp, chunks),
  localIp,
  ...(loss > 0 ? { drop } : {}),
});
const { fetchMs, received, missing, counters, holders } = result;
const maxRssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  `${JSON.stringify({ ms: fetchMs, received, missing: missing.length, maxRssMiB, counters, windows: holders.map((h) => [Math.round((h.bytes / h.bytesPerSecond) * 1000), h.requests, h.window, Math.round((h.rttMs ?? 0) * 100) / 100, h.losses]) })}\n`,
);
