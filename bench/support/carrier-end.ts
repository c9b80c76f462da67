// One side of a run of `bench/carriers.ts`: `carrier-end.ts send KIND` or `carrier-end.ts receive KIND ADDRESS`.
import { type LinkKind, listen, receive } from "./carrier-links.ts";

const BLOCKS = 1024;
const HEADER_BYTES = 11;
const BLOCK_BYTES = 1_048_576 + HEADER_BYTES;
/** Blocks on their way out: as many as a holder orders for one peer. */
const QUEUED = 3;

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** Time, CPU and memory that this process took since `fromMs`, when it had used `before`. */
function report(fromMs: number, before: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(before);
  const maxRssMiB = process.resourceUsage().maxRSS / 1024;
  say({ ms: performance.now() - fromMs, cpuMs: (user + system) / 1000, maxRssMiB });
}

const [role, kind, address = ""] = process.argv.slice(2) as [string, LinkKind, string | undefined];
if (role === "send") {
  const header = new Uint8Array(HEADER_BYTES);
  const where = await listen(kind, (send) => {
    const before = process.cpuUsage();
    const fromMs = performance.now();
    let started = 0;
    let sent = 0;
    const next = (block: Uint8Array): void => {
      if (started++ >= BLOCKS) return;
      send(header, block, () => {
        if (++sent === BLOCKS) report(fromMs, before);
        else next(block);
      });
    };
    for (let count = 0; count < QUEUED; count++) next(Buffer.alloc(BLOCK_BYTES, count));
  });
  say(where);
} else {
  let left = BLOCKS * BLOCK_BYTES;
  let before = process.cpuUsage();
  let fromMs: number | undefined;
  await receive(kind, JSON.parse(address), (bytes) => {
    if (fromMs === undefined) {
      // What it takes to connect is not counted.
      before = process.cpuUsage();
      fromMs = performance.now();
    }
    left -= bytes;
    if (left > 0) return;
    report(fromMs, before);
    process.exit(0);
  });
}
