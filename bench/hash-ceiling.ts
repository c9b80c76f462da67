// `node bench/hash-ceiling.ts`: what this machine can hash at most, in leaves of 16 KiB that are in memory already.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/**
 * Bytes a second that so many threads hash together with the platform's SHA-256, in leaves of 16 KiB, from memory:
 * what a library that also reads files, builds trees and passes results on is compared with.
 */
export async function measureHashCeiling({ threads, ms }: { threads: number; ms: number }): Promise<number> {
  const file = new URL("./bare/hash-loop.ts", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(file, { workerData: { ms } }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const measured = await Promise.all(
    workers.map((worker) => {
      const message = once(worker, "message");
      worker.postMessage("go");
      return message as Promise<[bytesPerSecond: number]>;
    }),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  return measured.reduce((sum, [bytesPerSecond]) => sum + bytesPerSecond, 0);
}

if (import.meta.main) {
  for (const threads of [1, 2, 4]) {
    const bytesPerSecond = await measureHashCeiling({ threads, ms: 2000 });
    process.stdout.write(`${threads} threads: ${(bytesPerSecond / 1_048_576).toFixed(0)} MiB/s\n`);
  }
}
