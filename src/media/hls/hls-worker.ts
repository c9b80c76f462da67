import { flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { isMainThread, Worker } from "node:worker_threads";
import { HLS } from "../../core/limits.ts";
import { PIPE_FD } from "./byte-pipe.ts";
import type { FromChild, ToChild } from "./messages.ts";

// The media process. Its main thread reads files and makes segments; a second one ends it when it takes too much memory,
// or when the program that started it is gone and the main thread is caught in a file: nobody else would.

if (isMainThread) work();
else watch(process.ppid);

function work(): void {
  // What a file left behind in mediabunny must not be the next file's end.
  process.on("unhandledRejection", () => undefined);
  process.on("disconnect", () => process.exit(0));
  const send = (message: FromChild): void => void process.send?.(message, () => undefined);
  const early: ToChild[] = [];
  const keep = (message: unknown): void => void early.push(message as ToChild);
  process.on("message", keep);
  void import("./hls-desk.ts").then(({ HlsDesk }) => {
    const desk = new HlsDesk(send, new Socket({ fd: PIPE_FD, readable: true, writable: true }));
    process.off("message", keep).on("message", (message: unknown) => desk.take(message as ToChild));
    for (const message of early) desk.take(message);
    // It is ended, and does not end by itself: what was compiled would not be there for the next one.
    setTimeout(() => flushCompileCache(), HLS.compiledMs).unref();
    setInterval(() => desk.isBusy && send({ is: "pulse" }), HLS.pulseMs).unref();
    // Not before: it takes some ms, and a viewer waits.
    new Worker(new URL(import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
  });
}

function watch(parent: number): void {
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > HLS.maxHlsMiB * 1_048_576;
    if (isTooLarge || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, HLS.pulseMs / 4);
}
