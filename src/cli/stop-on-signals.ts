import { monotonicMs } from "../runtime/clock.ts";

/** One Ctrl-C reaches this process twice, from the terminal and from the launcher; a person needs longer than this. */
const SECOND_THOUGHT_MS = 1000;

/** The first Ctrl-C or SIGTERM ends the command in good order. A later one ends the process: something hangs. */
export function stopOnSignals(abort: AbortController): void {
  let firstAtMs: number | undefined;
  const stop = (): void => {
    firstAtMs ??= monotonicMs();
    abort.abort();
    if (monotonicMs() - firstAtMs < SECOND_THOUGHT_MS) return;
    // A shell sees 130. `process.exit` would wait for threads, and one that reads from a dead disk never ends.
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  };
  // The listeners stay: the launcher may pass on a second Ctrl-C while this process ends.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
}
