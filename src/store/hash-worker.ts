// A thread that hashes for a HashPool, which starts it and sends it jobs; it answers them in their order.
import { parentPort } from "node:worker_threads";
import { failureOf, type HashAnswer, type HashResult, memoryOf, movedWith } from "./hash-answer.ts";
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

/** Memory that was moved here with a job, and goes back with the answer. */
function lentFor(job: HashJob): Uint8Array | undefined {
  const memory = job.kind === "read" ? job.into : job.kind === "file" ? undefined : job.bytes;
  return movedWith(memory).length === 0 ? undefined : memory;
}

function answer(answered: HashAnswer, memory: ArrayBuffer[]): void {
  parentPort?.postMessage(answered, memory);
}

parentPort?.on("message", (job: HashJob) => {
  const lent = lentFor(job);
  const back = movedWith(lent);
  try {
    const result = resultOf(job);
    answer({ result, lent }, [...new Set([...memoryOf(result), ...back])]);
  } catch (error) {
    answer({ failure: failureOf(error), lent }, back);
  }
});
