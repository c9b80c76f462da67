// A thread that hashes one MiB of its own memory again and again, leaf by leaf, for as long as it is told to.
import { hash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";

const LEAF_BYTES = 16_384;
const { ms } = workerData as { readonly ms: number };
const buffer = new Uint8Array(1_048_576);
let bytes = 0;

function hashAll(): void {
  for (let at = 0; at < buffer.length; at += LEAF_BYTES) hash("sha256", buffer.subarray(at, at + LEAF_BYTES), "buffer");
  bytes += buffer.length;
}

// The code has to be compiled before it is measured.
for (let round = 0; round < 20; round++) hashAll();
parentPort?.postMessage("ready");
parentPort?.once("message", () => {
  bytes = 0;
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < ms) hashAll();
  parentPort?.postMessage((bytes * 1000) / (performance.now() - startedAtMs));
});
