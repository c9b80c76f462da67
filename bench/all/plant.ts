import { Worker } from "node:worker_threads";

/**
 * A planted slow-down, to show that `bench:check` finds one: CARDUME_BENCH_PLANT=0.5 has two threads of the benchmark itself
 * compute during half of the time of each of our own runs, and of nobody else's. Nothing of the product is touched.
 */
export async function planted<Result>(run: () => Promise<Result>): Promise<Result> {
  const share = Number(process.env["CARDUME_BENCH_PLANT"] ?? 0);
  if (!(share > 0)) return run();
  const hogs = [1, 2].map(() => new Worker(HOG, { eval: true, workerData: Math.min(1, share) }));
  try {
    return await run();
  } finally {
    await Promise.all(hogs.map((hog) => hog.terminate()));
  }
}

/** Computes for a share of every 20 ms, and rests. */
const HOG = `
const { workerData: share } = require("node:worker_threads");
const bell = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  const untilMs = performance.now() + 20 * share;
  while (performance.now() < untilMs);
  if (share < 1) Atomics.wait(bell, 0, 0, 20 * (1 - share));
}
`;
