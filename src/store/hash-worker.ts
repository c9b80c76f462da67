// A thread that hashes for a HashPool, which starts it and sends it jobs; it answers them in their order.
import { parentPort } from "node:worker_threads";
import { failureOf, type HashAnswer, type HashResult, memoryOf } from "./hash-answer.ts";
import { type HashJob, HashRun } from "./hash-run.ts";

const run = new HashRun();

function resultOf(job: HashJob): HashResult {
  switch (job.kind) {
    case "file":
      return run.hashFile(job);
    case "bytes":
      return run.hashBytes(job);
    case "keep":
      return run.keep(job);
    case "read":
      return run.read(job);
  }
}

function answer(answered: HashAnswer, memory: ArrayBuffer[]): void {
  parentPort?.postMessage(answered, memory);
}

parentPort?.on("message", (job: HashJob) => {
  const lent = job.kind === "keep" || job.kind === "bytes" ? job.bytes : undefined;
  const back = lent === undefined ? [] : [lent.buffer as ArrayBuffer];
  try {
    const result = resultOf(job);
    answer({ result, lent }, [...memoryOf(result), ...back]);
  } catch (error) {
    answer({ failure: failureOf(error), lent }, back);
  }
});
