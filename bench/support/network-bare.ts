import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256OfFile } from "../../lab/made-file.ts";
import { usageOf } from "../../lab/process-usage.ts";
import { Program } from "../../lab/program.ts";
import type { Material } from "./network-ours.ts";
import type { Run } from "./network-run.ts";
import { warmMemory } from "./warm-memory.ts";

const PLANE = fileURLToPath(new URL("../bare/plane.ts", import.meta.url));

/** One transfer of a file over a bare TLS socket, every leaf hashed and written by one thread. */
export async function runBare({ folder, path, bytes, sha256 }: Material): Promise<Run> {
  const to = join(folder, "bare");
  const sender = new Program(process.execPath, [PLANE, "send", path]);
  try {
    const [, port = ""] = await sender.says(/^listens (\d+)$/m);
    const receiver = new Program(process.execPath, [PLANE, "receive", to, port, String(bytes)]);
    await receiver.says(/^ready$/m);
    const before = usageOf(sender.pid).cpuS;
    warmMemory(folder, bytes);
    receiver.child.stdin?.write("go\n");
    const [line] = await receiver.says(/^\{.*\}$/m, 300_000);
    const { cpuS, maxRssMiB } = usageOf(sender.pid);
    await receiver.ended;
    if ((await sha256OfFile(to)) !== sha256) throw new Error("the bare transfer's file differs");
    return { ...(JSON.parse(line) as Run), senderCpuS: cpuS - before, senderMaxRssMiB: maxRssMiB };
  } finally {
    await sender.kill();
    rmSync(to, { force: true });
  }
}
