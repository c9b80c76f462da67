import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { MEDIA } from "../core/limits.ts";
import type { FactsAnswer, FactsJob } from "./media-facts.ts";

// The reading process. Its main thread only hands on, so that it notices when the program is gone while the other
// thread is caught in a file: nobody else would end it.

if (isMainThread) handOn();
else await readFiles();

function handOn(): void {
  const reader = new Worker(new URL(import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEDIA.maxHeapMiB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  const end = (): never => process.exit(1);
  reader.on("message", (answer: FactsAnswer) => process.send?.(answer));
  reader.on("error", end).on("exit", end);
  process.on("message", (job) => reader.postMessage(job)).on("disconnect", end);
}

async function readFiles(): Promise<void> {
  // What a file left behind in mediabunny must not be the next file's end.
  process.on("unhandledRejection", () => undefined);
  const { readFacts } = await import("./read-facts.ts");
  const answer = async (job: FactsJob): Promise<void> => {
    const facts: FactsAnswer = { facts: await readFacts(job) };
    parentPort?.postMessage(facts);
  };
  parentPort?.on("message", (job: FactsJob) => void answer(job));
}
