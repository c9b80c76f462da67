// `node bench/carriers.ts [ROUNDS]`: what the carriers alone can take over loopback: 1 GiB in blocks of 1 MiB from one
// process to another, with no disk and no hashing, beside bare sockets. In alternating runs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LinkKind } from "./support/carrier-links.ts";
import { runNode } from "./support/processes.ts";
import { median, spread } from "./support/statistics.ts";

const BYTES = 1_073_741_824;
const KINDS: readonly LinkKind[] = ["tcp", "tls", "direct", "direct, two parts", "libp2p"];
const END = fileURLToPath(new URL("./support/carrier-end.ts", import.meta.url));

/** What one side says of its run. */
interface Side {
  readonly ms: number;
  readonly cpuMs: number;
  readonly maxRssMiB: number;
}

/** One gibibyte over one link. */
async function run(kind: LinkKind): Promise<{ sender: Side; receiver: Side }> {
  const child = spawn(process.execPath, [END, "send", kind], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const { value: address } = await lines.next();
    const receiver = JSON.parse(await runNode([END, "receive", kind, String(address)])) as Side;
    const { value: report } = await lines.next();
    return { sender: JSON.parse(String(report)) as Side, receiver };
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const load = loadavg()[0] as number;
const busy = load > 0.5 ? " (busy: take the figures for less, and the ratios with care)" : "";
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, load ${load.toFixed(1)}${busy}`);
const rounds = Number(process.argv[2] ?? 5);
const runs = new Map(KINDS.map((kind) => [kind, [] as Awaited<ReturnType<typeof run>>[]]));
for (let round = 0; round < rounds; round++) for (const kind of KINDS) runs.get(kind)?.push(await run(kind));

const rates = (kind: LinkKind): number[] => (runs.get(kind) ?? []).map(({ receiver }) => BYTES / 1000 / receiver.ms);
say(`1 GiB in blocks of 1 MiB, ${rounds} alternating rounds: median (least–most)`);
say("                     MB/s               of bare TLS  CPU-s, sender / receiver  RSS MiB, sender / receiver");
for (const kind of KINDS) {
  const of = (side: "sender" | "receiver", what: keyof Side): number =>
    median((runs.get(kind) ?? []).map((one) => one[side][what]));
  const ratio = median(rates(kind)) / median(rates("tls"));
  const cpu = `${(of("sender", "cpuMs") / 1000).toFixed(2)} / ${(of("receiver", "cpuMs") / 1000).toFixed(2)}`;
  const rss = `${of("sender", "maxRssMiB").toFixed(0)} / ${of("receiver", "maxRssMiB").toFixed(0)}`;
  say(`${kind.padEnd(20)} ${spread(rates(kind)).padEnd(18)} ${ratio.toFixed(2).padEnd(12)} ${cpu.padEnd(25)} ${rss}`);
}
